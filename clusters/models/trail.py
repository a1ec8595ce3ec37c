from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Upper
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .association import Association
from .cluster import Cluster
from .places import is_in_place_managed_by


class ActQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.managed_by(user)

    def managed_by(self, user):
        return self.filter(is_in_place_managed_by(user))


class Act(models.Model):
    """One line of the trail: who did what, when. Written by `clusters.trail.record`.

    The database refuses to change or delete it. Two things are let through: that a person who did it is gone,
    and that names fade after years (`clusters.trail.fade`).
    """

    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="acts",
    )
    verb = models.CharField(_("verb"), max_length=40)
    subject_type = models.CharField(_("subject type"), max_length=40)
    subject_id = models.PositiveBigIntegerField(_("subject id"))
    subject = models.CharField(_("subject"), max_length=250)
    note = models.CharField(_("note"), max_length=500, blank=True)
    cluster = models.ForeignKey(
        Cluster,
        verbose_name=_("cluster"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="acts",
    )
    association = models.ForeignKey(
        Association,
        verbose_name=_("association"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="acts",
    )
    faded = models.BooleanField(_("faded"), default=False, editable=False)
    words = models.GeneratedField(
        expression=Upper(Concat("verb", Value(" "), "subject", Value(" "), "note")),
        output_field=models.CharField(max_length=800),
        db_persist=True,
    )

    objects = ActQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("line of the trail")
        verbose_name_plural = _("trail")
        indexes = [
            models.Index(fields=["-at", "-id"]),
            models.Index(fields=["cluster", "-at"]),
            models.Index(fields=["association", "-at"]),
            models.Index(fields=["at"], condition=Q(faded=False), name="act_to_fade"),
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="act_words_trgm"),
            models.Index(fields=["subject_type", "subject_id"]),
        ]

    def __str__(self):
        return f"{self.actor or gettext('The site')} {self.verb} {self.subject}"
