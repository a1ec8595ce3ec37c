from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Topic
from clusters.models.places import is_in_place_managed_by
from members.models import Company

from .meeting import Meeting
from .sight import is_public, is_whole_for

SHOWCASE_MINUTES = 20


class AgendaItemQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(is_in_place_managed_by(user, "meeting__"))

    def visible_to(self, user):
        """Agendas of meetings whose agenda is public; of the others for members and officers."""
        public = is_public("meeting__") & Q(meeting__openness=Meeting.Openness.PUBLIC)
        if user.is_anonymous:
            return self.filter(public)
        return self.filter(public | is_whole_for(user, "meeting__"))


class AgendaItem(models.Model):
    """A timed line of the agenda. When it starts follows from the items before it."""

    class Kind(models.TextChoices):
        ARRIVAL = "arrival", _("Arrival")
        WELCOME = "welcome", _("Welcome")
        SHOWCASE = "showcase", _("The chair's showcase")
        TALK = "talk", _("Talk")
        DISCUSSION = "discussion", _("Discussion")
        OPPORTUNITIES = "opportunities", _("Business opportunities")
        BREAK = "break", _("Break")
        NEXT_TURN = "next-turn", _("Next turn")
        ANY_OTHER = "any-other", _("Any other business")

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="agenda"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, default=Kind.TALK)
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), max_length=600, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="agenda_items",
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name=_("firm"),
    )
    presenter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("presenter"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="agenda_items",
    )
    presenter_name = models.CharField(
        _("presenter name"), max_length=100, blank=True, help_text=_("For somebody without an account.")
    )
    unfinished = models.BooleanField(
        _("not finished"), default=False, help_text=_("Comes back as a suggestion for the next meeting.")
    )

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(kind="showcase"),
                name="agenda_one_showcase",
                violation_error_message=_(
                    "The agenda has its showcase already; there is one for each meeting."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(kind="showcase") | Q(minutes=SHOWCASE_MINUTES),
                name="agenda_showcase_twenty_minutes",
                violation_error_message=_("The chair's showcase takes 20 minutes."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_named(self) -> bool:
        """Whether it has a title of its own, not that of its kind."""
        return self.title != self.get_kind_display()

    @property
    def speaker(self) -> str:
        return self.presenter.name if self.presenter else self.presenter_name


class AgendaEditionQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(is_in_place_managed_by(user, "meeting__"))


class AgendaEdition(models.Model):
    """The agenda as it was sent: frozen, numbered. The next edition mails only what differs."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="editions"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    content = models.JSONField(_("content"), help_text=_("See meetings.agendas.snapshot."))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = AgendaEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda edition")
        verbose_name_plural = _("agenda editions")
        ordering = ["meeting", "-number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="agenda_edition_number")]

    def __str__(self):
        return gettext("Agenda of %(meeting)s, edition %(number)s") % {
            "meeting": self.meeting,
            "number": self.number,
        }
