from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from clusters.models import Association, Cluster, Theme
from members.models import Company


class ArticleQuerySet(models.QuerySet):
    def managed_by(self, user):
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(association__in=Association.objects.managed_by(user))
            | Q(
                pk__in=Article.clusters.through.objects.filter(
                    cluster__in=Cluster.objects.managed_by(user)
                ).values("article")
            )
        )

    def visible_to(self, user):
        published = Q(state=Article.State.PUBLISHED, published_at__lte=timezone.now())
        if user.is_anonymous:
            return self.filter(published)
        return self.filter(
            published | Q(author=user) | Q(pk__in=Article.objects.managed_by(user).values("pk"))
        )

    def published(self):
        return self.filter(state=Article.State.PUBLISHED, published_at__lte=timezone.now()).order_by(
            "-published_at", "-pk"
        )

    def of(self, association: Association | None):
        return self if association is None else self.filter(association=association)


class Article(models.Model):
    """A news item or a success story, of an association and any of its clusters and firms."""

    class Kind(models.TextChoices):
        NEWS = "news", "News"
        STORY = "story", "Success story"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        RETURNED = "returned", "Returned"
        PUBLISHED = "published", "Published"

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="articles")
    clusters = models.ManyToManyField(Cluster, blank=True, related_name="articles")
    companies = models.ManyToManyField(Company, blank=True, related_name="articles")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NEWS)
    title = models.CharField(max_length=160)
    slug = models.SlugField(max_length=100, unique=True)
    summary = models.CharField(max_length=300)
    body = models.TextField(max_length=30_000, help_text="Markdown.")
    theme = models.CharField(max_length=15, choices=Theme, blank=True)
    quote = models.CharField(
        max_length=250, blank=True, help_text="One sentence that says it, for the front page."
    )
    quote_by = models.CharField(max_length=160, blank=True, help_text="Name, firm.")
    outcome = models.CharField("what came of it", max_length=200, blank=True)
    scene = models.CharField("picture", max_length=10, choices=Cluster.Scene, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="articles"
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="article_published_has_date",
                violation_error_message="A published article needs its date.",
            ),
        ]
        indexes = [models.Index(fields=["association", "state", "-published_at"])]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("news:article", args=[self.slug])

    @property
    def is_story(self) -> bool:
        return self.kind == self.Kind.STORY

    @property
    def is_out(self) -> bool:
        """Whether everybody may read it."""
        at = self.published_at
        return self.state == self.State.PUBLISHED and at is not None and at <= timezone.now()

    @property
    def quoted(self) -> tuple[str, str]:
        """Who said the quote, and the firm."""
        name, _, firm = self.quote_by.partition(", ")
        return name, firm

    @property
    def where(self) -> str:
        """The clusters it is about."""
        return ", ".join(cluster.name for cluster in self.clusters.all())

    @property
    def minutes_to_read(self) -> int:
        """At 200 words a minute, never less than one."""
        return max(1, round(len(self.body.split()) / 200))
