"""Asks and offers among members."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters.brands import wear
from clusters.errors import Refused
from clusters.models import Cluster
from clusters.onlookers import kept_for_all_like, onlooker_of
from members.companies import clusters_of
from members.contact_fields import acts_for_member
from members.exchange import opportunities, reports
from members.exchange.forms import CloseForm, FilterForm, OpportunityForm, ReplyForm, ReportForm
from members.exchange.people import answering_for
from members.models import Company, Membership, Opportunity, User
from members.views.home import wear_home

A_PAGE = 20
MOST_CLUSTERS = 100  # to choose from


class ListPage(NamedTuple):
    """What is the same for all who see the same posts."""

    number: int
    search: SafeString
    posts: SafeString


@require_safe
def opportunity_list(request):
    """What runs, the newest first; and one's own, closed ones too."""
    user, asked = request.user, request.GET
    refuse_strangers(user)
    wear_home(request)
    make = partial(written_list, asked)
    like = partial(onlooker_of, user, Opportunity.objects.open())
    page = make(user) if asked else kept_for_all_like(user, like, ("posts",), make)
    firms = Company.objects.represented_by(user).values("pk")
    own = Opportunity.objects.filter(company__in=firms).annotate(replies=Count("introductions"))
    context = {"list": page, "own": own[:A_PAGE], "may_post": acts_for_member(user)}
    return render(request, "members/opportunities/list.html", context)


def written_list(asked: QueryDict, user) -> ListPage:
    posted = Opportunity.objects.visible_to(user).open()
    clusters = Cluster.objects.visible_to(user)
    form = FilterForm(asked, clusters=clusters, offered=clusters_of_posts(posted, user))
    rows = filtered(posted, form.chosen).select_related("company")
    page = Paginator(rows, A_PAGE).get_page(asked.get("page"))
    shown = {"page": page, "chosen": form.chosen, "parameters": asked}
    return ListPage(
        page.number,
        search=render_to_string("members/opportunities/_search.html", {"filter": form}),
        posts=render_to_string("members/opportunities/_posts.html", shown),
    )


def clusters_of_posts(posts, user: User) -> list[tuple[str, str]]:
    """The slugs and names of those whose firms have posted them; where these are too many for a list, one's own."""
    of_firms = Membership.objects.active().filter(company__in=posts.order_by().values("company"))
    clusters = Cluster.objects.visible_to(user).filter(pk__in=of_firms.values("cluster"))
    found = clusters.values_list("slug", "name")[: MOST_CLUSTERS + 1]
    return list(
        found
        if len(found) <= MOST_CLUSTERS
        else Cluster.objects.with_member(user).values_list("slug", "name")
    )


def refuse_strangers(user: User) -> None:
    """They are among members; who coordinates sees them too."""
    if not acts_for_member(user) and not Cluster.objects.managed_by(user).exists():
        raise PermissionDenied(_("Asks and offers are among members. Join with your firm, it costs nothing."))


def filtered(rows, chosen: dict):
    """`chosen`: as the filter form gives it. `cluster`: what its member firms have posted."""
    plain = {name: value for name, value in chosen.items() if name in ("kind", "theme")}
    rows = rows.filter(**plain)
    if "cluster" in chosen:
        members = chosen["cluster"].memberships.active().values("company")
        rows = rows.filter(company__in=members)
    return rows


@require_safe
def opportunity(request, pk: int):
    found = get_object_or_404(visible(request.user), pk=pk)
    return opportunity_page(request, found)


def visible(user: User):
    return (
        Opportunity.objects.visible_to(user).select_related("company", "author").prefetch_related("clusters")
    )


def opportunity_page(request, found: Opportunity, *, form=None, close_form=None):
    firms = list(Company.objects.represented_by(request.user).listed())
    is_ours = Company.objects.represented_by(request.user).filter(pk=found.company_id).exists()
    shown = next(iter(clusters_of(found.company)), None)
    if shown:
        wear(request, shown.association)
    context = {
        "opportunity": found,
        "is_ours": is_ours,
        "may_close": is_ours and may_close(request.user, found),
        "replies": found.introductions.select_related("asker") if is_ours else [],
        "answered": found.introductions.filter(asker__in=firms).first(),
        "firms": firms,
        "form": form or ReplyForm(firms=firms),
        "close_form": close_form or CloseForm(),
    }
    return render(request, "members/opportunities/opportunity.html", context)


def may_close(user: User, found: Opportunity) -> bool:
    return user == found.author or user in answering_for(found.company)


@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_post(request):
    firms = list(Company.objects.represented_by(request.user).listed())
    if not firms:
        raise PermissionDenied(_("Asks and offers are among members. Join with your firm, it costs nothing."))
    wear_home(request)
    clusters = list(Cluster.objects.with_member(request.user))
    form = OpportunityForm(request.POST or None, firms=firms, clusters=clusters)
    if request.method == "POST" and form.is_valid():
        found = posted(request.user, form)
        if found is not None:
            messages.success(
                request, _("Posted. Answers come to you by mail, and stand under your introductions.")
            )
            return redirect(found)
    return render(request, "members/opportunities/post.html", {"form": form})


def posted(user: User, form: OpportunityForm) -> Opportunity | None:
    fields = {name: value for name, value in form.cleaned_data.items() if name != "company"}
    try:
        return opportunities.post(form.chosen_firm, by=user, **fields)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


@require_POST
def opportunity_reply(request, pk: int):
    found = get_object_or_404(visible(request.user), pk=pk)
    firms = list(Company.objects.represented_by(request.user).listed())
    if not firms or found.company in firms:
        raise PermissionDenied
    form = ReplyForm(request.POST, firms=firms)
    if not form.is_valid():
        return opportunity_page(request, found, form=form)
    try:
        reply = opportunities.reply(
            found, form.chosen_firm, by=request.user, text=form.cleaned_data["reason"]
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return opportunity_page(request, found, form=form)
    messages.success(
        request,
        _("%(company)s has your words. You hear from them by mail, and here.") % {"company": found.company},
    )
    return redirect(reply)


@require_POST
def opportunity_close(request, pk: int):
    found = get_object_or_404(visible(request.user), pk=pk)
    if not Company.objects.represented_by(request.user).filter(pk=found.company_id).exists():
        raise PermissionDenied
    if not may_close(request.user, found):
        raise PermissionDenied(_("Who posted it closes it, or the lead or a deputy of your firm."))
    form = CloseForm(request.POST)
    if not form.is_valid():
        return opportunity_page(request, found, close_form=form)
    try:
        opportunities.close(found, form.cleaned_data["outcome"], by=request.user)
        messages.success(request, _("Closed. Thank you for telling what came of it."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_report(request, pk: int):
    found = get_object_or_404(visible(request.user), pk=pk)
    firm = Company.objects.represented_by(request.user).listed().exclude(pk=found.company_id).first()
    if firm is None:
        raise PermissionDenied
    try:
        cluster = reports.cluster_of(found)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("members:opportunity-list")
    form = ReportForm(request.POST or None, cluster=cluster)
    if request.method == "POST" and form.is_valid():
        reports.report(found, firm, by=request.user, **form.cleaned_data)
        messages.success(request, _("Reported. You hear by mail what was done."))
        return redirect(found)
    wear(request, cluster.association)
    context = {"form": form, "about": found, "back": found.get_absolute_url()}
    return render(request, "members/introductions/report.html", context)
