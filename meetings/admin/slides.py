"""Slides on the desk: looked at, then published or given back."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.acts import ObjectActs, act
from clusters.scoping import ScopedAdmin, ScopedFilter
from meetings.models import AgendaItem, Presentation
from meetings.slides import presentations
from meetings.slides.forms import GiveBackForm, PresentationForm

from . import dated

State = Presentation.State
SPOKEN = [AgendaItem.Kind.SHOWCASE, AgendaItem.Kind.TALK, AgendaItem.Kind.DISCUSSION]


def tells(presentation: Presentation) -> str:
    people = presentations.may_hand_in(presentation)
    names = ", ".join(person.name for person in people)
    return (
        gettext("They can hand in again. It goes by mail to %(names)s.") % {"names": names}
        if names
        else gettext("Nobody gets a mail: tell them yourself.")
    )


@admin.register(Presentation)
class PresentationAdmin(ObjectActs, dated.DatedChoices, ScopedAdmin):
    form = PresentationForm
    list_display = ["title", "company", dated.meeting, "state", "audience", "downloads"]
    list_filter = ["state", "audience", ("meeting__cluster", ScopedFilter)]
    list_select_related = ["company", *dated.RELATED]
    search_fields = ["title", "company__name", "meeting__title"]
    ordering = ["-meeting__starts_at", "pk"]
    latest_first = "meeting__starts_at"
    fields = [
        "meeting",
        "agenda_item",
        "title",
        "company",
        "presenter",
        "presenter_name",
        "audience",
        "file",
        "link",
        "state",
        "note",
        "submitted_at",
        "published_at",
        "reading",
        "downloads",
    ]
    readonly_fields = ["state", "note", "submitted_at", "published_at", "reading", "downloads"]
    acts = ["publish", "give_back", "waive", "withdraw"]

    def choices_for(self, db_field, request):
        choices = super().choices_for(db_field, request)
        return choices.filter(kind__in=SPOKEN) if db_field.name == "agenda_item" else choices

    def save_model(self, request, obj, form, change):
        if form.format:
            presentations.received(obj, form.format)
        super().save_model(request, obj, form, change)
        Presentation.objects.filter(pk=obj.pk).keep_names()

    @act(_("Publish"), shown=lambda row: row.state != State.PUBLISHED)
    def publish(self, request, presentation, form):
        presentations.publish(presentation, by=request.user)
        return gettext("Published on the meeting's page and in the archive.")

    @act(_("Give back"), shown=lambda row: row.state == State.SUBMITTED, form=GiveBackForm, confirm=tells)
    def give_back(self, request, presentation, form):
        presentations.give_back(presentation, by=request.user, note=form.cleaned_data["note"])
        return gettext("Given back. They read what should change.")

    @act(
        _("Waive"),
        shown=lambda row: row.state == State.EXPECTED,
        confirm=_("Nobody is asked for these slides any more."),
    )
    def waive(self, request, presentation, form):
        presentations.waive(presentation, by=request.user)
        return gettext("Waived. Nobody is asked for them any more.")

    @act(
        _("Withdraw"),
        shown=lambda row: row.state == State.PUBLISHED,
        confirm=_("It disappears from the meeting's page and the archive. You can publish it again."),
        danger=True,
    )
    def withdraw(self, request, presentation, form):
        presentations.withdraw(presentation, by=request.user)
        return gettext("Withdrawn. Only its firm and the coordinators see it.")
