from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
        ASKED = "asked", _("Has not answered")
        AGREED = "agreed", _("Agrees")
        REFUSED = "refused", _("Does not want it")

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="consents"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.CASCADE, related_name="consents"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    fingerprint = models.CharField(
        _("fingerprint"), max_length=16, help_text=_("Of the words it was asked about.")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.CharField(_("what it would rather have"), max_length=500, blank=True)
    silence_told_at = models.DateTimeField(_("silence told at"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
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
