from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.addresses import address
from clusters.models import Association, Cluster, Theme
from clusters.moments import now_among
from clusters.searching import letters_of
from members.models import Company, Introduction


class ArticleQuerySet(models.QuerySet):
    def managed_by(self, user):
        """Those of one's associations and clusters; what a member writes, once it was sent in."""
        if user.is_superuser:
            return self.all()
        of_clusters = Article.clusters.through.objects.filter(cluster__in=Cluster.objects.managed_by(user))
        ours = Q(association__in=Association.objects.managed_by(user)) | Q(
            pk__in=of_clusters.values("article")
        )
        own = Q(company__isnull=True) | Q(author=user)
        return self.filter(ours, own | ~Q(state=Article.State.DRAFT) | Q(submitted_at__isnull=False))

    def visible_to(self, user):
        published = Q(state=Article.State.PUBLISHED, published_at__lte=now_among("news.Article"))
        if user.is_anonymous:
            return self.filter(published)
        return self.filter(
            published | Q(author=user) | Q(pk__in=Article.objects.managed_by(user).values("pk"))
        )

    def published(self):
        return self.filter(
            state=Article.State.PUBLISHED, published_at__lte=now_among("news.Article")
        ).order_by("-published_at", "-pk")

    def of(self, association: Association | None):
        return self if association is None else self.filter(association=association)

    def waiting(self):
        """Sent in, and not answered by a coordinator, the oldest first."""
        return self.filter(state=Article.State.SUBMITTED).order_by("submitted_at", "pk")

    def related_to(self, article: Article):
        """Others of its association: of the same theme first, then of one of its clusters, then the latest."""
        clusters = Article.clusters.through.objects.filter(article=OuterRef("pk"))
        shared = Exists(clusters.filter(cluster__in=[cluster.pk for cluster in article.clusters.all()]))
        same_theme = Q(theme=article.theme) & ~Q(theme="")
        others = self.published().filter(association=article.association_id).exclude(pk=article.pk)
        nearness = Case(When(same_theme, then=2), default=0) + Case(When(shared, then=1), default=0)
        return others.annotate(nearness=nearness).order_by("-nearness", "-published_at", "-pk")


class Article(models.Model):
    """A news item or a success story, of an association and any of its clusters and firms.

    The acts are in `news.articles`; the firms that it names say in `news.consents` whether it may.
    """

    class Kind(models.TextChoices):
        NEWS = "news", _("News")
        STORY = "story", _("Success story")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned")
        PUBLISHED = "published", _("Published")

    association = models.ForeignKey(
        Association, verbose_name=_("association"), on_delete=models.PROTECT, related_name="articles"
    )
    clusters = models.ManyToManyField(
        Cluster, verbose_name=_("clusters"), blank=True, related_name="articles"
    )
    companies = models.ManyToManyField(
        Company, verbose_name=_("companies"), blank=True, related_name="articles"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NEWS)
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    summary = models.CharField(_("summary"), max_length=300, help_text=_("One or two sentences, for lists."))
    problem = models.TextField(
        _("what was the problem"), max_length=5000, blank=True, help_text=_("Markdown.")
    )
    together = models.TextField(
        _("what you did together"), max_length=5000, blank=True, help_text=_("Markdown.")
    )
    result = models.TextField(
        _("what came of it, at length"), max_length=5000, blank=True, help_text=_("Markdown.")
    )
    body = models.TextField(
        _("body"), max_length=30_000, blank=True, help_text=_("Markdown. A guided story needs none.")
    )
    theme = models.CharField(_("theme"), max_length=15, choices=Theme, blank=True)
    quote = models.CharField(
        _("quote"), max_length=250, blank=True, help_text=_("One sentence that says it, for the front page.")
    )
    quote_by = models.CharField(_("quote by"), max_length=160, blank=True, help_text=_("Name, firm."))
    outcome = models.CharField(_("what came of it"), max_length=200, blank=True)
    scene = models.CharField(_("picture"), max_length=10, choices=Cluster.Scene, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="told_articles",
        verbose_name=_("told by"),
        help_text=_("The author's firm, which need not be asked."),
    )
    introduction = models.ForeignKey(
        Introduction,
        verbose_name=_("introduction"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    submitted_at = models.DateTimeField(_("sent in"), null=True, blank=True)
    note = models.TextField(_("why it was given back"), max_length=1000, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    LONG = ("problem", "together", "result", "body")  # what lists need not load

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="article_published_has_date",
                violation_error_message=_("A published article needs its date."),
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False),
                name="article_submitted_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(note=""),
                name="article_returned_has_note",
                violation_error_message=_("Say what is missing."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned"])
                | ~Q(body="")
                | ~Q(problem="", together="", result=""),
                name="article_has_words",
                violation_error_message=_("Write what happened."),
            ),
        ]
        indexes = [
            models.Index(fields=["association", "state", "-published_at"]),
            letters_of("title", "summary", name="article_letters"),
            models.Index(
                fields=["-published_at", "-id"], condition=Q(state="published"), name="article_published"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("news:article", self.slug)

    @property
    def is_story(self) -> bool:
        return self.kind == self.Kind.STORY

    @property
    def is_out(self) -> bool:
        """Whether everybody may read it."""
        at = self.published_at
        return self.state == self.State.PUBLISHED and at is not None and at <= present.now(at)

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
    def guided(self) -> list[tuple[str, str]]:
        """The three answers of a guided story under their headings, as far as they are given."""
        answers = [
            (gettext("What the problem was"), self.problem),
            (gettext("What we did together"), self.together),
            (gettext("What came of it"), self.result),
        ]
        return [(heading, text) for heading, text in answers if text.strip()]

    @property
    def words(self) -> list[str]:
        return " ".join([self.problem, self.together, self.result, self.body]).split()

    @property
    def minutes_to_read(self) -> int:
        """At 200 words a minute, never less than one."""
        return max(1, round(len(self.words) / 200))

    @property
    def fingerprint(self) -> str:
        """Of all that a firm agrees to when it agrees to be named."""
        said = [self.title, self.summary, self.problem, self.together, self.result, self.body]
        said += [self.quote, self.quote_by, self.outcome]
        if picture := getattr(self, "picture", None):
            said += [str(picture.uid), picture.description]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    @property
    def is_the_authors(self) -> bool:
        """Whether its author may write on."""
        return self.state in (self.State.DRAFT, self.State.RETURNED)
