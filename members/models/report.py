from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Association, Cluster

from .company import Company
from .introduction import Introduction
from .opportunity import Opportunity


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whom it was written to, and the firm that wrote it."""
        if user.is_anonymous:
            return self.none()
        own = Q(company__in=Company.objects.represented_by(user))
        return self.filter(own | Q(pk__in=Report.objects.managed_by(user).values("pk")))

    def managed_by(self, user):
        """What was written to the association is its officers' alone."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )

    def open(self):
        return self.filter(state=Report.State.OPEN)


class Report(models.Model):
    """A firm tells the coordinator, or the association, of something that should not be. See `members.reports`."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits")
        SETTLED = "settled", _("Settled")

    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="reports", verbose_name=_("company")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    introduction = models.ForeignKey(
        Introduction, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("cluster"),
    )
    association = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("association"),
    )
    text = models.TextField(_("what is wrong"), max_length=1000)
    at = models.DateTimeField(_("at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    note = models.TextField(_("what was done"), max_length=500, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(introduction__isnull=True) ^ Q(opportunity__isnull=True), name="report_of_one"
            ),
            models.CheckConstraint(
                condition=Q(cluster__isnull=True) ^ Q(association__isnull=True), name="report_to_one"
            ),
            models.UniqueConstraint(
                fields=["company", "introduction", "opportunity"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="report_once",
                violation_error_message=_("Your firm has reported this already."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | Q(state="settled", settled_at__isnull=False),
                name="report_settled_at",
            ),
        ]
        indexes = [models.Index(fields=["cluster", "state"])]

    def __str__(self):
        return gettext("%(company)s about %(introduction)s") % {
            "company": self.company,
            "introduction": self.introduction or self.opportunity,
        }
