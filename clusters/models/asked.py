from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .association import Association
from .cluster import Cluster
from .question import Question


class AskedQuestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.managed_by(user)

    def managed_by(self, user):
        """Those about a cluster its coordinators', about an association its officers', others the operator's."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )

    def waiting(self):
        return self.filter(state=AskedQuestion.State.WAITING)


class AskedQuestion(models.Model):
    """What somebody asked from the FAQ because it was not there. The acts are in `members.asked_questions`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for an answer")
        ANSWERED = "answered", _("Answered")
        SET_ASIDE = "set-aside", _("Set aside")

    association = models.ForeignKey(
        Association,
        verbose_name=_("association"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="asked_questions",
    )
    cluster = models.ForeignKey(
        Cluster,
        verbose_name=_("cluster"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="asked_questions",
    )
    question = models.TextField(_("question"), max_length=1000)
    name = models.CharField(_("who asks"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Where the answer goes. Forgotten later."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    answer = models.TextField(_("answer"), max_length=5000, blank=True)
    ended_at = models.DateTimeField(_("answered or set aside"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    entry = models.ForeignKey(
        Question,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="asked",
        verbose_name=_("answer of the FAQ"),
    )

    objects = AskedQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("asked question")
        verbose_name_plural = _("asked questions")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) | Q(cluster__isnull=True),
                name="asked_of_one",
                violation_error_message=_("Choose an association or a cluster, not both."),
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True)
                | ~Q(state="waiting") & Q(ended_at__isnull=False),
                name="asked_ended_at",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="asked_waiting")]

    def __str__(self):
        first = " ".join(self.question.split())
        return first if len(first) <= 80 else f"{first[:79].rstrip()}…"
