"""Django's admin as the coordinators' desk: open to whoever holds an office today. What is saved leaves its line."""

import json
from functools import partial

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import Group
from django.db.models.base import ModelBase
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from clusters import trail
from clusters.models import Association, Cluster

MADE_BY_SIGNING_IN = {"mfa.Authenticator", "usersessions.UserSession"}


class LeavesTrail(admin.ModelAdmin):
    """What is added, changed or deleted on the desk, rows of inlines among it, is in the trail like every other act.

    `verbs` says it better than "added", "changed" and "deleted" where there is a word for it.
    """

    verbs: dict[str, str] = {}

    def log_addition(self, request, row, message):
        self.leave_line(request, "added", row)
        return super().log_addition(request, row, message)

    def log_change(self, request, row, message):
        if message:
            said = LogEntry(change_message=json.dumps(message)).get_change_message()
            self.leave_line(request, "changed", row, said)
        return super().log_change(request, row, message)

    def log_deletions(self, request, rows):
        for row in rows:
            self.leave_line(request, "deleted", row)
        return super().log_deletions(request, rows)

    def leave_line(self, request, verb: str, row, note: str = "") -> None:
        for place in self.places_of(row) or [{}]:
            trail.record(request.user, self.verbs.get(verb, verb), row, note=note, **place)

    def places_of(self, row) -> list[dict]:
        """The clusters and associations whose officers read the line. A desk whose rows say it otherwise overrides."""
        if isinstance(row, Cluster):
            return [{"cluster": row}]
        if isinstance(row, Association):
            return [{"association": row}]
        if getattr(row, "cluster", None):
            return [{"cluster": row.cluster}]
        if getattr(row, "association", None):
            return [{"association": row.association}]
        return self.places_of(row.meeting) if getattr(row, "meeting", None) else []


class OfLibrary(LeavesTrail):
    """A table of a library, for the operator. Sessions and second proofs of signing in come from people themselves."""

    def has_add_permission(self, request):
        return self.opts.label not in MADE_BY_SIGNING_IN and super().has_add_permission(request)

    def get_search_fields(self, request):
        """By addresses where the library would look for names of users, of which ours have none."""
        fields = super().get_search_fields(request)
        return ["user__email" if field == "user__username" else field for field in fields]


class Found(AutocompleteJsonView):
    """What was found while one typed, in the words of its desk's `words_of_choice`, if it has any."""

    def serialize_result(self, obj, to_field_name):
        words = getattr(self.model_admin, "words_of_choice", str)
        return super().serialize_result(obj, to_field_name) | {"text": words(obj)}


class Desk(admin.AdminSite):
    site_header = _("Coordinators' desk")
    site_title = _("Coordinators' desk")
    index_title = _("What you look after")
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        """Also the tables of the libraries leave their lines: no desk can forget to. Groups give no rights here."""
        of_desk = admin_class or admin.ModelAdmin
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        if not issubclass(of_desk, LeavesTrail):
            of_desk = type(of_desk.__name__, (OfLibrary, of_desk), {"__module__": of_desk.__module__})
        super().register([model for model in models if model is not Group], of_desk, **options)

    def get_app_list(self, request, app_label=None):
        """Found when it is shown: Django asks on each page for what only the first one shows."""
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def autocomplete_view(self, request):
        return Found.as_view(admin_site=self)(request)

    def has_permission(self, request):
        return request.user.is_active and request.user.is_staff

    def login(self, request, extra_context=None):
        """Signing in is allauth's: rate limits, codes and second factors hold for the desk too."""
        return secure_admin_login(super().login)(request, extra_context)
