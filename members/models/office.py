from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Association, Cluster
from clusters.models.association import in_force


class OfficerQuerySet(models.QuerySet):
    def current(self, on=None):
        """Terms that run on a day, by default today."""
        return self.filter(in_force(on=on))

    def visible_to(self, user):
        """Current officers are public: visitors must know whom to ask. Past ones are for the officers."""
        current = Q(pk__in=Officer.objects.current().values("pk"))
        if user.is_anonymous:
            return self.filter(current)
        return self.filter(current | Q(user=user) | Q(pk__in=Officer.objects.managed_by(user).values("pk")))

    def managed_by(self, user):
        """Association officers appoint; a coordinator sees the officers of the own cluster."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )


class Officer(models.Model):
    """A person's term in an office of a cluster or an association. The office gives the rights, during the term."""

    class Office(models.TextChoices):
        COORDINATOR = "coordinator", _("Coordinator")
        CHAIRMAN = "chairman", _("Chairman")
        SECRETARY = "secretary", _("Secretary")
        TREASURER = "treasurer", _("Treasurer")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="offices", verbose_name=_("user")
    )
    office = models.CharField(_("office"), max_length=15, choices=Office)
    association = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="officers",
        verbose_name=_("association"),
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="officers",
        verbose_name=_("cluster"),
    )
    start = models.DateField(_("from"))
    end = models.DateField(_("until"), null=True, blank=True, help_text=_("Last day; empty: no end."))

    objects = OfficerQuerySet.as_manager()

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        ordering = ["office", "start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) ^ Q(cluster__isnull=True),
                name="officer_of_one",
                violation_error_message=_("Choose an association or a cluster, not both."),
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=models.F("start")),
                name="officer_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.UniqueConstraint(
                fields=["user", "office", "association", "cluster", "start"],
                name="officer_once",
                nulls_distinct=False,
                violation_error_message=_("This person has this office from that day already."),
            ),
        ]

    def __str__(self):
        return gettext("%(person)s, %(office)s of %(cluster)s") % {
            "person": self.user,
            "office": self.get_office_display(),
            "cluster": self.cluster or self.association,
        }

    def get_office_display(self) -> str:  # type: ignore[no-redef]
        # Django's hashes the labels of all choices each time
        return str(self.Office(self.office).label)
