"""What a meeting leaves behind, on the desk: things to do, feedback, and its photo."""

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.editing import SameTimeForm
from clusters.editing_rows import SameTimeFormSet
from clusters.images import ImageUpload
from clusters.models import Cluster
from clusters.scoping import ScopedAdmin, ScopedFilter, ScopedTabularInline
from meetings import photos
from meetings.models import Action, Feedback, Meeting, MeetingPhoto
from meetings.turns.duties import members_of
from members.forms import NUL

from . import dated


class ActionForm(SameTimeForm):
    class Meta:
        model = Action
        fields = ["text", "owner", "company", "due", "done"]

    def rows_in_trail(self):
        return [self.instance.meeting]


class ActionInline(ScopedTabularInline):
    """The next agenda shows what is not done."""

    model = Action
    form = ActionForm
    formset = SameTimeFormSet
    verbose_name = _("thing to do")
    verbose_name_plural = _("To do, as agreed at the meeting")
    fields = ["text", "owner", "company", "due", "done", "seen"]

    def get_extra(self, request, obj=None, **kwargs):
        """An empty row once the meeting has begun, so that no script is needed to add one."""
        return 1 if obj and obj.starts_at <= present.now() else 0

    def choices_for(self, db_field, request):
        if db_field.name == "company":
            return members_of(Cluster.objects.managed_by(request.user))
        return super().choices_for(db_field, request)


def feedback_in_short(meeting: Meeting) -> str:
    """How many said what, for the coordinators."""
    counts = dict(meeting.feedback.order_by("rating").values_list("rating").annotate(number=Count("pk")))
    people = sum(counts.values())
    if not people:
        return gettext("Nobody has said yet how it was. All who were there are asked the day after.")
    mean = sum(rating * number for rating, number in counts.items()) / people
    parts = [f"{label}: {counts[value]}" for value, label in Feedback.Rating.choices if value in counts]
    return gettext("%(mean)s of 5 from %(people)s. %(parts)s.") % {
        "mean": f"{mean:.1f}",
        "people": people,
        "parts": ", ".join(parts),
    }


@admin.register(Feedback)
class FeedbackAdmin(ScopedAdmin):
    """To be read."""

    list_display = [dated.meeting, "rating", "comment", "who", "may_quote", "quoted_as", "given_at"]
    list_filter = ["rating", "may_quote", ("meeting__cluster", ScopedFilter)]
    list_select_related = [*dated.RELATED, "registration__user"]
    search_fields = ["comment", "meeting__title"]
    ordering = ["-given_at"]

    @admin.display(description=_("from"))
    def who(self, feedback):
        answer = feedback.registration
        return (answer.user or answer.name) if answer else ""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class PhotoForm(forms.ModelForm):
    class Meta:
        model = MeetingPhoto
        fields = ["meeting", "description"]
        error_messages = {"description": NUL}

    upload = ImageUpload(
        MeetingPhoto.KIND,
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, at most 20 MB. Ask those who are in it first."),
    )


@admin.register(MeetingPhoto)
class MeetingPhotoAdmin(dated.DatedChoices, ScopedAdmin):
    """A photo for the page of a past meeting. Another one takes its place by removing it first."""

    form = PhotoForm
    list_display = [dated.meeting, "description"]
    list_filter = [("meeting__cluster", ScopedFilter)]
    list_select_related = dated.RELATED
    fields = ["meeting", "upload", "description"]

    def choices_for(self, db_field, request):
        choices = super().choices_for(db_field, request)
        return choices.filter(starts_at__lte=present.now()).order_by("-starts_at")

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)

    def get_fields(self, request, obj=None):
        return ["meeting", "description", "width", "height"] if obj else self.fields

    def save_model(self, request, obj, form, change):
        """Made anew from what was uploaded; the row is written by `photos.put`."""
        cleaned = form.cleaned_data
        photo = photos.put(cleaned["meeting"], cleaned["upload"], cleaned["description"], by=request.user)
        obj.pk, obj.uid = photo.pk, photo.uid

    def delete_model(self, request, obj):
        photos.remove(obj.meeting)

    def delete_queryset(self, request, queryset):
        for photo in queryset.select_related("meeting"):
            photos.remove(photo.meeting)
