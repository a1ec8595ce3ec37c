from __future__ import annotations

from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.addresses import address
from clusters.models import Association, Cluster
from clusters.moments import now_among
from clusters.periods import moments


class DriveQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.all()

    def managed_by(self, user):
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )

    def of(self, association: Association):
        """Those of an association and of its clusters."""
        return self.filter(Q(association=association) | Q(cluster__association=association))

    def running(self):
        return self.filter(state=Drive.State.RUNNING)


class Drive(models.Model):
    """A membership campaign of an association or a cluster. What it reached is counted by `members.drives`."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        CLOSED = "closed", _("Closed")

    association = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="drives",
        verbose_name=_("association"),
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="drives",
        verbose_name=_("cluster"),
    )
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    start = models.DateField(_("from"))
    end = models.DateField(_("until"), help_text=_("Last day."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    result = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "As it stood when it was closed: members.drives.Standing. A trigger of the database keeps it."
        ),
    )

    objects = DriveQuerySet.as_manager()

    class Meta:
        verbose_name = _("drive")
        verbose_name_plural = _("drives")
        ordering = ["-start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) ^ Q(cluster__isnull=True),
                name="drive_of_one",
                violation_error_message=_("Choose an association or a cluster, not both."),
            ),
            models.CheckConstraint(
                condition=Q(end__gt=models.F("start")),
                name="drive_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(state="running", closed_at__isnull=True, result__isnull=True)
                | Q(state="closed", closed_at__isnull=False, result__isnull=False),
                name="drive_closed_with_result",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("members:drive", self.slug)

    @property
    def organiser(self) -> Cluster | Association:
        return self.cluster or cast(Association, self.association)

    @property
    def in_association(self) -> Association:
        return self.cluster.association if self.cluster else cast(Association, self.association)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When it begins and when it is over, by the clock of its association."""
        return moments(self.start, self.end, self.in_association.time_zone)

    def now(self) -> datetime:
        """To be compared with its days, by the same clock, and with meetings."""
        self.today()
        return now_among("meetings.Meeting")

    def today(self) -> date:
        """By the same clock."""
        return present.today(ZoneInfo(self.in_association.time_zone))

    def day(self, moment: datetime) -> date:
        """The date of a moment, by the same clock."""
        return moment.astimezone(ZoneInfo(self.in_association.time_zone)).date()


class TargetQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(drive__in=Drive.objects.visible_to(user))

    def managed_by(self, user):
        return self.filter(drive__in=Drive.objects.managed_by(user))


class Target(models.Model):
    """A number that a drive wants to reach. Its kind says what is counted: see `members.drives.counted`."""

    class Kind(models.TextChoices):
        NEW_MEMBERS = "new-members", _("new member firms")
        EVENTS = "events", _("events")
        TRAINING = "training", _("training activities")
        DEMAND = "demand", _("demand-generating events")
        MEETINGS = "meetings", _("meetings of other kinds")
        INTRODUCTIONS = "introductions", _("introductions that led to something")
        OPPORTUNITIES = "opportunities", _("opportunities that led to something")

    MEETING_KINDS = {
        Kind.EVENTS: ["networking", "public", "trade"],
        Kind.TRAINING: ["training"],
        Kind.DEMAND: ["demand"],
    }
    COUNTED = {
        Kind.NEW_MEMBERS: (
            _(
                "Firms that joined a cluster for the first time in the drive, and are still members: "
                "of the clusters together, each firm once."
            )
        ),
        Kind.EVENTS: _("Networking, public and trade events held in the drive that everybody could see."),
        Kind.TRAINING: _("Training held in the drive that everybody could see."),
        Kind.DEMAND: _("Events held in the drive to bring members and customers together."),
        Kind.INTRODUCTIONS: _("Introductions asked for in the drive that led to business or to help."),
        Kind.OPPORTUNITIES: _("Asks and offers posted in the drive by which members came together."),
    }

    drive = models.ForeignKey(Drive, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(_("what is counted"), max_length=15, choices=Kind)
    name = models.CharField(
        _("called"),
        max_length=60,
        blank=True,
        help_text=_("In the plural, if it has a name of its own: open days."),
    )
    meeting_kinds = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        verbose_name=_("kinds of meetings"),
        help_text=_("For meetings of other kinds: which."),
    )
    number = models.PositiveIntegerField(_("number"))

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["drive", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["drive", "kind", "name"],
                name="target_once",
                violation_error_message=_("The drive has a target of this kind and name already."),
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="target_positive"),
            models.CheckConstraint(
                condition=~Q(kind="meetings") | ~Q(name="") & ~Q(meeting_kinds=[]),
                name="target_meetings_say_which",
                violation_error_message=_("Meetings of other kinds need a name, and the kinds that count."),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.label}"

    @property
    def label(self) -> str:
        return self.name or self.get_kind_display()

    def counts_meetings(self) -> list[str]:
        """The kinds of meetings that count."""
        return self.MEETING_KINDS.get(self.Kind(self.kind), self.meeting_kinds)
