from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models.places import is_in_place_managed_by
from meetings.roles import DID, DO, DOES
from members.models import Company

from .meeting import Meeting
from .sight import is_managed_by, is_public, is_whole_for


class DutyQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(is_in_place_managed_by(user, "meeting__"))

    def visible_to(self, user):
        """Agreed and done turns of visible meetings are public; the rest is for the firm and the coordinators."""
        agreed = Q(state__in=Duty.AGREED)
        if user.is_anonymous:
            return self.filter(agreed & is_public("meeting__"))
        seen = is_public("meeting__") | is_whole_for(user, "meeting__")
        own = Q(company__in=Company.objects.represented_by(user))
        return self.filter(agreed & seen | own | is_managed_by(user, "meeting__"))

    def agreed(self):
        return self.filter(state__in=Duty.AGREED)


class Duty(models.Model):
    """One company's turn to chair or host one meeting. The acts are in `meetings.turns.duties`."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("Chair")
        HOST = "host", _("Host")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        SWAPPED = "swapped", _("Swapped")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        FULFILLED = "fulfilled", _("Fulfilled")
        MISSED = "missed", _("Missed")

    OPEN = (State.PROPOSED, State.OFFERED, State.ACCEPTED, State.FULFILLED)
    AGREED = (State.ACCEPTED, State.FULFILLED)

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="duties"
    )
    role = models.CharField(_("role"), max_length=5, choices=Role)
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="duties"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(
        _("reason"), max_length=250, blank=True, help_text=_("Why this firm, in a sentence.")
    )
    pinned = models.BooleanField(
        _("pinned"), default=False, help_text=_("Stays when the rota is planned again.")
    )
    version = models.PositiveSmallIntegerField(
        _("version"),
        default=0,
        editable=False,
        help_text=_("Rises with each step, so that a link in an old mail is known as old."),
    )
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True)
    answer_by = models.DateField(
        _("answer by"),
        null=True,
        blank=True,
        help_text=_("The last day for an answer; then the next is asked."),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        ordering = ["meeting", "role", "pk"]
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "role"],
                condition=Q(state__in=["proposed", "offered", "accepted", "fulfilled"]),
                name="duty_one_open",
                violation_error_message=_("Another firm has this turn."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "role", "state"]),
            models.Index(fields=["answer_by"], condition=Q(state="offered"), name="duty_to_answer"),
            models.Index(fields=["meeting"], condition=Q(state="proposed"), name="duty_proposed"),
        ]

    def __str__(self):
        return gettext("%(company)s: %(role)s of %(meeting)s") % {
            "company": self.company,
            "role": self.get_role_display().lower(),
            "meeting": self.meeting,
        }

    @property
    def do(self) -> str:
        """“chair” or “host”, as in: is asked to chair."""
        return str(DO[self.role])

    @property
    def does(self) -> str:
        """“chairs” or “hosts”, as in: the firm chairs."""
        return str(DOES[self.role])

    @property
    def did(self) -> str:
        return str(DID[self.role])
