from django.contrib import admin, messages
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.acts import ObjectActs, act
from clusters.errors import Refused
from clusters.scoping import ScopedAdmin, ScopedFilter
from members import memberships
from members.forms import RejectionForm
from members.models import Membership


@admin.register(Membership)
class MembershipAdmin(ObjectActs, ScopedAdmin):
    """Applications come from the firms; here they are answered."""

    list_display = ["company", "cluster", "state", "applied_at", "joined_at", "ended_at"]
    list_filter = ["state", ("cluster", ScopedFilter)]
    list_select_related = ["company", "cluster"]
    search_fields = ["company__name", "company__web_domain"]
    date_hierarchy = "applied_at"
    ordering = ["-pk"]  # as they came: by time, an index would be walked for the few of a cluster too
    actions = ["approve_all"]
    acts = ["approve", "reject", "end"]
    fields = (
        "company",
        "what_it_does",
        "cluster",
        "state",
        "message",
        "applied_at",
        "applied_by",
        "joined_at",
        "decided_by",
        "decision",
        "ended_at",
    )
    readonly_fields = fields

    def has_add_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """There is nothing to save: an application is answered by its buttons."""
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, nothing_to_save | (extra_context or {}))

    @admin.display(description=_("what it does"))
    def what_it_does(self, membership):
        company = membership.company
        facts = [company.summary, company.get_size_display(), company.postcode, company.website]
        return " · ".join(fact for fact in facts if fact)

    @act(_("Approve"), shown=lambda membership: membership.state == Membership.State.APPLIED)
    def approve(self, request, membership, form):
        memberships.approve(membership, by=request.user)
        return gettext("%(company)s is a member of %(cluster)s. The welcome mail is on its way.") % {
            "company": membership.company,
            "cluster": membership.cluster,
        }

    @act(
        _("Reject"),
        shown=lambda membership: membership.state == Membership.State.APPLIED,
        form=RejectionForm,
        danger=True,
    )
    def reject(self, request, membership, form):
        memberships.reject(membership, by=request.user, sentence=form.cleaned_data["sentence"])
        return gettext("%(company)s gets your sentence by mail.") % {"company": membership.company}

    @act(
        _("End the membership"),
        shown=lambda membership: membership.state == Membership.State.ACTIVE,
        form=RejectionForm,
        confirm=_(
            "The firm is no longer a member of this cluster, and its turns ahead go to the next firms. "
            "It gets your sentence by mail and can apply again. What it has done here stays in the archive."
        ),
        danger=True,
    )
    def end(self, request, membership, form):
        memberships.end(membership, by=request.user, sentence=form.cleaned_data["sentence"])
        return gettext("%(company)s is no longer a member, and gets your sentence by mail.") % {
            "company": membership.company
        }

    @admin.action(description=_("Approve the chosen applications"), permissions=["change"])
    def approve_all(self, request, queryset):
        approved = 0
        for membership in queryset.select_related("company", "cluster"):
            was_waiting = membership.state == Membership.State.APPLIED
            try:
                memberships.approve(membership, by=request.user)
                approved += was_waiting
            except Refused as refusal:
                messages.warning(request, str(refusal))
        if approved:
            sentence = ngettext(
                "One firm is a member now. The welcome mails are on their way.",
                "%(firms)s firms are members now. The welcome mails are on their way.",
                approved,
            )
            messages.success(request, sentence % {"firms": approved})
        else:
            messages.info(request, gettext("Nothing was waiting among these. Nobody was mailed."))
