"""The coordinators' rights in the admin, in one place.

Every model of ours has `objects.managed_by(user)`: the rows of the clusters and associations in which the user
holds an office today. A `ScopedAdmin` takes everything from it: the list, single objects by id, foreign-key
and many-to-many choices (and so what a forged form can save), filters, autocompletion, inlines, actions, history.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple, ForeignKeyRawIdWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import Select
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.bounded import BoundedPaginator
from clusters.choosing import FoundOnce, RepeatedSelect, SearchedField, SearchedSelect
from clusters.desk import LeavesTrail
from clusters.desk_lists import FoundFirst, with_words
from clusters.list_files import list_file
from clusters.models.places import manages_associations, some_clusters_of

MOST_CHOICES = 200  # in a list to choose from; of more, one types a part of the name
MOST_WITHOUT_SEARCH = 2_000  # where nothing can be typed but the row's number


def managed(queryset: models.QuerySet, user) -> models.QuerySet:
    """The rows of `queryset` the user looks after; of models that know no offices, all for the operator alone."""
    if user.is_superuser:
        return queryset
    if not hasattr(queryset, "managed_by"):
        return queryset.none()
    return queryset.managed_by(user)


def not_offered(form) -> dict[str, list]:
    """The rows behind many-to-many fields that are somebody else's: the form does not know them and would drop them."""
    return {
        field.name: list(
            getattr(form.instance, field.name).exclude(pk__in=form.fields[field.name].queryset.values("pk"))
        )
        for field in form.instance._meta.many_to_many
        if field.name in form.fields
    }


def is_longer(rows: models.QuerySet, most: int) -> bool:
    return rows.order_by()[most : most + 1].exists()


def way_to_choose(db_field, choices: models.QuerySet, site, user) -> dict[str, Any]:
    """The widget and field to choose by where a list of all would be too long, else nothing."""
    if not is_longer(choices, MOST_CHOICES):
        return {}
    desk = site._registry.get(db_field.remote_field.model)
    if desk and desk.search_fields and (user.is_superuser or hasattr(choices, "managed_by")):
        if db_field.many_to_many:
            return {"widget": AutocompleteSelectMultiple(db_field, site)}
        return {"widget": SearchedSelect(db_field, site), "form_class": SearchedField}
    if db_field.many_to_many or not is_longer(choices, MOST_WITHOUT_SEARCH):
        return {}
    return {"widget": ForeignKeyRawIdWidget(db_field.remote_field, site)}


