from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from clusters.models.places import is_in_place_managed_by
from clusters.searching import letters_of
from members.models import Company

from .meeting import Meeting
from .sight import is_managed_by

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that are read as another: 0 O 1 I L
CODE_LENGTH = 6
WALKED_IN = Q(user=None, email="", brought_by=None)  # a name from the door and nothing else


def new_code() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH))


class RegistrationQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(is_in_place_managed_by(user, "meeting__"))

    def visible_to(self, user):
        """One's own answers; all of them for the coordinators. Pages show others only the numbers."""
        if user.is_anonymous:
            return self.none()
        return self.filter(Q(user=user) | Q(brought_by__user=user) | is_managed_by(user, "meeting__"))

    def seated(self):
        """Those who have a place: they are expected, or sit there already."""
        return self.filter(state__in=Registration.SEATED)

    def seats_taken(self, meetings: Iterable[int]):
        """The number of each of these meetings in which somebody has a place, and how many have one."""
        seated = self.seated().filter(meeting__in=meetings).order_by("meeting").values_list("meeting")
        return seated.annotate(number=models.Count("pk"))

    def in_line(self):
        """The waiting list, the first one first."""
        return self.filter(state=Registration.State.WAITLISTED).order_by("queue_number")

    def attended(self):
        return self.filter(state=Registration.State.ATTENDED)

    def walk_ins(self):
        return self.filter(WALKED_IN)

    def expected(self):
        """Those who had a place before the meeting, whether they came or not."""
        held = Registration.State.REGISTERED, Registration.State.ATTENDED, Registration.State.NO_SHOW
        return self.filter(~WALKED_IN, state__in=held)

    def with_place_in_line(self):
        """Each with `place_in_line`: 1 for the next; and `colleague`, the name of who comes along."""
        before = Registration.objects.filter(
            meeting=OuterRef("meeting"),
            state=Registration.State.WAITLISTED,
            queue_number__lte=OuterRef("queue_number"),
        ).order_by()
        along = Registration.objects.filter(brought_by=OuterRef("pk")).exclude(
            state=Registration.State.WITHDRAWN
        )
        return self.annotate(
            place_in_line=Subquery(
                before.values("meeting").annotate(number=models.Count("pk")).values("number")
            ),
            colleague=Subquery(along.values("name")[:1]),
            colleague_state=Subquery(along.values("state")[:1]),
        )

    def with_is_new(self):
        """Each with `is_new`: this person was never ticked at an earlier meeting. Nothing is known of walk-ins."""
        before = Registration.objects.attended().filter(meeting__starts_at__lt=OuterRef("meeting__starts_at"))
        known = before.filter(Q(user=OuterRef("user")) | Q(user=None, email=OuterRef("email")) & ~Q(email=""))
        unknowable = Q(user=None, email="")
        return self.annotate(
            is_new=models.ExpressionWrapper(~models.Exists(known) & ~unknowable, models.BooleanField())
        )


