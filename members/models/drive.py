from __future__ import annotations

from django.db import models
from django.db.models import Q

from clusters.models import Association


class DriveQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.all()

    def managed_by(self, user):
        return self.filter(association__in=Association.objects.managed_by(user))

    def running(self):
        return self.filter(state=Drive.State.RUNNING)


class Drive(models.Model):
    """A membership campaign of an association over a period. What was reached is always a query."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        CLOSED = "closed", "Closed"

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="drives")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    summary = models.CharField(max_length=300, blank=True)
    start = models.DateField("from")
    end = models.DateField("until", help_text="Last day.")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)

    objects = DriveQuerySet.as_manager()

    class Meta:
        ordering = ["-start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=models.F("start")),
                name="drive_ends_after_start",
                violation_error_message="The last day is before the first.",
            ),
        ]

    def __str__(self):
        return self.name


class TargetQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(drive__in=Drive.objects.visible_to(user))

    def managed_by(self, user):
        return self.filter(drive__in=Drive.objects.managed_by(user))


class Target(models.Model):
    """A number that a drive wants to reach, by kind."""

    class Kind(models.TextChoices):
        NEW_MEMBERS = "new-members", "new member firms"
        EVENTS = "events", "events"
        TRAINING = "training", "training activities"
        DEMAND = "demand", "demand-generating events"

    drive = models.ForeignKey(Drive, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=15, choices=Kind)
    number = models.PositiveIntegerField()

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["drive", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["drive", "kind"],
                name="target_once",
                violation_error_message="The drive has a target of this kind already.",
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="target_positive"),
        ]

    def __str__(self):
        return f"{self.number} {self.get_kind_display()}"
