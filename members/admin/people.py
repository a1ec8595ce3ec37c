from allauth.account.decorators import reauthentication_required
from django.contrib import admin
from django.db.models import Q
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from clusters.models import Association, Cluster
from clusters.models.places import manages_associations
from clusters.scoping import ScopedAdmin, ScopedFilter, ScopedTabularInline
from members.models import Officer, Representative, User


@admin.register(Officer)
class OfficerAdmin(ScopedAdmin):
    """Coordinators see who holds an office in their clusters; the association's officers appoint."""

    verbs = {"added": "appointed", "changed": "changed the term of"}

    list_display = ["user", "office", "cluster", "association", "start", "end"]
    list_filter = ["office", ("cluster", ScopedFilter), ("association", ScopedFilter)]
    list_select_related = ["user", "cluster", "association"]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "office", "association", "cluster", "start", "end"]

    @method_decorator(reauthentication_required(enabled=lambda request: manages_associations(request.user)))
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Nobody gets an office from a computer that was left open: who they are is asked again."""
        return super().changeform_view(request, object_id, form_url, extra_context)

    def has_add_permission(self, request, obj=None):
        return manages_associations(request.user)

    def has_change_permission(self, request, obj=None):
        """A coordinator reads; and an association's officer who coordinates elsewhere appoints nobody there."""
        if obj is None:
            return manages_associations(request.user)
        associations = Association.objects.managed_by(request.user)
        own = Q(association__in=associations) | Q(cluster__association__in=associations)
        return Officer.objects.filter(own, pk=obj.pk).exists()

    def get_readonly_fields(self, request, obj=None):
        """A term belongs to its person and place. Whoever takes over gets a term of their own."""
        return ["user", "office", "association", "cluster"] if obj else []

    def choices_for(self, db_field, request):
        if db_field.name == "cluster":
            return Cluster.objects.filter(association__in=Association.objects.managed_by(request.user))
        return super().choices_for(db_field, request)


class ActsForInline(ScopedTabularInline):
    """The firms that a person acts for."""

    model = Representative
    fields = ("company", "role", "state", "since")
    readonly_fields = fields
    verbose_name_plural = _("acts for")

    def has_change_permission(self, request, obj=None):
        return False

    has_add_permission = has_delete_permission = has_change_permission

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("company", "user")


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """People look after their own accounts. The operator can let somebody in or keep them out."""

    list_display = ["name", "email", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "is_active", "date_joined", "last_login"]
    readonly_fields = ["email", "date_joined", "last_login"]
    inlines = [ActsForInline]

    def lookup_allowed(self, lookup, value, request):
        """No other: a list that answers to ?password__startswith= gives the scrambled password away."""
        return lookup.split("__")[0] in self.list_filter

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser
