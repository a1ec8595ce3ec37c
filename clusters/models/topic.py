from django.db import models
from django.db.models import Count, F, Q

from .cluster import Cluster


class Theme(models.TextChoices):
    """The five things clusters talk about. The values are the names of the topic glyphs."""

    TECHNOLOGY = "technology", "Technology"
    SKILLS = "skills", "Skills & Staffing"
    SUPPORT = "support", "Support"
    OPPORTUNITIES = "opportunities", "Business Opportunities"
    GROWTH = "growth", "Business Growth"


class TopicQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.all()

    def managed_by(self, user):
        return self.filter(cluster__in=Cluster.objects.managed_by(user))

    def with_wanted(self):
        """Each with `wanted`: how many member firms would like to hear about it. The most wanted first."""
        by_members = Q(wishes__company__memberships__cluster=F("cluster")) & Q(
            wishes__company__memberships__state="active", wishes__company__frozen_at=None
        )
        wanted = Count("wishes", filter=by_members, distinct=True)
        return self.annotate(wanted=wanted).order_by("-wanted", "name")


class Topic(models.Model):
    """Something a cluster talks about, under one of the five themes."""

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="topics")
    theme = models.CharField(max_length=15, choices=Theme)
    name = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, blank=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "name"],
                name="topic_unique",
                violation_error_message="The cluster has this topic already.",
            ),
        ]

    def __str__(self):
        return self.name
