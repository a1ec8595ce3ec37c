from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from .cluster import Cluster


class Theme(models.TextChoices):
    """The five things clusters talk about. The values are the names of the topic glyphs."""

    TECHNOLOGY = "technology", _("Technology")
    SKILLS = "skills", _("Skills & Staffing")
    SUPPORT = "support", _("Support")
    OPPORTUNITIES = "opportunities", _("Business Opportunities")
    GROWTH = "growth", _("Business Growth")


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

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.PROTECT, related_name="topics"
    )
    theme = models.CharField(_("theme"), max_length=15, choices=Theme)
    name = models.CharField(_("name"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300, blank=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "name"],
                name="topic_unique",
                violation_error_message=_("The cluster has this topic already."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_theme_display(self) -> str:  # type: ignore[no-redef]
        # Django's hashes the labels of all choices each time
        return str(Theme(self.theme).label)
