"""All data to take away: asked for with one click, made by the worker, kept for a week.

A computer left open must not give it away, so who they are is asked again.
"""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import admin
from django.http import FileResponse, Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choosing import RepeatedSelect
from clusters.scoping import ScopedAdmin
from members import exports
from members.models import Export

from .places import PlaceForm


class AskForm(PlaceForm):
    of = forms.ChoiceField(label=_("All data of"), widget=RepeatedSelect)

    def whole_places(self, user) -> dict:
        whole_site = {"site": None} if user.is_superuser else {}
        return whole_site | super().whole_places(user)


@admin.register(Export)
class ExportAdmin(ScopedAdmin):
    list_display = ["what", "state", "asked_at", "made_at"]
    list_select_related = ["cluster", "association"]
    list_filter = ["state"]

    @admin.display(description=_("all data of"))
    def what(self, export):
        return export.of

    def get_urls(self):
        download = self.admin_site.admin_view(self.download_view)
        return [path("<int:pk>/download/", download, name="members_export_download"), *super().get_urls()]

    @method_decorator(reauthentication_required)
    def add_view(self, request, form_url="", extra_context=None):
        form = AskForm(request.POST if request.method == "POST" else None, desk=self, user=request.user)
        if form.is_bound and form.is_valid():
            export = exports.ask(form.place, by=request.user)
            return redirect(reverse("admin:members_export_change", args=[export.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Take all data away"),
            "form": form,
        }
        return TemplateResponse(request, "admin/members/export/ask.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        export = self.get_object(request, object_id)
        if export is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(export),
            "export": export,
            "until": export.asked_at + exports.KEEP,
            "rows": [(name.replace("-", " "), number) for name, number in export.rows],
        }
        return TemplateResponse(request, "admin/members/export/page.html", context)

    @method_decorator(reauthentication_required)
    def download_view(self, request, pk):
        """For who asked for it, while they look after what is in it."""
        export = self.get_object(request, str(pk))
        if export is None or export.state != Export.State.DONE:
            raise Http404
        try:
            file = export.file.open("rb")
        except FileNotFoundError as gone:
            raise Http404 from gone
        name = f"{slugify(export.of)}-{timezone.localdate(export.made_at)}.zip"
        return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
