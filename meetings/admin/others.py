"""Venues and slides on the desk."""

from django.contrib import admin

from clusters.acts import ObjectActs, act
from clusters.models import Cluster
from clusters.scoping import ScopedAdmin, ScopedFilter
from meetings import presentations, registrations
from meetings.duties import members_of
from meetings.forms import PresentationForm
from meetings.models import AgendaItem, Presentation, Venue


@admin.register(Venue)
class VenueAdmin(ScopedAdmin):
    list_display = ["name", "town", "capacity", "step_free", "cluster"]
    list_filter = [("cluster", ScopedFilter), "step_free"]
    list_select_related = ["cluster"]
    search_fields = ["name", "town", "postcode"]

    def choices_for(self, db_field, request):
        if db_field.name == "company":
            return members_of(Cluster.objects.managed_by(request.user))
        return super().choices_for(db_field, request)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "capacity" in form.changed_data:
            registrations.fill_places_in(obj)


@admin.register(Presentation)
class PresentationAdmin(ObjectActs, ScopedAdmin):
    form = PresentationForm
    list_display = ["title", "company", "meeting", "state", "audience"]
    list_filter = ["state", "audience", ("meeting__cluster", ScopedFilter)]
    list_select_related = ["company", "meeting"]
    search_fields = ["title", "company__name", "meeting__title"]
    fields = [
        "meeting",
        "agenda_item",
        "title",
        "company",
        "presenter",
        "presenter_name",
        "audience",
        "file",
        "state",
        "published_at",
    ]
    readonly_fields = ["state", "published_at"]
    acts = ["publish", "withdraw"]

    def choices_for(self, db_field, request):
        choices = super().choices_for(db_field, request)
        return choices.filter(kind__in=SPOKEN) if db_field.name == "agenda_item" else choices

    def save_model(self, request, obj, form, change):
        obj.size = obj.file.size if obj.file else 0
        super().save_model(request, obj, form, change)

    @act("Publish", shown=lambda row: row.state != Presentation.State.PUBLISHED)
    def publish(self, request, presentation, form):
        presentations.publish(presentation, by=request.user)
        return "Published on the meeting's page."

    @act(
        "Withdraw",
        shown=lambda row: row.state == Presentation.State.PUBLISHED,
        confirm="It disappears from the meeting's page. You can publish it again.",
        danger=True,
    )
    def withdraw(self, request, presentation, form):
        presentations.withdraw(presentation, by=request.user)
        return "Withdrawn. Only its firm and the coordinators see it."


SPOKEN = [AgendaItem.Kind.SHOWCASE, AgendaItem.Kind.TALK, AgendaItem.Kind.DISCUSSION]
