from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from members.models import Company

from .agenda import AgendaItem
from .meeting import Meeting


def file_path(presentation: Presentation, filename: str) -> str:
    """Where an upload is kept. Its own name is not used: it comes from outside."""
    return f"presentations/{presentation.meeting.starts_at:%Y}/{presentation.uid}.pdf"


class PresentationQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(meeting__in=Meeting.objects.managed_by(user))

    def visible_to(self, user):
        """Published ones: to everybody or to members of the cluster, as the presenter chose; one's firm's own."""
        meetings = Meeting.objects.visible_to(user)
        published = Q(state=Presentation.State.PUBLISHED)
        public = published & Q(audience=Presentation.Audience.PUBLIC, meeting__in=meetings)
        if user.is_anonymous:
            return self.filter(public)
        return self.filter(
            public
            | published & Q(meeting__in=Meeting.objects.for_members(user))
            | Q(company__in=Company.objects.represented_by(user))
            | Q(meeting__in=Meeting.objects.managed_by(user))
        )


class Presentation(models.Model):
    """The record of a talk: who spoke about what, and the slides."""

    class State(models.TextChoices):
        EXPECTED = "expected", "Expected"
        SUBMITTED = "submitted", "Submitted"
        PUBLISHED = "published", "Published"
        WAIVED = "waived", "Waived"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Audience(models.TextChoices):
        PUBLIC = "public", "Everybody"
        MEMBERS = "members", "Members of the cluster"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="presentations")
    agenda_item = models.OneToOneField(
        AgendaItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="presentation"
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="presentations"
    )
    presenter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="presentations",
    )
    presenter_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=160)
    file = models.FileField(upload_to=file_path, blank=True)
    size = models.PositiveIntegerField(default=0, editable=False, help_text="Bytes.")
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.MEMBERS)
    state = models.CharField(max_length=10, choices=State, default=State.EXPECTED)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = PresentationQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]
        indexes = [models.Index(fields=["company", "state"])]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("meetings:presentation-file", args=[self.uid])

    @property
    def speaker(self) -> str:
        return self.presenter.name if self.presenter else self.presenter_name
