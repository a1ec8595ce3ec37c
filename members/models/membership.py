from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from clusters.models.places import places_managed_by

from .company import Company

TAKES_PART = Q(state="active", company__frozen_at=None)


class MembershipQuerySet(models.QuerySet):
    def active(self):
        """Of firms that take part: members that no coordinator has frozen."""
        return self.filter(TAKES_PART)

    def open(self):
        return self.filter(state__in=Membership.OPEN)

    def visible_to(self, user):
        """Who is a member is public; who applied, left or was rejected is for the firm and the coordinators."""
        if user.is_anonymous:
            return self.active()
        own = Q(company__in=Company.objects.represented_by(user))
        return self.filter(TAKES_PART | own | Q(cluster__in=Cluster.objects.managed_by(user)))

    def managed_by(self, user):
        if user.is_superuser:
            return self.all()
        return self.filter(cluster__in=places_managed_by(user)[0])


class Membership(models.Model):
    """A company in a cluster. It costs nothing and has no end date. The acts are in `members.memberships`."""

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied")
        ACTIVE = "active", _("Member")
        LEFT = "left", _("Left")
        REJECTED = "rejected", _("Rejected")

    OPEN = (State.APPLIED, State.ACTIVE)

    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("company")
    )
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("cluster")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.APPLIED)
    message = models.TextField(
        _("message"), max_length=1000, blank=True, help_text=_("What the firm wrote when it applied.")
    )
    applied_at = models.DateTimeField(_("applied at"))
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applied by"),
    )
    joined_at = models.DateTimeField(_("joined at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision = models.TextField(_("sentence to the firm"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("left or rejected at"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-applied_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "cluster"],
                condition=Q(state__in=["applied", "active"]),
                name="membership_one_open",
                violation_error_message=_("The firm is a member or has applied already."),
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(joined_at__isnull=False), name="membership_active_has_joined"
            ),
        ]
        indexes = [
            models.Index(fields=["cluster", "state", "joined_at"]),
            models.Index(fields=["company", "state"]),
            models.Index(fields=["applied_at"], condition=Q(state="applied"), name="membership_applied"),
            models.Index(fields=["ended_at"], condition=Q(state="rejected"), name="membership_rejected"),
        ]

    def __str__(self):
        return gettext("%(company)s in %(cluster)s") % {"company": self.company, "cluster": self.cluster}
