from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, Subquery, When

from clusters.models import Association

from .membership import Membership


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

    def with_reached(self):
        """Each with `reached`: what the drive has brought so far. `Target.counted` says it in words."""
        kinds = Target.MEETING_KINDS.items()
        return self.annotate(
            reached=Case(
                When(kind=Target.Kind.NEW_MEMBERS, then=number_of(new_memberships(), distinct="company")),
                *[When(kind=kind, then=number_of(events_held(names))) for kind, names in kinds],
                output_field=IntegerField(),
            )
        )


def new_memberships():
    """Active memberships that began in the drive, of firms without an earlier one in the association."""
    inside = Membership.objects.active().filter(cluster__association=OuterRef("drive__association"))
    earlier = Membership.objects.filter(
        company=OuterRef("company"),
        cluster__association=OuterRef("cluster__association"),
        joined_at__date__lt=OuterRef(OuterRef("drive__start")),
    )
    period = (OuterRef("drive__start"), OuterRef("drive__end"))
    return inside.filter(~Exists(earlier), joined_at__date__range=period)


def events_held(kinds: list[str]):
    """Meetings of these kinds that took place in the drive, of the association or its clusters.

    Counted are those that everybody may see: the figure is public.
    """
    meeting: Any = Association.meetings.rel.related_model  # of a higher layer, reached by its relation
    return (
        meeting.objects.visible_to(AnonymousUser())
        .past()
        .filter(
            Q(association=OuterRef("drive__association"))
            | Q(cluster__association=OuterRef("drive__association")),
            kind__in=kinds,
            starts_at__date__range=(OuterRef("drive__start"), OuterRef("drive__end")),
        )
    )


def number_of(rows, distinct: str = "pk") -> Subquery:
    count = Func(F(distinct), function="COUNT", template="%(function)s(DISTINCT %(expressions)s)")
    return Subquery(rows.order_by().values(number=count), output_field=IntegerField())


class Target(models.Model):
    """A number that a drive wants to reach, by kind."""

    class Kind(models.TextChoices):
        NEW_MEMBERS = "new-members", "new member firms"
        EVENTS = "events", "events"
        TRAINING = "training", "training activities"
        DEMAND = "demand", "demand-generating events"

    MEETING_KINDS = {
        Kind.EVENTS: ["networking", "public", "trade"],
        Kind.TRAINING: ["training"],
        Kind.DEMAND: ["demand"],
    }
    COUNTED = {
        Kind.NEW_MEMBERS: "Firms that joined a cluster for the first time in the drive, and are still members.",
        Kind.EVENTS: "Networking, public and trade events held in the drive.",
        Kind.TRAINING: "Training held in the drive.",
        Kind.DEMAND: "Events held in the drive to bring members and customers together.",
    }

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

    @property
    def counted(self) -> str:
        """What its figure counts, in a sentence."""
        return self.COUNTED[self.Kind(self.kind)]
