from django import forms
from django.contrib import admin, messages
from django.forms.models import BaseInlineFormSet
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters import faq_care, present, supporters
from clusters.acts import ObjectActs, act
from clusters.editing import SameTimeForm
from clusters.editing_desk import SameTimeAdmin
from clusters.images import ImageUpload
from clusters.models import (
    Association,
    Hostname,
    Question,
    Support,
    Supporter,
    SupporterLogo,
    Topic,
)
from clusters.models.places import manages_associations
from clusters.scoping import ScopedAdmin, ScopedFilter, ScopedStackedInline


class HostnameInline(admin.TabularInline):
    """Host names are the operator's: a wrong one takes somebody else's front page."""

    model = Hostname
    extra = 0

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Association)
class AssociationAdmin(ScopedAdmin):
    list_display = ["name", "short_name", "contact_email"]
    prepopulated_fields = {"slug": ["short_name"]}
    inlines = [HostnameInline]

    def has_add_permission(self, request, obj=None):
        return request.user.is_superuser


class ClusterAdmin(ScopedAdmin):
    """Comes to the desk in `meetings.admin.clusters`, with the acts that its meetings follow."""

    list_display = ["name", "state", "rhythm", "town", "association"]
    list_filter = ["state", ("association", ScopedFilter)]
    list_select_related = ["association"]
    search_fields = ["name", "town"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": ["association", "name", "slug", "kind", "state", "lead", "about", "founded"]}),
        (
            _("When it meets"),
            {
                "fields": [
                    "cadence",
                    ("usual_week", "usual_weekday"),
                    "usual_day",
                    ("usual_start", "usual_minutes"),
                    "pause_months",
                ]
            },
        ),
        (_("Turns and agendas"), {"fields": ["rota_both", "rota_gap_days", "answer_days", "agenda_days"]}),
        (_("Where"), {"fields": ["where", "town", "latitude", "longitude", "districts"]}),
        (_("Rules"), {"fields": ["joining", "guests_welcome", "contact_email"]}),
        (_("Pictures"), {"fields": ["glyph_seed", "scene"]}),
    ]

    @admin.display(description=_("rhythm"))
    def rhythm(self, cluster):
        return cluster.rhythm

    def has_add_permission(self, request, obj=None):
        return manages_associations(request.user)

    def get_form(self, request, obj=None, change=False, **kwargs):
        words = {
            "latitude": _(
                "Degrees north, such as 54.05. A map on the web says it of the place one points at."
            ),
            "longitude": _("Degrees east, such as -2.8: below zero west of Greenwich."),
        }
        return super().get_form(request, obj, change, help_texts=words, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        """A cluster stays in its association, and its address stays what it is, unless the association says so."""
        if self.has_add_permission(request):
            return ["state"]
        return ["state", "association", "slug"]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else super().get_prepopulated_fields(request, obj)


@admin.register(Topic)
class TopicAdmin(ScopedAdmin):
    list_display = ["name", "theme", "cluster"]
    list_filter = ["theme", ("cluster", ScopedFilter)]
    list_select_related = ["cluster"]
    search_fields = ["name"]

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class SupportForm(forms.ModelForm):
    class Meta:
        help_texts = {
            "amount": _(
                "Pounds, over the whole time: without a last day it all counts in the first year. "
                "What is given anew each year is a row for each year."
            )
        }


class SupportFormSet(BaseInlineFormSet):
    default_error_messages = {
        **BaseInlineFormSet.default_error_messages,
        "too_few_forms": _("Say what it gives, and to which association or cluster."),
    }


class SupportInline(ScopedStackedInline):
    model = Support
    form = SupportForm
    formset = SupportFormSet
    min_num = 1
    fields = [
        ("association", "cluster"),
        ("gives", "description"),
        ("start", "end"),
        "amount",
        ("public", "amount_public"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("supporter", "association", "cluster")

    def get_formset(self, request, obj=None, **kwargs):
        """A new supporter gives something; one that is here may cease to."""
        return super().get_formset(request, obj, validate_min=obj is None, **kwargs)


class SupporterForm(forms.ModelForm):
    """A supporter that is here already, of others, is taken as it is: what it gives is added to it."""

    logo = ImageUpload(
        SupporterLogo.KIND,
        label=_("Logo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at least 64 pixels on each side."),
    )
    without_logo = forms.BooleanField(label=_("Take the logo away"), required=False)
    is_known = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name = " ".join(self.data.get("name", "").replace("\0", "").split())
        known = Supporter.objects.filter(name__iexact=name).first() if self.instance._state.adding else None
        if known:
            self.instance, self.is_known = known, True

    def _post_clean(self):
        if not self.is_known:
            super()._post_clean()


@admin.register(Supporter)
class SupporterAdmin(ScopedAdmin):
    form = SupporterForm
    list_display = ["name", "kind", "website"]
    list_filter = ["kind"]
    search_fields = ["name"]
    inlines = [SupportInline]

    def places_of(self, supporter):
        supports = supporter.supports.select_related("cluster", "association")
        return [{"cluster": one.cluster, "association": one.association} for one in supports]

    def get_fields(self, request, obj=None):
        own = ["name", "slug", "kind", "about", "website"]
        if obj is None:
            return [*own, "logo"]
        return own if self.is_shared(request, obj) else [*own, "logo", "without_logo"]

    def get_readonly_fields(self, request, obj=None):
        """Who supports others too is described by those who look after all of them, not by one."""
        return ["name", "slug", "kind", "about", "website"] if obj and self.is_shared(request, obj) else []

    def is_shared(self, request, supporter) -> bool:
        mine = Support.objects.managed_by(request.user).values("pk")
        return supporter.supports.exclude(pk__in=mine).exists()

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name"]}

    def save_model(self, request, obj, form, change):
        if form.is_known:
            messages.info(
                request,
                gettext("%(obj)s was here already. What it gives to you is added; its own words stay.")
                % {"obj": obj},
            )
            return
        super().save_model(request, obj, form, change)
        supporters.put_logo(
            obj, form.cleaned_data.get("logo"), without=form.cleaned_data.get("without_logo", False)
        )

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        supporters.forget_if_idle(form.instance)

    def lets_go(self, formsets) -> bool:
        """Who deletes the last own support lets go of the supporter."""
        return any(formset.deleted_objects for formset in formsets)

    def response_change(self, request, obj):
        """Back to the list when nothing here is one's own any more."""
        if self.is_managed(request, obj):
            return super().response_change(request, obj)
        messages.success(request, gettext("%(obj)s supports nothing of yours any more.") % {"obj": obj})
        return redirect("admin:clusters_supporter_changelist")


class QuestionForm(SameTimeForm):
    """Offices speak for their cluster or association; answers of the whole site are the operator's."""

    for_operator = False

    def clean(self):
        cleaned = super().clean()
        if not self.for_operator and not (cleaned.get("cluster") or cleaned.get("association")):
            self.add_error(
                "cluster", gettext("Say which of your clusters or associations this answer is for.")
            )
        return cleaned


class ReviewFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [("due", _("To be read again"))]

    def queryset(self, request, queryset):
        return queryset.due_for_review(present.today()) if self.value() == "due" else queryset


@admin.register(Question)
class QuestionAdmin(ObjectActs, SameTimeAdmin, ScopedAdmin):
    form = QuestionForm
    list_display = ["question", "place", "state", "owner", "review_on", "readers_say"]
    list_filter = [ReviewFilter, "state", "group", ("cluster", ScopedFilter)]
    list_select_related = ["cluster", "association", "owner"]
    search_fields = ["question", "answer"]
    readonly_fields = ["readers_say"]
    acts = ["still_right"]
    actions = ["all_still_right"]

    @admin.display(description=_("of"), ordering="cluster__name")
    def place(self, question):
        return question.cluster or question.association or gettext("The whole site")

    @admin.display(description=_("readers say"), ordering="did_not_help")
    def readers_say(self, question):
        votes = question.helped + question.did_not_help
        return (
            gettext("It helped %(helped)s of %(votes)s") % {"helped": question.helped, "votes": votes}
            if votes
            else gettext("Nothing yet")
        )

    @act(_("Still right"), shown=lambda question: question.state == Question.State.PUBLISHED)
    def still_right(self, request, question, form):
        faq_care.still_right(question, by=request.user)
        return gettext("Thank you. You are asked to read it again in 12 months.")

    @admin.action(description=_("The chosen answers are still right"), permissions=["change"])
    def all_still_right(self, request, queryset):
        number = 0
        for question in queryset:
            faq_care.still_right(question, by=request.user)
            number += 1
        sentence = ngettext(
            "One answer is looked at again in 12 months.",
            "%(number)s answers are looked at again in 12 months.",
            number,
        )
        messages.success(request, sentence % {"number": number})

    def get_changeform_initial_data(self, request):
        """Who writes an answer looks after it, and reads it again in a year."""
        return {
            "owner": request.user.pk,
            "review_on": present.today() + faq_care.A_YEAR,
            **super().get_changeform_initial_data(request),
        }

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"for_operator": request.user.is_superuser})

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)
