"""What firms ask of each other, as far as a coordinator has a part in it: introductions to pass on, opportunities to
take down, reports to settle."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.acts import ObjectActs, act
from clusters.scoping import ScopedAdmin, ScopedFilter
from members.exchange import introductions, opportunities, reports
from members.exchange.forms import ForwardForm, SettleForm, TakeDownForm, TurnDownForm
from members.models import Introduction, IntroductionMessage, Opportunity, Report


class NothingToSave(ObjectActs, ScopedAdmin):
    """Rows that come from the firms, to read: what is done about them is done by buttons."""

    view_on_site = False  # what the firms read there is theirs

    def has_add_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, nothing_to_save | (extra_context or {}))


@admin.register(Introduction)
class IntroductionAdmin(NothingToSave):
    """Those that go through the coordinator. What two firms write to each other is theirs, unless one reports it."""

    list_display = ["__str__", "cluster", "state", "asked_at", "forwarded_at", "decided_at", "outcome"]
    list_filter = ["state", "outcome", ("cluster", ScopedFilter)]
    list_select_related = ["asker", "asked", "cluster"]
    search_fields = ["asker__name", "asked__name"]
    date_hierarchy = "asked_at"
    acts = ["forward", "turn_down"]
    fields = (
        "asker",
        "what_it_does",
        "asked",
        "what_the_other_does",
        "cluster",
        "reason",
        "asked_by",
        "asked_at",
        "state",
        "note",
        "forwarded_by",
        "forwarded_at",
        "decided_at",
        "ended_because",
        "outcome",
    )
    readonly_fields = fields

    @admin.display(description=_("what it does"))
    def what_it_does(self, introduction):
        return introduction.asker.summary

    @admin.display(description=_("what the other does"))
    def what_the_other_does(self, introduction):
        return introduction.asked.summary

    @act(_("Pass it on"), shown=lambda one: one.state == Introduction.State.REQUESTED, form=ForwardForm)
    def forward(self, request, introduction, form):
        introductions.forward(introduction, by=request.user, **form.cleaned_data)
        return gettext("%(asked)s has it by mail, and answers with one click.") % {
            "asked": introduction.asked
        }

    @act(
        _("Turn it down"),
        shown=lambda one: one.state == Introduction.State.REQUESTED,
        form=TurnDownForm,
        danger=True,
    )
    def turn_down(self, request, introduction, form):
        introductions.turn_down(introduction, by=request.user, **form.cleaned_data)
        return gettext("%(asker)s gets your sentence by mail. %(asked)s hears nothing.") % {
            "asker": introduction.asker,
            "asked": introduction.asked,
        }


@admin.register(Opportunity)
class OpportunityAdmin(NothingToSave):
    """What the firms ask of and offer to fellow members. They close it; a coordinator can take it down."""

    list_display = ["title", "company", "kind", "theme", "posted_at", "until", "state", "outcome"]
    list_filter = ["state", "kind", "theme", "outcome"]
    list_select_related = ["company"]
    search_fields = ["title", "company__name"]
    date_hierarchy = "posted_at"
    acts = ["take_down"]
    fields = (
        "company",
        "kind",
        "theme",
        "title",
        "text",
        "seen_by",
        "posted_at",
        "until",
        "state",
        "outcome",
        "taken_down_because",
    )
    readonly_fields = fields

    @admin.display(description=_("seen by the members of"))
    def seen_by(self, opportunity):
        if opportunity.to_all:
            return gettext("all clusters")
        return ", ".join(cluster.name for cluster in opportunity.clusters.all())

    @act(
        _("Take it down"),
        shown=lambda one: one.state == Opportunity.State.OPEN,
        form=TakeDownForm,
        danger=True,
    )
    def take_down(self, request, opportunity, form):
        opportunities.take_down(opportunity, by=request.user, **form.cleaned_data)
        return gettext("It is off the list, and %(company)s gets your sentence by mail.") % {
            "company": opportunity.company
        }


@admin.register(Report)
class ReportAdmin(NothingToSave):
    """What a firm says should not be. Read it, talk to both, and write down what was done."""

    list_display = ["__str__", "cluster", "association", "state", "at", "settled_at"]
    list_filter = ["state", ("cluster", ScopedFilter), ("association", ScopedFilter)]
    list_select_related = [
        "company",
        "introduction__asker",
        "introduction__asked",
        "opportunity",
        "cluster",
        "association",
    ]
    search_fields = ["company__name", "text"]
    date_hierarchy = "at"
    acts = ["settle"]
    fields = (
        "company",
        "by",
        "at",
        "text",
        "about",
        "what_was_written",
        "cluster",
        "association",
        "state",
        "note",
        "settled_by",
        "settled_at",
    )
    readonly_fields = fields

    @admin.display(description=_("about"))
    def about(self, report):
        if report.opportunity:
            return f"{report.opportunity.company}: {report.opportunity.title}. {report.opportunity.text}"
        return f"{report.introduction}: {report.introduction.reason}"

    @admin.display(description=_("what they wrote"))
    def what_was_written(self, report):
        """A report opens the two firms' thread to whom it was written to."""
        messages = IntroductionMessage.objects.filter(introduction=report.introduction_id)
        lines = ((message.company.name, message.text) for message in messages.select_related("company"))
        return format_html_join("", "<p><b>{}:</b> {}</p>", lines) or gettext("Nothing yet.")

    @act(_("Settle it"), shown=lambda one: one.state == Report.State.OPEN, form=SettleForm)
    def settle(self, request, report, form):
        reports.settle(report, by=request.user, **form.cleaned_data)
        return gettext("Settled. The firm that reported it reads your sentence.")