class Registration(models.Model):
    """One person's answer to a meeting: of a member, a guest, or a colleague whom one of them brings along.

    Each row that is seated takes one place. The acts are in `registrations` and `checkins` of `meetings.registration`.
    """

    class State(models.TextChoices):
        AWAITING = "awaiting", _("To be confirmed by the guest")
        REGISTERED = "registered", _("Registered")
        WAITLISTED = "waitlisted", _("On the waiting list")
        WITHDRAWN = "withdrawn", _("Not coming")
        ATTENDED = "attended", _("Attended")
        NO_SHOW = "no-show", _("Did not come")

    SEATED = (State.REGISTERED, State.ATTENDED)
    COMING = (State.REGISTERED, State.WAITLISTED)

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="registrations"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
    )
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
    )
    brought_by = models.ForeignKey(
        "self",
        verbose_name=_("brought by"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="brings",
        editable=False,
    )
    name = models.CharField(
        _("name"), max_length=100, blank=True, help_text=_("Of somebody without an account.")
    )
    email = models.EmailField(_("email"), blank=True)
    needs = models.CharField(
        _("needs"),
        max_length=300,
        blank=True,
        help_text=_("Access and food. For the coordinator and the host; gone 30 days after the meeting."),
    )
    shares_name = models.BooleanField(
        _("on the host's list"), default=False, help_text=_("Agrees that the host firm gets the name.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REGISTERED)
    queue_number = models.PositiveIntegerField(
        _("queue number"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The order of the waiting list, smallest first."),
    )
    version = models.PositiveSmallIntegerField(
        _("version"),
        default=0,
        editable=False,
        help_text=_("Rises with each step, so that each step is mailed once."),
    )
    code = models.CharField(
        _("code"),
        max_length=CODE_LENGTH,
        default=new_code,
        editable=False,
        help_text=_("To be found by at the door."),
    )
    reminded_for = models.DateField(
        _("reminded for"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The day of the meeting of which a reminder told."),
    )
    created_at = models.DateTimeField(_("created at"))
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["meeting", "created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user"],
                name="registration_once",
                violation_error_message=_("This person has answered already."),
            ),
            models.UniqueConstraint(
                F("meeting"),
                Lower("email"),
                condition=Q(user__isnull=True) & ~Q(email=""),
                name="registration_guest_once",
                violation_error_message=_("This guest has answered already."),
            ),
            models.UniqueConstraint(
                fields=["brought_by"],
                name="registration_one_colleague",
                violation_error_message=_("There is room for one colleague."),
            ),
            models.UniqueConstraint(fields=["meeting", "code"], name="registration_code"),
            models.UniqueConstraint(fields=["meeting", "queue_number"], name="registration_queue_number"),
            models.CheckConstraint(
                condition=~Q(state="waitlisted") | Q(queue_number__isnull=False),
                name="registration_waits_in_line",
            ),
        ]
        indexes = [
            models.Index(fields=["meeting", "state"]),
            letters_of("name", name="registration_letters"),
            models.Index(fields=["meeting"], condition=Q(state="awaiting"), name="registration_unconfirmed"),
            models.Index(fields=["meeting"], condition=Q(state="waitlisted"), name="registration_in_line"),
            models.Index(fields=["meeting"], condition=~Q(needs=""), name="registration_with_needs"),
        ]

    def __str__(self):
        return gettext("%(person)s at %(meeting)s") % {"person": self.person, "meeting": self.meeting}

    @property
    def person(self) -> str:
        return self.user.name if self.user else self.name

    @property
    def is_guest(self) -> bool:
        """Somebody who comes without an account."""
        return self.user_id is None and self.brought_by_id is None

    @property
    def is_walk_in(self) -> bool:
        return self.is_guest and not self.email


class StandingAnswerQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.none() if user.is_anonymous else self.filter(user=user)


class StandingAnswer(models.Model):
    """Somebody comes to all meetings of a cluster, unless they say no to one."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="standing_answers",
    )
    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="standing_answers"
    )
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = StandingAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing answer")
        verbose_name_plural = _("standing answers")
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "cluster"], name="standing_answer_once")]

    def __str__(self):
        return gettext("%(user)s: yes to all meetings of %(cluster)s") % {
            "user": self.user,
            "cluster": self.cluster,
        }


def new_token() -> str:
    return secrets.token_urlsafe(24)


class PrivateCalendarQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.none() if user.is_anonymous else self.filter(user=user)


class PrivateCalendar(models.Model):
    """The address under which a person's own meetings are read without signing in. A new token shuts the old one."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="private_calendar",
    )
    token = models.CharField(_("token"), max_length=40, unique=True, default=new_token)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = PrivateCalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("private calendar")
        verbose_name_plural = _("private calendars")

    def __str__(self):
        return gettext("Calendar of %(user)s") % {"user": self.user}
