"""What a meeting leaves behind: things to do, what people thought of it, and a photo."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from clusters.addresses import address
from clusters.images import Kind
from clusters.models import StoredImage
from clusters.models.places import is_in_place_managed_by
from clusters.searching import letters_of
from members.models import Company

from .meeting import Meeting
from .registration import Registration


class OfMeetings(models.QuerySet):
    def managed_by(self, user):
        return self.filter(is_in_place_managed_by(user, "meeting__"))


class ActionQuerySet(OfMeetings):
    def visible_to(self, user):
        """They name people: for members and officers."""
        return self.filter(meeting__in=Meeting.objects.for_members(user))

    def open_before(self, meeting: Meeting):
        """What earlier meetings of the same cluster or association left to do, the oldest first."""
        earlier = self.filter(
            done=False,
            meeting__cluster=meeting.cluster_id,
            meeting__association=meeting.association_id,
            meeting__starts_at__lt=meeting.starts_at,
        )
        return earlier.exclude(meeting__state=Meeting.State.CANCELLED).order_by("meeting__starts_at", "pk")


class Action(models.Model):
    """Something to do that was agreed at a meeting. The next agenda shows it until it is done."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="actions"
    )
    text = models.CharField(_("what"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("person"),
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("or firm"),
    )
    due = models.DateField(_("by"), null=True, blank=True)
    done = models.BooleanField(_("done"), default=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(company__isnull=True),
                name="action_one_owner",
                violation_error_message=_("Give it to a person or to a firm, not to both."),
            ),
        ]
        indexes = [models.Index(fields=["meeting"], condition=Q(done=False), name="action_open")]

    def __str__(self):
        return self.text

    @property
    def whose(self) -> str:
        return self.owner.name if self.owner else str(self.company or "")


class FeedbackQuerySet(OfMeetings):
    def quotes(self):
        """What may be shown to everybody: with its author's consent."""
        return self.filter(may_quote=True).exclude(comment="")


class Feedback(models.Model):
    """What somebody who was there thought of it."""

    class Rating(models.IntegerChoices):
        EXCELLENT = 5, _("Excellent")
        GOOD = 4, _("Good")
        FAIR = 3, _("All right")
        POOR = 2, _("Not so good")
        WASTED = 1, _("A waste of time")

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="feedback"
    )
    registration = models.OneToOneField(
        Registration,
        verbose_name=_("registration"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="feedback",
    )
    rating = models.PositiveSmallIntegerField(_("rating"), choices=Rating)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    may_quote = models.BooleanField(_("may be quoted"), default=False)
    quoted_as = models.CharField(
        _("quoted as"), max_length=100, blank=True, help_text=_("The name under the quote.")
    )
    given_at = models.DateTimeField(_("given at"))

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        ordering = ["meeting", "given_at", "pk"]
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="feedback_one_to_five"),
        ]
        indexes = [
            models.Index(fields=["given_at", "id"], name="feedback_by_time"),
            letters_of("comment", name="feedback_letters"),
            models.Index(
                fields=["given_at"],
                condition=Q(may_quote=False) & ~Q(comment=""),
                name="feedback_to_forget",
            ),
        ]

    def __str__(self):
        return f"{self.get_rating_display()}: {self.meeting}"


class MeetingPhotoQuerySet(OfMeetings):
    def visible_to(self, user):
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class MeetingPhoto(StoredImage):
    """A photo of a meeting for its page."""

    KIND = Kind(gettext_noop("photo"), {"large": 1600, "small": 640}, smallest_side=300)

    meeting = models.OneToOneField(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="photo"
    )
    description = models.CharField(
        _("description"), max_length=200, help_text=_("What it shows, for those who can't see it.")
    )

    class Meta:
        verbose_name = _("meeting photo")
        verbose_name_plural = _("meeting photos")

    objects = MeetingPhotoQuerySet.as_manager()

    def __str__(self):
        return gettext("Photo of %(meeting)s") % {"meeting": self.meeting}

    def get_absolute_url(self):
        return address("meetings:meeting-photo", self.uid, "large")

    @property
    def small_url(self) -> str:
        return address("meetings:meeting-photo", self.uid, "small")
