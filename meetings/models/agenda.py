from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from clusters.models import Topic
from members.models import Company

from .meeting import Meeting, is_managed_by, is_public, is_whole_for

SHOWCASE_MINUTES = 20


class AgendaItemQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(is_managed_by(user, "meeting__"))

    def visible_to(self, user):
        """Agendas of meetings whose agenda is public; of the others for members and officers."""
        public = is_public("meeting__") & Q(meeting__openness=Meeting.Openness.PUBLIC)
        if user.is_anonymous:
            return self.filter(public)
        return self.filter(public | is_whole_for(user, "meeting__"))


class AgendaItem(models.Model):
    """A timed line of the agenda. When it starts follows from the items before it."""

    class Kind(models.TextChoices):
        ARRIVAL = "arrival", "Arrival"
        WELCOME = "welcome", "Welcome"
        SHOWCASE = "showcase", "The chair's showcase"
        TALK = "talk", "Talk"
        DISCUSSION = "discussion", "Discussion"
        OPPORTUNITIES = "opportunities", "Business opportunities"
        BREAK = "break", "Break"
        NEXT_TURN = "next-turn", "Next turn"
        ANY_OTHER = "any-other", "Any other business"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.TALK)
    title = models.CharField(max_length=160)
    summary = models.TextField(max_length=600, blank=True)
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(600)])
    topic = models.ForeignKey(
        Topic, on_delete=models.SET_NULL, null=True, blank=True, related_name="agenda_items"
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name="firm",
    )
    presenter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="agenda_items",
    )
    presenter_name = models.CharField(
        max_length=100, blank=True, help_text="For somebody without an account."
    )
    unfinished = models.BooleanField(
        "not finished", default=False, help_text="Comes back as a suggestion for the next meeting."
    )

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(kind="showcase"),
                name="agenda_one_showcase",
                violation_error_message="The agenda has its showcase already; there is one for each meeting.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="showcase") | Q(minutes=SHOWCASE_MINUTES),
                name="agenda_showcase_twenty_minutes",
                violation_error_message="The chair's showcase takes 20 minutes.",
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
        return self.filter(is_managed_by(user, "meeting__"))


class AgendaEdition(models.Model):
    """The agenda as it was sent: frozen, numbered. The next edition mails only what differs."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField(help_text="See meetings.agendas.snapshot.")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AgendaEditionQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "-number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="agenda_edition_number")]

    def __str__(self):
        return f"Agenda of {self.meeting}, edition {self.number}"
