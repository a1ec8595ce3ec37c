from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models import Company

from .article import Article


class ConsentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The author, the people of the firm, and who looks after the article."""
        if user.is_anonymous:
            return self.none()
        own = Q(article__author=user) | Q(company__in=Company.objects.represented_by(user).values("pk"))
        return self.filter(own | Q(pk__in=Consent.objects.managed_by(user).values("pk")))

    def managed_by(self, user):
        return self.filter(article__in=Article.objects.managed_by(user))


class Consent(models.Model):
    """What a firm that an article names says to that. The acts are in `news.consents`.

    Nothing said is no consent. The version counts how often it was asked, because the words had changed.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Has not answered"
        AGREED = "agreed", "Agrees"
        REFUSED = "refused", "Does not want it"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="consents")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="consents")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    version = models.PositiveSmallIntegerField(default=1)
    fingerprint = models.CharField(max_length=16, help_text="Of the words it was asked about.")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField("what it would rather have", max_length=500, blank=True)
    silence_told_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["company__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "company"], name="consent_once"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True)
                | Q(state__in=["agreed", "refused"], answered_at__isnull=False),
                name="consent_answered_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=Q(state="asked", silence_told_at__isnull=True),
                name="consent_silent",
            )
        ]

    def __str__(self):
        return f"{self.company}: {self.get_state_display().lower()}"
