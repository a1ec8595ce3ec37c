from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse

from clusters.searching import weighed
from members.models import Company, Representative

from .agenda import AgendaItem
from .meeting import Meeting, is_managed_by, is_public, is_whole_for


def file_path(presentation: Presentation, filename: str) -> str:
    """Where an upload is kept. Its own name is not used: it comes from outside."""
    return f"presentations/{presentation.meeting.starts_at:%Y}/{presentation.uid}.{presentation.format}"


def picture_path(presentation: Presentation, filename: str) -> str:
    return f"presentations/{presentation.meeting.starts_at:%Y}/{presentation.uid}.webp"


class PresentationQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(is_managed_by(user, "meeting__"))

    def visible_to(self, user):
        """Published ones: to everybody or to members of the cluster, as the presenter chose; one's firm's own."""
        published = Q(state=Presentation.State.PUBLISHED)
        to_all = published & Q(audience=Presentation.Audience.PUBLIC)
        if user.is_anonymous:
            return self.filter(to_all & is_public("meeting__"))
        return self.filter(
            to_all & is_public("meeting__")
            | published & is_whole_for(user, "meeting__")
            | Q(company__in=Company.objects.represented_by(user))
            | is_managed_by(user, "meeting__")
        )

    def published(self):
        return self.filter(state=Presentation.State.PUBLISHED)

    def awaited_from(self, user):
        """Those that the user is to hand in: one's own talks, and those of firms one answers for."""
        expected = self.filter(state=Presentation.State.EXPECTED, meeting__state__in=["published", "held"])
        acting = user.representations.active().filter(role__in=Representative.ANSWERING)
        own, firms = expected.filter(presenter=user), expected.filter(company__in=acting.values("company"))
        return self.filter(pk__in=own.values("pk").union(firms.values("pk")))  # each by its own index

    def keep_names(self) -> int:
        """Write down who spoke, for the search. Firms and people are renamed without asking us."""
        firm = Coalesce("company__name", Value(""))
        person = Coalesce("presenter__name", F("presenter_name"))
        names = Concat(firm, Value(" "), person)
        one = Presentation.objects.filter(pk=OuterRef("pk")).order_by()
        stale = self.annotate(now_named=names).exclude(names=F("now_named")).order_by()
        return Presentation.objects.filter(pk__in=stale.values("pk")).update(
            names=Subquery(one.annotate(now_named=names).values("now_named"))
        )


class WithoutText(models.Manager):
    def get_queryset(self):
        """The text of the slides is searched, hardly ever read, and long."""
        return super().get_queryset().defer("text", "words")


class Presentation(models.Model):
    """The record of a talk: who spoke about what, and the slides. The acts are in `meetings.slides.presentations`."""

    class State(models.TextChoices):
        EXPECTED = "expected", "Expected"
        SUBMITTED = "submitted", "Submitted"
        PUBLISHED = "published", "Published"
        WAIVED = "waived", "Waived"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        PPTX = "pptx", "PowerPoint"
        ODP = "odp", "OpenDocument"
        DOCX = "docx", "Word"

    class Reading(models.TextChoices):
        """How far the worker is with the words inside the file."""

        NONE = "", "Nothing to read"
        WAITING = "waiting", "Waiting to be read"
        DONE = "done", "Read"
        FAILED = "failed", "Could not be read"

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
    format = models.CharField(max_length=4, choices=Format, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False, help_text="Bytes.")
    link = models.URLField(
        max_length=300,
        blank=True,
        validators=[URLValidator(schemes=["https"], message="Give an address that begins with https://.")],
        help_text="Instead of a file: where the slides can be seen. Begins with https://.",
    )
    picture = models.FileField(upload_to=picture_path, blank=True, editable=False)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.MEMBERS)
    state = models.CharField(max_length=10, choices=State, default=State.EXPECTED)
    note = models.CharField(max_length=300, blank=True, editable=False, help_text="Why it was given back.")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="How often the slides were asked for by mail."
    )
    downloads = models.PositiveIntegerField(default=0, editable=False)

    reading = models.CharField(
        max_length=7, choices=Reading, default=Reading.NONE, blank=True, editable=False
    )
    text = models.TextField(blank=True, editable=False, help_text="The words inside the file.")
    names = models.CharField(max_length=300, blank=True, editable=False, help_text="Firm and speaker.")
    words = models.GeneratedField(
        expression=weighed("title", "A") + weighed("names", "B") + weighed("text", "D"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = WithoutText.from_queryset(PresentationQuerySet)()

    class Meta:
        ordering = ["meeting", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file="") | Q(link=""),
                name="presentation_file_or_link",
                violation_error_message="Give a file or a link, not both.",
            ),
            models.CheckConstraint(condition=Q(file="") | ~Q(format=""), name="presentation_file_format"),
        ]
        indexes = [
            models.Index(fields=["company", "state"]),
            models.Index(fields=["id"], condition=Q(reading="waiting"), name="presentation_to_read"),
            models.Index(fields=["meeting"], condition=Q(state="expected"), name="presentation_awaited"),
            GinIndex(fields=["words"], name="presentation_words"),
            GinIndex(
                fields=["title", "names"],
                opclasses=["gin_trgm_ops", "gin_trgm_ops"],
                name="presentation_trgm",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """Its file, or where it can be seen elsewhere; of a talk without slides its meeting."""
        if self.file:
            return reverse("meetings:presentation-file", args=[self.uid])
        return self.link or self.meeting.get_absolute_url()

    @property
    def is_pdf(self) -> bool:
        return self.format == self.Format.PDF

    @property
    def has_slides(self) -> bool:
        return bool(self.file or self.link)

    @property
    def speaker(self) -> str:
        return self.presenter.name if self.presenter else self.presenter_name
