"""Venues and slides on the desk."""

from django.contrib import admin

from clusters.models import Cluster
from clusters.scoping import ScopedAdmin, ScopedFilter
from meetings.models import Venue
from meetings.registration import registrations
from meetings.turns.duties import members_of


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
