from __future__ import annotations

import uuid
from collections.abc import Iterable
from copy import copy
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.addresses import address
from clusters.asked_again import ask
from clusters.models import Association, Cluster
from clusters.models.places import is_in_place_managed_by
from clusters.moments import now_among
from clusters.searching import letters_of
from members.models import Company

from .sight import is_managed_by, is_public, is_whole_for
from .venue import Venue

FEW = 5  # places
SHOWN_IN_ROWS = [
    "kind",
    "title",
    "starts_at",
    "ends_at",
    "state",
    "openness",
    "capacity",
    "venue__name",
    "venue__town",
    "venue__capacity",
    "cluster__name",
    "cluster__slug",
    "cluster__association__time_zone",
    "association__name",
    "association__time_zone",
]
MOST_QUOTES = 4


def number_of(rows) -> Coalesce:
    """How many of the `rows`, which belong to meetings, are of this one."""
    of_this = rows.filter(meeting=models.OuterRef("pk")).order_by().values("meeting")
    return Coalesce(models.Subquery(of_this.annotate(number=models.Count("pk")).values("number")), 0)


def left_of(places: int | None, taken: int) -> int | None:
    return None if places is None else max(places - taken, 0)


def few(left: int | None) -> int | None:
    return left if left is not None and left <= FEW else None


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Drafts for the officers alone; members-only meetings also for the members they are meant for."""
        if user.is_anonymous:
            return self.filter(is_public())
        return self.filter(is_public() | is_whole_for(user))

    def for_members(self, user):
        """Those the user sees whole."""
        if user.is_anonymous:
            return self.none()
        return self.filter(is_whole_for(user))

    def managed_by(self, user):
        return self.filter(is_in_place_managed_by(user))

    def of(self, association: Association | None):
        """Those of an association and of its clusters; all of them without one."""
        if association is None:
            return self
        return self.filter(Q(association=association) | Q(cluster__in=association.cluster_pks))

    def announced(self):
        """Out of draft. Pages show these also to those who may see drafts."""
        return self.exclude(state=Meeting.State.DRAFT)

    def as_rows(self):
        """With what lists show of each (`meetings.templatetags.meeting_rows`), and no more."""
        return self.select_related("venue", "cluster__association", "association").only(*SHOWN_IN_ROWS)

    def with_turns(self):
        """Each with `turns`: the agreed duties, with their firms."""
        from .duty import Duty

        shown = ["meeting", "role", "company__name", "company__slug"]
        duties = Duty.objects.agreed().select_related("company").only(*shown).order_by("role")
        return self.prefetch_related(models.Prefetch("duties", queryset=duties, to_attr="turns"))

    def talks(self, user):
        """The published presentations of these meetings that the user may see, the last one first.

        Each with `of_how_many`: so many they are.
        """
        from .presentation import Presentation

        return (
            Presentation.objects.visible_to(user)
            .filter(meeting__in=self.values("pk"), state=Presentation.State.PUBLISHED)
            .annotate(of_how_many=models.Window(models.Count("pk")))
            .order_by("-meeting__starts_at", "pk")
        )

    def with_seats(self):
        """Each with `taken` and `waiting`: how many have a place, and wait for one."""
        from .registration import Registration

        answers = Registration.objects.all()
        return self.annotate(taken=number_of(answers.seated()), waiting=number_of(answers.in_line()))

    def that_know_seats(self, meetings: Iterable[Meeting]) -> list[Meeting]:
        """Copies of `meetings`, which may be kept, each with `taken` as it is now, as far as pages show it."""
        found = [copy(meeting) for meeting in meetings]
        taken = self.seats_taken([one.pk for one in found if one.places_offered is not None])
        for meeting in found:
            meeting.taken = taken.get(meeting.pk, 0)
        return found

    def seats_taken(self, numbers: Iterable[int]) -> dict[int, int]:
        """How many have a place now, by the numbers of meetings, of those in which somebody has.

        Pages for visitors stay kept while it is the same.
        """
        from .registration import Registration

        shown = tuple(numbers)
        return dict(ask(("seats", shown), partial(Registration.objects.seats_taken, shown))) if shown else {}

    def with_heads(self):
        """Each with `came`: how many were ticked off or, where no list was kept, the heads that somebody counted."""
        from .registration import Registration

        ticked = NullIf(number_of(Registration.objects.attended()), 0)
        return self.annotate(came=Coalesce(ticked, "headcount", 0, output_field=models.IntegerField()))

    def with_attendance(self):
        """Each with `came`, `walked_in` of them, `new_here` of them, and `stayed_away` of those who `had_place`."""
        from .registration import Registration

        came = Registration.objects.attended()
        return self.with_heads().annotate(
            walked_in=number_of(came.walk_ins()),
            new_here=number_of(came.with_is_new().filter(is_new=True)),
            stayed_away=number_of(Registration.objects.filter(state=Registration.State.NO_SHOW)),
            had_place=number_of(Registration.objects.expected()),
        )

    def with_quotes(self):
        """Each with `quotes`: what people who were there thought of it and let us show, the best first."""
        from .afterwards import Feedback

        said = Feedback.objects.quotes().filter(meeting=models.OuterRef("pk")).order_by("-rating", "pk")
        quote = JSONObject(comment="comment", by="quoted_as")
        return self.annotate(quotes=ArraySubquery(said.values(quote=quote)[:MOST_QUOTES]))

    def with_list_keeper(self, user):
        """Each with `keeps_list`: whether the user keeps its list at the door, by office or for the host firm."""
        from .duty import Duty

        if user.is_anonymous:
            return self.annotate(keeps_list=models.Value(False))
        hosting = Duty.objects.agreed().filter(
            role=Duty.Role.HOST, company__in=Company.objects.represented_by(user)
        )
        managed = Meeting.objects.filter(is_managed_by(user), pk=models.OuterRef("pk"))
        hosted = hosting.filter(meeting=models.OuterRef("pk"), meeting__ends_at__gt=present.now())
        return self.annotate(keeps_list=models.Exists(managed) | models.Exists(hosted))

    def upcoming(self, now: datetime | None = None):
        """Not over yet and not called off, the next one first."""
        return self.filter(
            ends_at__gte=now or now_among("meetings.Meeting"),
            state__in=[Meeting.State.DRAFT, Meeting.State.PUBLISHED],
        ).order_by("starts_at", "pk")

    def past(self, now: datetime | None = None):
        """Those that took place, the last one first."""
        now = now or now_among("meetings.Meeting")
        return self.filter(
            ends_at__lt=now,
            starts_at__lt=now,  # follows, and spares the index those ahead
            state__in=[Meeting.State.PUBLISHED, Meeting.State.HELD],
        ).order_by("-starts_at", "-pk")


class Meeting(models.Model):
    """A meeting of a cluster or of a whole association. The acts are in `agendas` and `turns.duties`."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("Cluster meeting")
        NETWORKING = "networking", _("Networking event")
        TRAINING = "training", _("Training")
        PUBLIC = "public", _("Public event")
        TRADE = "trade", _("Trade event")
        DEMAND = "demand", _("Demand-generating event")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Called off")

    class Openness(models.TextChoices):
        PUBLIC = "public", _("Everybody sees the meeting and its agenda")
        AGENDA_MEMBERS = "agenda-members", _("Everybody sees the meeting, members its agenda and address")
        MEMBERS = "members", _("Only members see the meeting")

    cluster = models.ForeignKey(
        Cluster,
        verbose_name=_("cluster"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
    )
    association = models.ForeignKey(
        Association,
        verbose_name=_("association"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.MEETING)
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(
        _("summary"), blank=True, max_length=1000, help_text=_("Two or three sentences. Markdown.")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    slot = models.DateField(
        _("slot"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The date its cluster's cadence gave it, wherever it moved."),
    )
    venue = models.ForeignKey(
        Venue,
        verbose_name=_("venue"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2)],
        help_text=_("Places, if fewer than the venue holds."),
    )
    openness = models.CharField(_("who sees it"), max_length=15, choices=Openness, default=Openness.PUBLIC)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    called_off_because = models.CharField(_("called off because"), max_length=300, blank=True, editable=False)
    headcount = models.PositiveSmallIntegerField(
        _("how many came"),
        null=True,
        blank=True,
        help_text=_("Where no list was kept at the door, as of meetings before this site."),
    )
    notes = models.TextField(
        _("what we took away"), blank=True, help_text=_("Short minutes, after the meeting. Markdown.")
    )

    uid = models.UUIDField(_("uid"), default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(
        _("sequence"),
        default=0,
        editable=False,
        help_text=_("Rises with each change that calendars must hear of (RFC 5545, 3.8.7.4)."),
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    reminded_at = models.DateTimeField(
        _("reminded at"),
        null=True,
        editable=False,
        help_text=_("When its coordinators were told that the agenda is due."),
    )

    taken: int  # annotated by MeetingQuerySet.with_seats, as is `waiting`
    waiting: int
    came: int  # annotated by MeetingQuerySet.with_heads; the next four by with_attendance
    walked_in: int
    new_here: int
    stayed_away: int
    had_place: int

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) ^ Q(cluster__isnull=True),
                name="meeting_of_one",
                violation_error_message=_("Choose an association or a cluster, not both."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="meeting_ends_after_start",
                violation_error_message=_("The meeting ends before it starts."),
            ),
            models.UniqueConstraint(
                fields=["cluster", "slot"],
                name="meeting_slot_once",
                violation_error_message=_("There is a meeting for this date of the series already."),
            ),
        ]
        indexes = [
            models.Index(fields=["cluster", "starts_at"]),
            models.Index(fields=["association", "starts_at"]),
            models.Index(fields=["starts_at"]),
            letters_of("title", name="meeting_letters"),
            models.Index(fields=["ends_at"], condition=Q(state="published"), name="meeting_to_close"),
            models.Index(fields=["ends_at"], condition=Q(state="held"), name="meeting_over"),
            models.Index(
                fields=["starts_at", "id"],
                condition=Q(state__in=["draft", "published"]),
                name="meeting_ahead",
            ),
        ]

    def __str__(self):
        return self.title

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        return str(self.Kind(self.kind).label)

    def get_absolute_url(self):
        return address("meetings:meeting", self.pk)

    def now(self) -> datetime:
        """To be compared with its own times and days."""
        present.today(self.zone)
        return present.now(self.starts_at, self.ends_at)

    @property
    def minutes(self) -> int:
        """Its length."""
        return round((self.ends_at - self.starts_at) / timedelta(minutes=1))

    @property
    def organiser(self) -> Cluster | Association:
        return self.cluster or cast(Association, self.association)

    def clusters(self) -> models.QuerySet[Cluster]:
        """Whose members it is for: its cluster's, or those of all clusters of its association."""
        if self.cluster_id:
            return Cluster.objects.filter(pk=self.cluster_id)
        return Cluster.objects.filter(association=self.association_id)

    def on_the_same_day(self) -> models.QuerySet[Meeting]:
        """Others of its organiser, by its own clock, that are not called off."""
        midnight = datetime.combine(self.day, time(), self.zone)
        others = Meeting.objects.filter(cluster=self.cluster_id, association=self.association_id)
        that_day = others.filter(starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1))
        return that_day.exclude(pk=self.pk).exclude(state=Meeting.State.CANCELLED)

    @property
    def in_association(self) -> Association:
        return self.cluster.association if self.cluster else cast(Association, self.association)

    @property
    def needs_showcase(self) -> bool:
        """Cluster meetings are chaired in turn, and the chair shows its work; other events need no chair."""
        return self.kind == self.Kind.MEETING

    @property
    def places(self) -> int | None:
        """The smaller of what the meeting and the venue hold; None when neither says."""
        limits = [n for n in (self.capacity, self.venue.capacity if self.venue else None) if n is not None]
        return min(limits, default=None)

    @property
    def places_offered(self) -> int | None:
        """The same, before the meeting."""
        return self.places if self.state == self.State.PUBLISHED else None

    @property
    def places_left(self) -> int | None:
        """How many places are left of those offered. Only of meetings that know their seats."""
        taken: int | None = getattr(self, "taken", None)
        return None if taken is None else left_of(self.places_offered, taken)

    @property
    def few_left(self) -> int | None:
        """The same, where it is worth stressing: 0 when full."""
        return few(self.places_left)

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock the meeting starts by. Needs the cluster and its association."""
        return ZoneInfo(self.in_association.time_zone)

    @property
    def day(self) -> date:
        """Its date, by its own clock. Whatever shows a meeting shows this, and the two times below."""
        return self.starts_at.astimezone(self.zone).date()

    @property
    def start_time(self) -> time:
        return self.starts_at.astimezone(self.zone).time()

    @property
    def end_time(self) -> time:
        return self.ends_at.astimezone(self.zone).time()

    @property
    def public_place(self) -> str:
        """Where it is, as far as everybody may know: the address is for members when the agenda is."""
        if self.venue is None:
            return ""
        return str(self.venue) if self.openness == self.Openness.PUBLIC else self.venue.town

    def is_whole_for(self, user) -> bool:
        """Whether the user sees its agenda and address too. Ask only for a meeting that `visible_to` lets through."""
        if self.openness == self.Openness.PUBLIC:
            return True
        return Meeting.objects.for_members(user).filter(pk=self.pk).exists()

    def agreed_company(self, role: str) -> Company | None:
        """The firm that has agreed to chair or host, or did so."""
        from .duty import Duty

        duty = Duty.objects.agreed().filter(meeting=self, role=role).select_related("company").first()
        return duty.company if duty else None

    def touch(self, now: datetime | None = None) -> None:
        """Calendars must hear of a change (RFC 5545, 3.8.7.4)."""
        self.sequence += 1
        self.changed_at = now or present.now()
        self.save(update_fields=["sequence", "changed_at"])
