from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.acts import ObjectActs, act
from clusters.models import Cluster
from clusters.scoping import ScopedAdmin, ScopedTabularInline, rows_to_choose
from members import companies, freezing
from members.forms import CompanyDeskForm, FreezeForm
from members.models import Company, Membership, Representative


class OfOneCluster(admin.SimpleListFilter):
    """Firms with an open membership in one of the clusters one looks after."""

    title = _("cluster")
    parameter_name = "cluster"

    def lookups(self, request, model_admin):
        found = rows_to_choose(Cluster.objects.all(), request.user, str(self.value()))
        return [(cluster.pk, cluster.name) for cluster in found]

    def queryset(self, request, queryset):
        if not str(self.value()).isdecimal():  # a number where Django counts the firms of each choice
            return queryset
        mine = Membership.objects.open().managed_by(request.user).filter(cluster=self.value())
        return queryset.filter(pk__in=mine.values("company"))


class Answered(admin.SimpleListFilter):
    """Whether somebody answers for the firm."""

    title = _("answers")
    parameter_name = "answered"

    def lookups(self, request, model_admin):
        return [("no", gettext("Nobody answers"))]

    def queryset(self, request, queryset):
        return queryset.filter(unrepresented_since__isnull=False) if self.value() == "no" else queryset


class Frozen(admin.SimpleListFilter):
    """Off the public pages for now, by a coordinator's word."""

    title = _("frozen")
    parameter_name = "frozen"

    def lookups(self, request, model_admin):
        return [("yes", gettext("Frozen")), ("no", gettext("Not frozen"))]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(frozen_at__isnull=self.value() == "no")


class RepresentativeInline(ScopedTabularInline):
    """Who acts for the firm, to read. Each leads to the page on which one answers and changes."""

    model = Representative
    fields = ("user", "address", "role", "state", "job")
    readonly_fields = fields
    show_change_link = True

    def has_change_permission(self, request, obj=None):
        return False

    has_add_permission = has_delete_permission = has_change_permission

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "company")

    @admin.display(description=_("e-mail"))
    def address(self, representative):
        return representative.user.email


@admin.register(Company)
class CompanyAdmin(ObjectActs, ScopedAdmin):
    """Firms put themselves on the site by joining; coordinators mend what is wrong."""

    verbs = {"changed": "changed the entry of"}

    form = CompanyDeskForm
    list_display = ["name", "town", "size", "legal_form", "web_domain", "created_at"]
    list_filter = [OfOneCluster, Answered, Frozen, "size", "legal_form"]
    search_fields = ["name", "web_domain"]
    ordering = ["name_key", "pk"]
    readonly_fields = [
        "slug",
        "web_domain",
        "created_at",
        "unrepresented_since",
        "frozen_at",
        "frozen_reason",
    ]
    inlines = [RepresentativeInline]
    acts = ["freeze", "unfreeze"]
    fieldsets = [
        (
            None,
            {"fields": ["name", "slug", "summary", "about", "expertise", "size", "legal_form", "founded"]},
        ),
        (_("To other members"), {"fields": ["offers", "seeks"]}),
        (
            _("How to reach it"),
            {
                "fields": [
                    "website",
                    "web_domain",
                    ("email", "email_shown"),
                    ("phone", "phone_shown"),
                    ("address", "town", "postcode"),
                    "address_shown",
                    "created_at",
                ]
            },
        ),
    ]

    def has_add_permission(self, request, obj=None):
        return False

    def get_fieldsets(self, request, obj=None):
        """What is out of order comes first."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj and obj.unrepresented_since:
            fieldsets = [(gettext("Nobody answers for it"), {"fields": ["unrepresented_since"]}), *fieldsets]
        if obj and obj.frozen_at:
            fieldsets = [(gettext("It is frozen"), {"fields": ["frozen_at", "frozen_reason"]}), *fieldsets]
        return fieldsets

    @act(
        _("Freeze"),
        shown=lambda company: not company.frozen_at,
        form=FreezeForm,
        confirm=_(
            "It is off the public pages at once: no entry, no introductions, no turns, no agendas. "
            "Turns ahead go to the next firms. Nothing is lost, and you can unfreeze it any day."
        ),
        danger=True,
    )
    def freeze(self, request, company, form):
        freezing.freeze(company, by=request.user, reason=form.cleaned_data["reason"])
        return gettext("%(company)s is frozen. Its people get your sentence by mail.") % {"company": company}

    @act(_("Unfreeze"), shown=lambda company: company.frozen_at)
    def unfreeze(self, request, company, form):
        freezing.unfreeze(company, by=request.user)
        return gettext("%(company)s takes part again, as before. Its people hear so by mail.") % {
            "company": company
        }

    def places_of(self, company):
        return [{"cluster": cluster} for cluster in companies.clusters_of(company)]


@admin.register(Representative)
class RepresentativeAdmin(ObjectActs, ScopedAdmin):
    """Who acts for which firm. Its leads decide about colleagues, and coordinators where there is no lead."""

    list_display = ["user", "company", "role", "state", "takes_over", "since"]
    list_filter = ["state", "role"]
    list_select_related = ["user", "company"]
    search_fields = ["user__name", "user__email", "company__name"]
    ordering = ["company__name_key", "company_id", "role", "pk"]
    acts = ["accept", "refuse"]
    fields = ["user", "address", "company", "role", "state", "takes_over", "job", "since"]
    readonly_fields = ["user", "address", "company", "state", "takes_over", "since"]

    def places_of(self, representative):
        return [{"cluster": cluster} for cluster in companies.clusters_of(representative.company)]

    def has_add_permission(self, request, obj=None):
        return False

    @admin.display(description=_("e-mail"))
    def address(self, representative):
        return representative.user.email

    @act(_("Accept"), shown=lambda one: one.state == Representative.State.ASKED)
    def accept(self, request, representative, form):
        companies.accept_representative(representative, request.user)
        return gettext("%(person)s acts for %(company)s now, and hears so by mail.") % {
            "person": representative.user,
            "company": representative.company,
        }

    @act(
        _("Refuse"),
        shown=lambda one: one.state == Representative.State.ASKED,
        confirm=_("The person hears by mail that the answer was no, and can't ask for this firm again."),
        danger=True,
    )
    def refuse(self, request, representative, form):
        companies.refuse_representative(representative, request.user)
        return gettext("%(person)s does not act for %(company)s.") % {
            "person": representative.user,
            "company": representative.company,
        }
