from django.contrib import admin

from clusters import trail
from clusters.acts import ObjectActs, act
from clusters.models import Cluster
from clusters.scoping import ScopedAdmin, ScopedTabularInline
from members import companies
from members.forms import CompanyDeskForm
from members.models import Company, Membership, Representative


class OfOneCluster(admin.SimpleListFilter):
    """Firms with an open membership in one of the clusters one looks after."""

    title = "cluster"
    parameter_name = "cluster"

    def lookups(self, request, model_admin):
        return [(cluster.pk, cluster.name) for cluster in Cluster.objects.managed_by(request.user)]

    def queryset(self, request, queryset):
        if not str(self.value()).isdecimal():  # a number where Django counts the firms of each choice
            return queryset
        mine = Membership.objects.open().managed_by(request.user).filter(cluster=self.value())
        return queryset.filter(pk__in=mine.values("company"))


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

    @admin.display(description="e-mail")
    def address(self, representative):
        return representative.user.email


@admin.register(Company)
class CompanyAdmin(ScopedAdmin):
    """Firms put themselves on the site by joining; coordinators mend what is wrong."""

    form = CompanyDeskForm
    list_display = ["name", "town", "size", "legal_form", "web_domain", "created_at"]
    list_filter = [OfOneCluster, "size", "legal_form"]
    search_fields = ["name", "web_domain"]
    readonly_fields = ["slug", "web_domain", "created_at"]
    inlines = [RepresentativeInline]
    fieldsets = [
        (
            None,
            {"fields": ["name", "slug", "summary", "about", "expertise", "size", "legal_form", "founded"]},
        ),
        ("To other members", {"fields": ["offers", "seeks"]}),
        (
            "How to reach it",
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

    def save_model(self, request, company, form, change):
        super().save_model(request, company, form, change)
        for cluster in companies.clusters_of(company):
            trail.record(request.user, "changed the entry of", company, cluster=cluster)


@admin.register(Representative)
class RepresentativeAdmin(ObjectActs, ScopedAdmin):
    """Who acts for which firm. Its leads decide about colleagues, and coordinators where there is no lead."""

    list_display = ["user", "company", "role", "state", "since"]
    list_filter = ["state", "role"]
    list_select_related = ["user", "company"]
    search_fields = ["user__name", "user__email", "company__name"]
    acts = ["accept", "refuse"]
    fields = ["user", "address", "company", "role", "state", "job", "since"]
    readonly_fields = ["user", "address", "company", "state", "since"]

    def has_add_permission(self, request, obj=None):
        return False

    @admin.display(description="e-mail")
    def address(self, representative):
        return representative.user.email

    @act("Accept", shown=lambda one: one.state == Representative.State.ASKED)
    def accept(self, request, representative, form):
        companies.accept_representative(representative, request.user)
        return f"{representative.user} acts for {representative.company} now, and hears so by mail."

    @act(
        "Refuse",
        shown=lambda one: one.state == Representative.State.ASKED,
        confirm="The person hears by mail that the answer was no, and can't ask for this firm again.",
        danger=True,
    )
    def refuse(self, request, representative, form):
        companies.refuse_representative(representative, request.user)
        return f"{representative.user} does not act for {representative.company}."
