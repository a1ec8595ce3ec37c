from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest, Least
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from clusters.reach import reach_of

from .company import Company
from .opportunity import Opportunity


class IntroductionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The people of both firms, the asked one once it is asked; and who looks after it."""
        if user.is_anonymous:
            return self.none()
        reach = reach_of(user)
        firms = reach.firms if reach else Company.objects.represented_by(user).values("pk")
        own = Q(asker__in=firms) | Q(asked__in=firms, forwarded_at__isnull=False)
        return self.filter(own | Q(pk__in=Introduction.objects.managed_by(user).values("pk")))

    def managed_by(self, user):
        """Those that went through a coordinator of the cluster, and those that somebody reported to the user."""
        if user.is_superuser:
            return self.all()
        from .report import Report

        forwarded = Q(via=Introduction.Via.COORDINATOR, cluster__in=Cluster.objects.managed_by(user))
        reported = Q(pk__in=Report.objects.managed_by(user).values("introduction"))
        return self.filter(forwarded | reported)

    def of_firms(self, companies):
        """Those that the firms asked for, and those that reached them."""
        return self.filter(
            Q(asker__in=companies) | Q(asked__in=companies, forwarded_at__isnull=False)
        )  # what waits for a coordinator is not yet the asked firm's to see

    def live(self):
        """Not refused, withdrawn or closed: a pair of firms has one of them."""
        return self.filter(ended_at__isnull=True)

    def unanswered(self):
        return self.filter(state__in=Introduction.UNANSWERED)

    def accepted(self):
        return self.filter(state=Introduction.State.ACCEPTED)

    def waiting_for(self, companies):
        """Those that the firms have to answer, the oldest first."""
        waiting = self.filter(state=Introduction.State.FORWARDED, asked__in=companies)
        return waiting.order_by("forwarded_at", "pk")

    def between(self, one: Company, other: Company):
        return self.filter(Q(asker=one, asked=other) | Q(asker=other, asked=one))


class Introduction(models.Model):
    """One firm asks to meet another. The acts are in `members.introductions`.

    REQUESTED waits for the coordinator, FORWARDED for the asked firm. Addresses are shown while it is accepted and
    not closed.
    """

    class Via(models.TextChoices):
        DIRECT = "direct", _("Directly")
        COORDINATOR = "coordinator", _("Through the coordinator")

    class State(models.TextChoices):
        REQUESTED = "requested", _("With the coordinator")
        FORWARDED = "forwarded", _("Waits for an answer")
        ACCEPTED = "accepted", _("Introduced")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Outcome(models.TextChoices):
        WORK = "work", _("We do business together")
        HELP = "help", _("One helped the other")
        TOUCH = "touch", _("We stay in touch")
        NOTHING = "nothing", _("Nothing came of it")

    UNANSWERED = (State.REQUESTED, State.FORWARDED)
    GOOD_OUTCOMES = (Outcome.WORK, Outcome.HELP)  # what counts, and is worth a story

    asker = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="introductions_asked", verbose_name=_("asker")
    )
    asked = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="introductions_received", verbose_name=_("asked")
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        related_name="introductions",
        help_text=_("One that the firms share, else one of the asked firm's."),
        verbose_name=_("cluster"),
    )
    via = models.CharField(max_length=15, choices=Via)
    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.PROTECT, null=True, blank=True, related_name="introductions"
    )
    reason = models.TextField(_("reason"), max_length=1000)
    state = models.CharField(_("state"), max_length=10, choices=State)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    note = models.TextField(_("the coordinator's word"), max_length=500, blank=True)
    forwarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("forwarded by"),
    )
    forwarded_at = models.DateTimeField(
        _("forwarded at"), null=True, blank=True, help_text=_("Since when the asked firm knows of it.")
    )
    reminded_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When those it waits for were asked once more.")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(_("sentence at the end"), max_length=500, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    outcome_asked_at = models.DateTimeField(null=True, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(asker=models.F("asked")),
                name="introduction_of_two",
                violation_error_message=_("A firm knows itself already."),
            ),
            models.UniqueConstraint(
                Least("asker", "asked"),
                Greatest("asker", "asked"),
                condition=Q(ended_at__isnull=True),
                name="introduction_one_live",
                violation_error_message=_("One of the two has asked already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "forwarded"], ended_at__isnull=True)
                | Q(state="accepted")
                | Q(state__in=["declined", "withdrawn"], ended_at__isnull=False),
                name="introduction_ends",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", via="coordinator", forwarded_at__isnull=True)
                | Q(state__in=["forwarded", "accepted"], forwarded_at__isnull=False)
                | Q(state__in=["declined", "withdrawn"]),
                name="introduction_forwarded",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(decided_at__isnull=False), name="introduction_accepted_at"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_at__isnull=True)
                | Q(~Q(outcome=""), state="accepted", outcome_at__isnull=False),
                name="introduction_outcome",
                violation_error_message=_("Only an introduction that took place has an outcome."),
            ),
        ]
        indexes = [
            models.Index(fields=["asker", "asked_at"]),
            models.Index(fields=["asked", "state"]),
            models.Index(fields=["cluster", "state"]),
            models.Index(
                fields=["decided_at"],
                condition=Q(state="accepted", outcome_asked_at__isnull=True),
                name="introduction_outcome_due",
            ),
            models.Index(
                Coalesce("forwarded_at", "asked_at"),
                condition=Q(state__in=["requested", "forwarded"]),
                name="introduction_waiting",
            ),
        ]

    def __str__(self):
        return gettext("%(asker)s and %(asked)s") % {"asker": self.asker, "asked": self.asked}

    def get_absolute_url(self):
        return reverse("members:introduction", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    @property
    def shows_addresses(self) -> bool:
        return self.state == self.State.ACCEPTED and self.is_live

    @property
    def declined_by_coordinator(self) -> bool:
        return self.state == self.State.DECLINED and self.forwarded_at is None

    def other(self, company: Company) -> Company:
        return self.asked if company == self.asker else self.asker


class IntroductionMessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The people of the two firms; who looks after a report of it."""
        if user.is_anonymous:
            return self.none()
        from .report import Report

        firms = Company.objects.represented_by(user).values("pk")
        of_firms = Q(introduction__in=Introduction.objects.of_firms(firms))
        reported = Q(introduction__in=Report.objects.managed_by(user).values("introduction"))
        return self.filter(of_firms | reported)

    def managed_by(self, user):
        from .report import Report

        return self.filter(introduction__in=Report.objects.managed_by(user).values("introduction"))


class IntroductionMessage(models.Model):
    """What one of the two firms wrote to the other."""

    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="messages")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField(max_length=3000)
    at = models.DateTimeField(default=timezone.now)

    objects = IntroductionMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction message")
        verbose_name_plural = _("introduction messages")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["company", "at"])]

    def __str__(self):
        return f"{self.company}, {self.at:%Y-%m-%d %H:%M}"


class BlockQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Nobody but the firm itself knows."""
        if user.is_anonymous:
            return self.none()
        return self.filter(company__in=Company.objects.represented_by(user))


class Block(models.Model):
    """A firm wants nothing more from another. The other is not told."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["company", "blocked"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "blocked"],
                name="block_once",
                violation_error_message=_("This firm is blocked already."),
            ),
            models.CheckConstraint(condition=~Q(company=models.F("blocked")), name="block_of_another"),
        ]

    def __str__(self):
        return gettext("%(company)s blocks %(blocked)s") % {"company": self.company, "blocked": self.blocked}
