from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from clusters.addresses import address
from clusters.models.places import is_in_place_managed_by
from clusters.searching import letters_of, weighed
from members.models import Company, Representative

from .agenda import AgendaItem
from .meeting import Meeting
from .sight import is_managed_by, is_public, is_whole_for


def file_path(presentation: Presentation, filename: str) -> str:
    """Where an upload is kept. Its own name is not used: it comes from outside."""
    return f"presentations/{presentation.meeting.starts_at:%Y}/{presentation.uid}.{presentation.format}"


def picture_path(presentation: Presentation, filename: str) -> str:
    return f"presentations/{presentation.meeting.starts_at:%Y}/{presentation.uid}.webp"


def slides_url(uid: uuid.UUID, file: str | None, link: str) -> str:
    """Of a talk without any: nothing."""
    return address("meetings:presentation-file", uid) if file else link


class PresentationQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(is_in_place_managed_by(user, "meeting__"))

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
        EXPECTED = "expected", _("Expected")
        SUBMITTED = "submitted", _("Submitted")
        PUBLISHED = "published", _("Published")
        WAIVED = "waived", _("Waived")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Format(models.TextChoices):
        PDF = "pdf", _("PDF")
        PPTX = "pptx", _("PowerPoint")
        ODP = "odp", _("OpenDocument")
        DOCX = "docx", _("Word")

    class Reading(models.TextChoices):
        """How far the worker is with the words inside the file."""

        NONE = "", _("Nothing to read")
        WAITING = "waiting", _("Waiting to be read")
        DONE = "done", _("Read")
        FAILED = "failed", _("Could not be read")

    class Audience(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        MEMBERS = "members", _("Members of the cluster")

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="presentations"
    )
    agenda_item = models.OneToOneField(
        AgendaItem,
        verbose_name=_("agenda item"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="presentation",
    )
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="presentations",
    )
    presenter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("presenter"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="presentations",
    )
    presenter_name = models.CharField(_("presenter name"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=160)
    file = models.FileField(_("file"), upload_to=file_path, blank=True)
    format = models.CharField(_("format"), max_length=4, choices=Format, blank=True, editable=False)
    size = models.PositiveIntegerField(_("size"), default=0, editable=False, help_text=_("Bytes."))
    link = models.URLField(
        _("link"),
        max_length=300,
        blank=True,
        validators=[URLValidator(schemes=["https"], message=_("Give an address that begins with https://."))],
        help_text=_("Instead of a file: where the slides can be seen. Begins with https://."),
    )
    picture = models.FileField(_("picture"), upload_to=picture_path, blank=True, editable=False)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience, default=Audience.MEMBERS)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.EXPECTED)
    note = models.CharField(
        _("note"), max_length=300, blank=True, editable=False, help_text=_("Why it was given back.")
    )
    uid = models.UUIDField(_("uid"), default=uuid.uuid4, unique=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    asked = models.PositiveSmallIntegerField(
        _("asked"), default=0, editable=False, help_text=_("How often the slides were asked for by mail.")
    )
    downloads = models.PositiveIntegerField(_("downloads"), default=0, editable=False)

    reading = models.CharField(
        _("reading"), max_length=7, choices=Reading, default=Reading.NONE, blank=True, editable=False
    )
    text = models.TextField(_("text"), blank=True, editable=False, help_text=_("The words inside the file."))
    names = models.CharField(
        _("names"), max_length=300, blank=True, editable=False, help_text=_("Firm and speaker.")
    )
    words = models.GeneratedField(
        verbose_name=_("words"),
        expression=weighed("title", "A") + weighed("names", "B") + weighed("text", "D"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = WithoutText.from_queryset(PresentationQuerySet)()

    class Meta:
        verbose_name = _("presentation")
        verbose_name_plural = _("presentations")
        ordering = ["meeting", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file="") | Q(link=""),
                name="presentation_file_or_link",
                violation_error_message=_("Give a file or a link, not both."),
            ),
            models.CheckConstraint(condition=Q(file="") | ~Q(format=""), name="presentation_file_format"),
        ]
        indexes = [
            models.Index(fields=["company", "state"]),
            models.Index(fields=["id"], condition=Q(reading="waiting"), name="presentation_to_read"),
            models.Index(fields=["meeting"], condition=Q(state="expected"), name="presentation_awaited"),
            models.Index(fields=["meeting"], condition=Q(state="submitted"), name="presentation_came"),
            GinIndex(fields=["words"], name="presentation_words"),
            letters_of("title", name="presentation_letters"),
            GinIndex(
                fields=["title", "names"],
                opclasses=["gin_trgm_ops", "gin_trgm_ops"],
                name="presentation_trgm",
            ),
        ]

    def __str__(self):
        return self.title

    def get_format_display(self) -> str:  # type: ignore[no-redef]
        return str(self.Format(self.format).label) if self.format else ""

    def get_absolute_url(self):
        """Its file, or where it can be seen elsewhere; of a talk without slides its meeting."""
        return slides_url(self.uid, self.file.name, self.link) or self.meeting.get_absolute_url()

    @property
    def is_pdf(self) -> bool:
        return self.format == self.Format.PDF

    @property
    def has_slides(self) -> bool:
        return bool(self.file or self.link)

    @property
    def speaker(self) -> str:
        return self.presenter.name if self.presenter else self.presenter_name
