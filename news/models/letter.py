from __future__ import annotations

from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Association, Cluster
from members.models import Company, User


class LetterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was sent, for the members of its cluster or association; drafts for who looks after it."""
        if user.is_anonymous:
            return self.none()
        clusters = Cluster.objects.with_member(user)
        mine = Q(cluster__in=clusters.values("pk")) | Q(association__in=clusters.values("association"))
        sent = Q(mine, state=Letter.State.SENT)
        return self.filter(sent | Q(pk__in=Letter.objects.managed_by(user).values("pk")))

    def managed_by(self, user):
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )

    def sent(self):
        return self.filter(state=Letter.State.SENT).order_by("-sent_at", "-pk")


class Letter(models.Model):
    """What a coordinator writes to all members of a cluster, or an officer to those of an association.

    It is sent once. The acts are in `news.letters`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")

    cluster = models.ForeignKey(
        Cluster,
        verbose_name=_("cluster"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
    )
    association = models.ForeignKey(
        Association,
        verbose_name=_("association"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
    )
    subject = models.CharField(_("subject"), max_length=120)
    body = models.TextField(
        _("text"),
        max_length=10_000,
        help_text=_("Markdown. It goes out as it stands: nothing is put in for names."),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="letters",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    mails = models.PositiveIntegerField(_("mails sent"), default=0)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) ^ Q(cluster__isnull=True),
                name="letter_of_one",
                violation_error_message=_("Choose a cluster or an association, not both."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at__isnull=True) | Q(state="sent", sent_at__isnull=False),
                name="letter_sent_at",
            ),
        ]
        indexes = [
            models.Index(fields=["cluster", "-sent_at"]),
            models.Index(fields=["association", "-sent_at"]),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("news:letter", args=[self.pk])

    @property
    def organiser(self) -> Cluster | Association | None:
        return self.cluster or self.association

    @property
    def in_association(self) -> Association:
        return self.cluster.association if self.cluster else cast(Association, self.association)

    def readers(self) -> models.QuerySet[User]:
        """The people who act for its member firms today."""
        cluster = Q(memberships__cluster=self.cluster_id)
        association = Q(memberships__cluster__association=self.association_id)
        firms = Company.objects.listed().filter(
            cluster if self.cluster_id else association, memberships__state="active"
        )
        acting = User.objects.filter(representations__state="active", representations__company__in=firms)
        return acting.filter(is_active=True).distinct()