class ScopedChoices:
    """Relation fields offer managed rows only. Subclasses widen single fields in `choices_for`."""

    admin_site: admin.AdminSite

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """An empty list stays one: Django's hidden copy of such a default is needless, and no valid HTML."""
        if db_field.default is list:
            kwargs["show_hidden_initial"] = False
        if isinstance(db_field, models.SlugField):
            kwargs |= {
                "label": gettext("Name in the address"),
                "help_text": gettext("Ends the address of its page: letters, digits and hyphens, no spaces."),
            }
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def choices_for(self, db_field, request) -> models.QuerySet:
        return managed(db_field.remote_field.model._default_manager.all(), request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(db_field, request, **self.offer(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(db_field, request, **self.offer(db_field, request, kwargs))

    def offer(self, db_field, request, kwargs: dict) -> dict:
        """Looked up once for a page, which makes a form up to four times."""
        found = request.__dict__.setdefault("offered", {})
        key = type(self), db_field
        if key not in found:
            choices = self.choices_for(db_field, request)
            way = (
                {} if "widget" in kwargs else way_to_choose(db_field, choices, self.admin_site, request.user)
            )
            found[key] = {**way, "queryset": choices}
        return {**kwargs, **found[key]}


class OfficeRights:
    """The office held today opens the desk; `managed_by` says which rows. Nothing is deleted unless a class says so."""

    def has_module_permission(self, request):
        return request.user.is_staff

    def has_view_permission(self, request, obj=None):
        return request.user.is_staff and (obj is None or self.was_managed(request, obj))

    def has_add_permission(self, request, obj=None):
        return request.user.is_staff

    def has_change_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def was_managed(self, request, obj) -> bool:
        """When the page first asked: it asks some ten times. What is written is looked at anew by `is_managed`."""
        found = request.__dict__.setdefault("managed", {})
        key = type(obj), obj.pk
        if key not in found:
            found[key] = self.is_managed(request, obj)
        return found[key]

    def is_managed(self, request, obj) -> bool:
        return managed(type(obj)._default_manager.filter(pk=obj.pk), request.user).exists()


class ScopedAdmin(ScopedChoices, OfficeRights, LeavesTrail):
    list_per_page = 50
    paginator = BoundedPaginator
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    show_full_result_count = False

    def get_queryset(self, request):
        return managed(super().get_queryset(request), request.user)

    def get_changelist(self, request, **kwargs):
        return FoundFirst

    def get_changeform_initial_data(self, request):
        """Whoever looks after one cluster need not choose it, unless an association of theirs may be meant."""
        asked_for = super().get_changeform_initial_data(request)
        found = some_clusters_of(request.user) if self.asks_for_cluster(request.user) else []
        return {"cluster": found[0], **asked_for} if len(found) == 1 else asked_for

    def asks_for_cluster(self, user) -> bool:
        """And not for a cluster or an association, one as likely as the other."""
        field = next((field for field in self.opts.fields if field.name == "cluster"), None)
        return field is not None and not (field.blank and manages_associations(user))

    def get_search_results(self, request, queryset, search_term):
        fields = self.get_search_fields(request)
        return (with_words(queryset, fields, search_term) if fields else queryset), False

    def get_actions(self, request):
        """Every list can be taken away."""
        return super().get_actions(request) | {"as_csv": self.get_action("as_csv")}

    @admin.action(description=_("Download as CSV"))
    def as_csv(self, request, queryset):
        return list_file(self, request, queryset)

    def save_related(self, request, form, formsets, change):
        """The last guard: nobody makes or moves a row out of what they look after. The request is rolled back."""
        kept = not_offered(form)
        super().save_related(request, form, formsets, change)
        for name, rows in kept.items():
            getattr(form.instance, name).add(*rows)
        if not (self.is_managed(request, form.instance) or self.lets_go(formsets)):
            raise PermissionDenied(
                gettext("You can only change what belongs to a cluster or association you look after.")
            )

    def lets_go(self, formsets) -> bool:
        """Whether what was saved is how one stops looking after a row, not how one takes a strange one."""
        return False


class ReadOnlyAdmin(ScopedAdmin):
    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class InlineRights(ScopedChoices):
    """An inline may do what its parent may: the parent's rows are scoped already."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request):
        return managed(super().get_queryset(request), request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Its choices are found once, and not for each row."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if type(field.widget) is Select:
            choices = FoundOnce(field.choices)
            field.widget = RepeatedSelect(field.widget.attrs)
            field.choices = choices
        return field

    def has_view_permission(self, request, obj=None):
        return request.user.is_staff

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class ScopedTabularInline(InlineRights, admin.TabularInline):
    extra = 0


class ScopedStackedInline(InlineRights, admin.StackedInline):
    extra = 0


def rows_to_choose(rows: models.QuerySet, user, chosen: str) -> list[models.Model]:
    """Those the user looks after, to narrow a list by; of too many to choose from the one chosen by a link alone."""
    rows = managed(rows, user)
    is_long = user.is_superuser and is_longer(rows, MOST_CHOICES)  # is likely, and they are not read in vain
    found = [] if is_long else list(rows[: MOST_CHOICES + 1])
    if is_long or len(found) > MOST_CHOICES:
        return list(rows.filter(pk=chosen)) if chosen.isdecimal() else []
    return found


class ScopedFilter(admin.RelatedFieldListFilter):
    """A filter by a relation that offers managed rows only. Use as `list_filter = [("cluster", ScopedFilter)]`."""

    related: tuple[str, ...] = ()  # what `words_for` reads of other tables

    def words_for(self, row) -> str:
        return str(row)

    def field_choices(self, field, request, model_admin):
        rows = field.remote_field.model._default_manager.all()
        rows = rows.select_related(*self.related) if self.related else rows
        found = rows_to_choose(rows, request.user, self.lookup_val[0] if self.lookup_val else "")
        return [(row.pk, self.words_for(row)) for row in found]

    def has_output(self):
        return len(self.lookup_choices) > 1 or bool(self.lookup_val)
