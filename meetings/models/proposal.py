from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Topic
from members.models import Company

from .agenda import AgendaItem
from .meeting import Meeting


class TemplateItemQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(cluster__in=Cluster.objects.managed_by(user))

    def visible_to(self, user):
        return self.managed_by(user) if user.is_authenticated else self.none()


class TemplateItem(models.Model):
    """A line of a cluster's usual agenda, copied into each new meeting. Without any, the standard agenda is used."""

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="template_items"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=15, choices=AgendaItem.Kind, default=AgendaItem.Kind.TALK)
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), max_length=600, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(600)]
    )

    objects = TemplateItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("template item")
        verbose_name_plural = _("template items")
        ordering = ["cluster", "position", "pk"]

    def __str__(self):
        return self.title


class UsualAgenda(Cluster):
    """A cluster, for the page of the desk where its usual agenda is kept."""

    class Meta:
        proxy = True
        ordering = ["name"]
        verbose_name = _("usual agenda")
        verbose_name_plural = _("usual agendas")


class AgendaProposalQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(cluster__in=Cluster.objects.managed_by(user))

    def visible_to(self, user):
        """Members of the cluster see what is proposed there."""
        if user.is_anonymous:
            return self.none()
        return self.filter(
            Q(cluster__in=Cluster.objects.with_member(user).values("pk"))
            | Q(cluster__in=Cluster.objects.managed_by(user).values("pk"))
        )

    def open(self):
        """To be decided on. One whose item was taken off its agenda, or whose meeting was called off, is again."""
        lost = Q(taken_into=None) | Q(taken_into__meeting__state=Meeting.State.CANCELLED)
        return self.filter(Q(state=AgendaProposal.State.OPEN) | Q(state=AgendaProposal.State.TAKEN) & lost)


class AgendaProposal(models.Model):
    """Something a member suggests for an agenda, or an item left unfinished last time."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        TAKEN = "taken", _("On an agenda")
        DISMISSED = "dismissed", _("Set aside")

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.PROTECT, related_name="proposals"
    )
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), max_length=600, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=20, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="proposals",
    )
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="proposals",
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    presents = models.BooleanField(
        _("we would present it ourselves"), default=False, help_text=_("Otherwise somebody else is asked to.")
    )
    left_from = models.OneToOneField(
        AgendaItem,
        verbose_name=_("left from"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="left_over",
        help_text=_("Not finished there."),
    )
    taken_into = models.OneToOneField(
        AgendaItem,
        verbose_name=_("taken into"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="proposal",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = AgendaProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda proposal")
        verbose_name_plural = _("agenda proposals")
        ordering = ["created_at", "pk"]

    def __str__(self):
        return self.title


class TopicWishQuerySet(models.QuerySet):
    def visible_to(self, user):
        """How many want a topic is public; who does is for themselves."""
        if user.is_anonymous:
            return self.none()
        return self.filter(company__in=Company.objects.represented_by(user))

    def managed_by(self, user):
        return self.filter(topic__in=Topic.objects.managed_by(user))


class TopicWish(models.Model):
    """A company would like to hear about a topic."""

    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.CASCADE, related_name="wishes")
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.CASCADE, related_name="topic_wishes"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = TopicWishQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic wish")
        verbose_name_plural = _("topic wishes")
        constraints = [models.UniqueConstraint(fields=["topic", "company"], name="topic_wish_once")]

    def __str__(self):
        return gettext("%(company)s wants %(topic)s") % {"company": self.company, "topic": self.topic}
