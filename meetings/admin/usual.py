"""A cluster's usual agenda on the desk: copied into each new meeting."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.editing import SameTimeForm
from clusters.editing_rows import SameTimeFormSet
from clusters.scoping import ScopedAdmin, ScopedStackedInline
from meetings.agendas import STEP
from meetings.forms import at_the_end_if_empty, position_field
from meetings.models import AgendaItem, TemplateItem, UsualAgenda
from meetings.models.agenda import SHOWCASE_MINUTES

SHOWCASE = AgendaItem.Kind.SHOWCASE


class TemplateFormSet(SameTimeFormSet):
    def clean(self):
        """It fits the cluster's usual length, with one showcase of 20 minutes."""
        super().clean()
        if any(self.errors):
            return
        lines = [
            form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data["DELETE"]
        ]
        showcases = [line for line in lines if line["kind"] == SHOWCASE]
        if len(showcases) > 1 or any(line["minutes"] != SHOWCASE_MINUTES for line in showcases):
            raise ValidationError(
                gettext("There is one showcase, and it takes %(showcase_minutes)s minutes.")
                % {"showcase_minutes": SHOWCASE_MINUTES}
            )
        minutes = sum(line["minutes"] for line in lines) + (0 if showcases else SHOWCASE_MINUTES)
        usual = self.instance.usual_minutes
        if lines and minutes > usual:
            said = (
                gettext("That makes %(minutes)s minutes. Meetings here usually take %(usual)s.")
                if showcases
                else gettext(
                    "That makes %(minutes)s minutes, with %(showcase)s for the chair's showcase. "
                    "Meetings here usually take %(usual)s."
                )
            )
            raise ValidationError(
                said, params={"minutes": minutes, "showcase": SHOWCASE_MINUTES, "usual": usual}
            )


class TemplateItemForm(SameTimeForm):
    position = position_field()

    class Meta:
        model = TemplateItem
        fields = ["position", "minutes", "kind", "title", "summary"]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2, "cols": 40}),
            "title": forms.TextInput(attrs={"size": 40}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["position"] = None

    def clean_position(self):
        return at_the_end_if_empty(self.cleaned_data["position"])

    def rows_in_trail(self):
        return [self.instance.cluster]


class TemplateInline(ScopedStackedInline):
    model = TemplateItem
    form = TemplateItemForm
    formset = TemplateFormSet
    fields = [("position", "minutes", "kind"), ("title", "summary"), "seen"]
    verbose_name = _("line")
    verbose_name_plural = _("Copied into each new meeting")

    def get_extra(self, request, obj=None, **kwargs):
        """Empty rows, so that no script is needed to add a line."""
        return 3


@admin.register(UsualAgenda)
class UsualAgendaAdmin(ScopedAdmin):
    verbs = {"changed": "changed the usual agenda of"}
    inlines = [TemplateInline]
    fields = readonly_fields = ["name", "usual_minutes"]
    list_display = ["name", "lines", "minutes"]
    search_fields = ["name"]

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        lines = Count("template_items")
        return super().get_queryset(request).annotate(lines=lines, minutes=Sum("template_items__minutes"))

    @admin.display(description=_("lines"), empty_value=_("the standard agenda"))
    def lines(self, cluster):
        return cluster.lines or None

    @admin.display(description=_("minutes"), empty_value="")
    def minutes(self, cluster):
        return cluster.minutes

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        lines = list(form.instance.template_items.all())
        for number, line in enumerate(lines, start=1):
            line.position = number * STEP
        TemplateItem.objects.bulk_update(lines, ["position"])
