from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Association, Cluster


def export_path(export: Export, filename: str) -> str:
    return f"exports/{export.uid}.zip"


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.managed_by(user)

    def managed_by(self, user):
        """One's own, while one looks after what is in it: each has what its maker may see, no less and no more."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user)),
            by=user,
        )


class Export(models.Model):
    """All data of a cluster or an association, or of the whole site, made by the worker and kept for a few days."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being made")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Failed")

    association = models.ForeignKey(
        Association,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="exports",
        verbose_name=_("association"),
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="exports",
        verbose_name=_("cluster"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports", verbose_name=_("by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.FileField(_("file"), upload_to=export_path, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("Bytes."))
    rows = models.JSONField(_("rows"), default=list, blank=True, help_text=_("How many rows of what."))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("export of all data")
        verbose_name_plural = _("exports of all data")
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) | Q(cluster__isnull=True),
                name="export_of_one",
                violation_error_message=_("Choose an association or a cluster, not both."),
            ),
            models.UniqueConstraint(
                fields=["by", "association", "cluster"],
                condition=Q(state="waiting"),
                nulls_distinct=False,
                name="export_one_waiting",
                violation_error_message=_("This export is being made already."),
            ),
        ]

    def __str__(self):
        return gettext("All data of %(of)s") % {"of": self.of}

    @property
    def of(self) -> str:
        return str(self.cluster or self.association or gettext("the whole site"))
