"""Joining, step by step: account, firm, clusters. Each step finds by itself where the person stands."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusters import finder
from clusters.brands import wear
from clusters.errors import Refused
from clusters.models import Cluster
from members import companies, memberships
from members.forms import ClustersForm, CompanyForm, Offer
from members.models import Company, Membership, ReferralLink, Representative
from members.models.company import look_alikes

# What a person typed so far waits in the session: the firm under DRAFT, the cluster they came from under WANTED,
# the link by which they came under REFERRAL.
DRAFT, WANTED, REFERRAL = "join-firm", "join-cluster", "join-from"
MOST_OFFERED = 12


@login_not_required
@require_GET
def join(request):
    """What joining is; for who is signed in, the step they are at."""
    slug, referral = (request.GET.get(name, "").replace("\0", "")[:60] for name in ("cluster", "from"))
    cluster = Cluster.objects.select_related("association").filter(slug=slug).first()
    if cluster and cluster.state == Cluster.State.RESTING:
        messages.info(
            request,
            _("%(cluster)s is resting and takes no new firms at the moment. Others do.")
            % {"cluster": cluster},
        )
        cluster = None
    if request.user.is_authenticated:
        return go_on(request, cluster, referral)
    if cluster:
        wear(request, cluster.association)
    known = {"cluster": cluster.slug if cluster else "", "from": referral}
    query = urlencode({name: value for name, value in known.items() if value})
    context = {
        "cluster": cluster,
        "invited": ReferralLink.objects.filter(code=referral).exists() if referral else False,
        "next": urlencode({"next": f"{reverse('members:join')}{'?' if query else ''}{query}"}),
    }
    return render(request, "members/join.html", context)


def go_on(request, cluster: Cluster | None, referral: str):
    """To the next step of who is signed in, remembering the cluster they came for and the link they came by."""
    if referral:
        request.session[REFERRAL] = referral
    if cluster is None:
        return redirect(next_step(request.user))
    firms = Company.objects.represented_by(request.user)
    there = cluster.memberships.open().filter(company__in=firms).select_related("company").first()
    if there:
        sentence = (
            _("%(company)s is a member of %(cluster)s already.")
            if there.state == Membership.State.ACTIVE
            else _("%(company)s has applied to %(cluster)s already.")
        )
        messages.info(request, sentence % {"company": there.company, "cluster": cluster})
        return redirect("members:me")
    request.session[WANTED] = cluster.slug
    return redirect(next_step(request.user))


def next_step(user) -> str:
    """The URL name of the step of joining that a person is at."""
    if user.representations.active().exists():
        return "members:join-clusters"
    if user.representations.filter(state=Representative.State.ASKED).exists():
        return "members:join-done"
    return "members:join-company"


@require_http_methods(["GET", "POST"])
def join_company(request):
    if request.user.representations.active().exists():
        return redirect("members:join-clusters")
    form = CompanyForm(request.POST if request.method == "POST" else request.session.get(DRAFT))
    if request.method == "POST" and form.is_valid():
        request.session[DRAFT] = {name: request.POST.get(name, "") for name in form.fields}
        if look_alikes(form.cleaned_data["name"], form.cleaned_data["website"]):
            return redirect("members:join-look-alikes")
        return register(request, form)
    return render(request, "members/join_company.html", {"form": form})


@require_GET
def look_alike_companies(request):
    """Is it one of these?"""
    form = drafted(request)
    if form is None:
        return redirect("members:join-company")
    context = {"name": form.cleaned_data["name"], "companies": alike(form)}
    return render(request, "members/join_look_alikes.html", context)


@require_POST
def join_represent(request, pk):
    """Yes, I act for this firm."""
    form = drafted(request)
    if form is None:
        return redirect("members:join")
    company = next((company for company in alike(form) if company.pk == pk), None)
    if company is None:
        raise Http404
    try:
        companies.ask_to_represent(request.user, company)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("members:join-look-alikes")
    request.session.pop(DRAFT, None)
    return redirect("members:join-done")


@require_POST
def join_register(request):
    """No, mine is another firm."""
    form = drafted(request)
    if form is None:
        return redirect("members:join")
    return register(request, form)


def drafted(request) -> CompanyForm | None:
    """The valid form that the person filled in before, if they are still without a firm."""
    form = CompanyForm(request.session.get(DRAFT))
    if not form.is_bound or not form.is_valid() or request.user.representations.active().exists():
        return None
    return form


def alike(form: CompanyForm) -> list[Company]:
    return list(look_alikes(form.cleaned_data["name"], form.cleaned_data["website"]))


def register(request, form: CompanyForm):
    try:
        companies.register(request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error("website", str(refusal))
        return render(request, "members/join_company.html", {"form": form})
    request.session.pop(DRAFT, None)
    return redirect("members:join-clusters")


@require_http_methods(["GET", "POST"])
def join_clusters(request):
    firms = list(Company.objects.represented_by(request.user).order_by("pk"))
    if not firms:
        return redirect(next_step(request.user))
    offered, chosen = offered_clusters(request, firms)
    typed = request.POST if request.method == "POST" else None
    form = ClustersForm(typed, companies=firms, offers=offered, initial={"clusters": chosen})
    if request.method == "POST" and form.is_valid():
        company = form.cleaned_data.get("company", firms[0])
        try:
            memberships.apply_to_all(
                company,
                form.cleaned_data["clusters"],
                by=request.user,
                message=form.cleaned_data["message"],
                referral=request.session.get(REFERRAL, ""),
            )
        except Refused as refusal:
            form.add_error("clusters", str(refusal))
        else:
            for remembered in (WANTED, REFERRAL):
                request.session.pop(remembered, None)
            return redirect("members:join-done")
    return render(request, "members/join_clusters.html", {"form": form, "firms": firms, "offered": offered})


def offered_clusters(request, firms: list[Company]) -> tuple[list[Offer], list[Cluster]]:
    """The clusters to choose from, the one the person came for first, then the nearest; and those ticked for them.

    Clusters in which all the firms are already are left out.
    """
    joined = Counter(Membership.objects.open().filter(company__in=firms).values_list("cluster", flat=True))
    full = [cluster for cluster, firms_in_it in joined.items() if firms_in_it == len(firms)]
    clusters = list(Cluster.objects.joinable().of(request.site_association).exclude(pk__in=full))
    chosen = [cluster for cluster in clusters if cluster.slug == request.session.get(WANTED)]
    offers: list[Offer] = [(None, cluster) for cluster in clusters]
    place = finder.postcode_place(firms[0].postcode)
    if place:
        offers = list(finder.by_distance(place, clusters))
        covering = [cluster for cluster in clusters if place.districts & set(cluster.districts)]
        nearest = [cluster for _, cluster in offers[:1]]
        chosen = chosen or covering or ([] if joined else nearest)
    offers.sort(key=lambda offer: offer[1] not in chosen)
    return offers[:MOST_OFFERED], chosen


@require_GET
def join_done(request):
    """What happens next."""
    firms = Company.objects.represented_by(request.user)
    joined = list(
        Membership.objects.open()
        .filter(company__in=firms)
        .select_related("company", "cluster__association")
        .order_by("-applied_at", "-pk")
    )
    asked = (
        request.user.representations.filter(state=Representative.State.ASKED)
        .select_related("company")
        .first()
    )
    if not joined and not asked:
        return redirect("members:join")
    applied = [membership for membership in joined if membership.state == Membership.State.APPLIED]
    active = [membership for membership in joined if membership.state == Membership.State.ACTIVE]
    shown = next((membership.cluster for membership in applied + active), None)
    if shown:
        wear(request, shown.association)
    context = {
        "asked": asked,
        "applied": applied,
        "active": active,
        "shown": shown,
        "firms_there": shown.memberships.active().count() if shown else 0,
    }
    return render(request, "members/join_done.html", context)
