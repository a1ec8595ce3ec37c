from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.dates import short_date
from clusters.models import Cluster
from meetings.roles import DO
from members.models import Company

from .duty import Duty
from .venue import Venue


class RotaOfferQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(cluster__in=Cluster.objects.managed_by(user))

    def visible_to(self, user):
        if user.is_anonymous:
            return self.none()
        return self.filter(
            Q(company__in=Company.objects.represented_by(user))
            | Q(cluster__in=Cluster.objects.managed_by(user))
        )


class RotaOffer(models.Model):
    """A company's standing offer to chair or to host in a cluster. It stands until it is taken back."""

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.PROTECT, related_name="rota_offers"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.CASCADE, related_name="rota_offers"
    )
    role = models.CharField(_("role"), max_length=5, choices=Duty.Role)
    venue = models.ForeignKey(
        Venue,
        verbose_name=_("venue"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rota_offers",
        help_text=_("Where it hosts."),
    )
    both_at_once = models.BooleanField(
        _("may chair and host the same meeting"),
        default=True,
        help_text=_("If the cluster's rule allows it."),
    )
    since = models.DateField(_("since"), default=timezone.localdate)

    objects = RotaOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("rota offer")
        verbose_name_plural = _("rota offers")
        ordering = ["cluster", "role", "since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "company", "role"],
                name="rota_offer_once",
                violation_error_message=_("The firm offers this already."),
            ),
            models.CheckConstraint(
                condition=Q(role="chair") | Q(venue__isnull=False),
                name="rota_offer_host_has_venue",
                violation_error_message=_("Say where you would host."),
            ),
        ]

    def __str__(self):
        return gettext("%(company)s offers to %(do)s in %(cluster)s") % {
            "company": self.company,
            "do": DO[self.role],
            "cluster": self.cluster,
        }


class UnavailabilityQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(company__in=Company.objects.managed_by(user))

    def visible_to(self, user):
        if user.is_anonymous:
            return self.none()
        return self.filter(
            Q(company__in=Company.objects.represented_by(user))
            | Q(company__in=Company.objects.managed_by(user))
        )


class Unavailability(models.Model):
    """Days on which a company can neither chair nor host."""

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.CASCADE, related_name="unavailabilities"
    )
    start = models.DateField(_("from"))
    end = models.DateField(_("until"), help_text=_("Last day."))
    note = models.CharField(_("note"), max_length=120, blank=True)

    objects = UnavailabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("unavailability")
        ordering = ["start"]
        verbose_name_plural = _("unavailabilities")
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gte=F("start")),
                name="unavailability_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self):
        return gettext("%(company)s away %(start)s to %(end)s") % {
            "company": self.company,
            "start": short_date(self.start),
            "end": short_date(self.end),
        }


class SwapRequestQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(duty__in=Duty.objects.managed_by(user))

    def visible_to(self, user):
        """The asking firm's, those it asks, and the coordinators'."""
        if user.is_anonymous:
            return self.none()
        own = Company.objects.represented_by(user)
        return self.filter(
            Q(duty__company__in=own) | Q(asked__in=own) | Q(duty__in=Duty.objects.managed_by(user))
        ).distinct()

    def open(self):
        return self.filter(state=SwapRequest.State.OPEN)


class SwapRequest(models.Model):
    """A company asks others to take its accepted turn. The first yes takes it; both can undo until the cut-off."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken")
        UNDONE = "undone", _("Undone")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        PAST_DUE = "past-due", _("Nobody took it in time")

    duty = models.ForeignKey(
        Duty, verbose_name=_("duty"), on_delete=models.CASCADE, related_name="swap_requests"
    )
    asked = models.ManyToManyField(Company, verbose_name=_("asked"), related_name="swap_requests_received")
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("A line to the firms asked."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    taken_by = models.ForeignKey(
        Company,
        verbose_name=_("taken by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="swap_requests_taken",
    )
    new_duty = models.OneToOneField(
        Duty,
        verbose_name=_("new duty"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="came_by_swap",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = SwapRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("swap request")
        verbose_name_plural = _("swap requests")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty"],
                condition=Q(state="open"),
                name="swap_one_open",
                violation_error_message=_("The firm has asked already."),
            ),
        ]

    def __str__(self):
        return gettext("%(duty)s: swap asked") % {"duty": self.duty}
