from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.addresses import address
from clusters.models import Cluster, Theme
from clusters.reach import reach_of

from .company import Company
from .membership import Membership


class OpportunityQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Members alone: what was posted to all or to one of their clusters, by firms that are members still."""
        if user.is_anonymous:
            return self.none()
        clusters = Cluster.objects.with_member(user).values("pk")
        reaches = Q(to_all=True) | Q(pk__in=self._shown_in(clusters))
        posted = Q(Exists(Membership.objects.active().filter(company=OuterRef("company")))) & reaches
        own = Q(company__in=Company.objects.represented_by(user))
        seen = own | Q(pk__in=Opportunity.objects.managed_by(user).values("pk"))
        reach = reach_of(user)
        is_member = bool(reach.clusters) if reach else Cluster.objects.with_member(user).exists()
        return self.filter(seen | posted if is_member else seen)

    def managed_by(self, user):
        """Those of the firms that one looks after."""
        return self.filter(company__in=Company.objects.managed_by(user))

    def open(self, on: date | None = None):
        """Those that run on a day, by default today; also before the clock has closed what is over."""
        on = on or present.today()
        return self.filter(state=Opportunity.State.OPEN, until__gte=on)

    def shown_in(self, cluster: Cluster):
        return self.filter(Q(to_all=True) | Q(pk__in=self._shown_in([cluster.pk])))

    @staticmethod
    def _shown_in(clusters):
        return Opportunity.clusters.through.objects.filter(cluster__in=clusters).values("opportunity")


class Opportunity(models.Model):
    """An ask or an offer to fellow members, until a day. The acts are in `members.opportunities`."""

    class Kind(models.TextChoices):
        ASK = "ask", _("Ask")
        OFFER = "offer", _("Offer")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Outcome(models.TextChoices):
        MEMBER = "member", _("A member and we came together")
        ELSEWHERE = "elsewhere", _("Settled with somebody outside")
        NOTHING = "nothing", _("Nothing came of it")

    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="opportunities", verbose_name=_("company")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="opportunities",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    theme = models.CharField(_("theme"), max_length=15, choices=Theme)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("text"), max_length=2000, help_text=_("Markdown."))
    to_all = models.BooleanField(_("to the members of all clusters"), default=True)
    clusters = models.ManyToManyField(Cluster, blank=True, related_name="opportunities")
    until = models.DateField(_("until"), help_text=_("Last day on which members see it."))
    posted_at = models.DateTimeField(_("posted at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    taken_down_because = models.TextField(_("why it was taken down"), max_length=500, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        ordering = ["-posted_at", "-pk"]
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False),
                name="opportunity_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(outcome="", taken_down_because=""),
                name="opportunity_open_has_no_outcome",
                violation_error_message=_("What came of it is said when it is closed."),
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(state="open"), name="opportunity_open"),
            models.Index(fields=["company", "state"]),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("members:opportunity", self.pk)

    @property
    def is_running(self) -> bool:
        return self.state == self.State.OPEN and self.until >= present.today()
