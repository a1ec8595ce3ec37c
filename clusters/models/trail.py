from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .association import Association
from .cluster import Cluster


class ActQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.managed_by(user)

    def managed_by(self, user):
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )


class Act(models.Model):
    """One line of the trail: who did what, when. Written by `clusters.trail.record`, never changed."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="acts"
    )
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.PositiveBigIntegerField()
    subject = models.CharField(max_length=250)
    note = models.CharField(max_length=500, blank=True)
    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, null=True, blank=True, related_name="acts")
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, null=True, blank=True, related_name="acts"
    )

    objects = ActQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "line of the trail"
        verbose_name_plural = "trail"
        indexes = [
            models.Index(fields=["cluster", "-at"]),
            models.Index(fields=["subject_type", "subject_id"]),
        ]

    def __str__(self):
        return f"{self.actor or 'The site'} {self.verb} {self.subject}"
