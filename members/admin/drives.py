from django.contrib import admin

from clusters.models import Association
from clusters.scoping import ScopedAdmin, ScopedFilter, ScopedTabularInline
from members.models import Drive, Target


class TargetInline(ScopedTabularInline):
    model = Target
    fields = ["kind", "number"]


@admin.register(Drive)
class DriveAdmin(ScopedAdmin):
    """An association's campaign. What was reached is counted, never typed in."""

    list_display = ["name", "association", "start", "end", "state"]
    list_filter = ["state", ("association", ScopedFilter)]
    list_select_related = ["association"]
    search_fields = ["name"]
    fields = ["association", "name", "slug", "summary", "start", "end", "state"]
    readonly_fields = ["state"]
    inlines = [TargetInline]

    def has_module_permission(self, request):
        return Association.objects.managed_by(request.user).exists()

    def has_add_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name"]}
