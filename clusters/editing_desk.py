"""Two people edit the same row on the desk at once (`clusters.editing`)."""

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db import transaction

from clusters.editing import what_stayed


class SameTimeAdmin(admin.ModelAdmin):
    """Its `form` is a `SameTimeForm`, so may those of its inlines be."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Whoever saves has the row to themselves, and compares with it as it is now."""
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            row = self.get_object(request, unquote(object_id))
            if row is not None:
                type(row)._base_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        self.say_what_stayed(request, [form])

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        self.say_what_stayed(request, formset.forms, getattr(formset, "news", ()))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        show_prints(context["adminform"])
        if request.method == "POST":
            self.say_what_stayed(request, [context["adminform"].form])
            for inline in context["inline_admin_formsets"]:
                news = getattr(inline.formset, "news", ())
                self.say_what_stayed(request, inline.formset.forms, news)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @staticmethod
    def say_what_stayed(request, forms, news=()) -> None:
        for sentence in filter(None, [what_stayed(forms), *news]):
            messages.info(request, sentence)


def show_prints(page) -> None:
    """The hidden field goes with the first fields, whatever fieldsets the desk has."""
    (name, first), *others = page.fieldsets
    if "seen" not in flatten_fieldsets(page.fieldsets):
        page.fieldsets = [(name, {**first, "fields": [*first["fields"], "seen"]}), *others]
