from django.contrib import admin

from members.admin.mails import ReadOnlyAdmin
from members.models import Interest


@admin.register(Interest)
class InterestAdmin(ReadOnlyAdmin):
    """How many wait in which district: the filter counts them. Their addresses are nobody's to read."""

    list_display = ["district", "asked_at", "confirmed_at"]
    list_filter = ["district", ("confirmed_at", admin.EmptyFieldListFilter)]
    show_facets = admin.ShowFacets.ALWAYS
    fields = ["association", "district", "asked_at", "confirmed_at"]
