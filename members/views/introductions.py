"""Introductions, for the people of the two firms."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters.brands import wear
from clusters.errors import Refused
from members.exchange import endings, introductions, reports
from members.exchange.forms import AskForm, MessageForm, NoForm, OutcomeForm, ReportForm
from members.exchange.people import answering_for, contact_of
from members.models import Block, Company, Introduction, User
from members.views.home import wear_home

A_PAGE = 20
SHOWN = ["reason", "state", "outcome", "asked_at", "ended_at", "asker__name", "asked__name"]
State = Introduction.State


# --- the list -----------------------------------------------------------------------------------------
@require_safe
def introduction_list(request):
    wear_home(request)
    firms = list(Company.objects.represented_by(request.user))
    rows = grouped(Introduction.objects.visible_to(request.user).of_firms(firms), firms)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    for introduction in page:
        introduction.ours = introduction.asked if introduction.asked in firms else introduction.asker
        introduction.theirs = introduction.other(introduction.ours)
    context = {
        "firms": firms,
        "page": page,
        "blocks": Block.objects.visible_to(request.user).select_related("company", "blocked"),
    }
    return render(request, "members/introductions/list.html", context)


def grouped(rows, firms):
    """What waits for us first, then what we asked, whom we met, and what is over; each the newest first."""
    group = Case(
        When(state=State.FORWARDED, asked__in=firms, then=Value(1)),
        When(state__in=Introduction.UNANSWERED, then=Value(2)),
        When(state=State.ACCEPTED, ended_at__isnull=True, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    rows = rows.annotate(group=group).select_related("asker", "asked").only(*SHOWN)
    return rows.order_by("group", "-asked_at", "-pk")


# --- asking -------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_ask(request, slug: str):
    asked = get_object_or_404(Company.objects.listed(), slug=slug)
    firms = firms_to_ask_for(request.user, asked)
    known = (
        Introduction.objects.visible_to(request.user)
        .live()
        .filter(Q(asker__in=firms, asked=asked) | Q(asker=asked, asked__in=firms))
    )
    if request.method != "POST" and len(firms) == 1 and known.exists():
        return redirect(known.get())
    form = AskForm(request.POST or None, firms=firms, asked=asked)
    if request.method == "POST" and form.is_valid():
        introduction = asked_for(request, asked, form)
        if introduction is not None:
            return redirect(introduction)
    cluster = introductions.cluster_between(firms[0], asked)
    wear(request, cluster.association)
    context = {"asked": asked, "form": form, "cluster": cluster, "firms": firms}
    return render(request, "members/introductions/ask.html", context)


def firms_to_ask_for(user: User, asked: Company) -> list[Company]:
    """The person's own member firms; 403 for those without one, and for the firm itself."""
    firms = list(Company.objects.represented_by(user).listed())
    if not firms:
        raise PermissionDenied(
            _("Introductions are between member firms. Join with yours, it costs nothing.")
        )
    if asked in firms:
        raise PermissionDenied(_("That is your own firm."))
    return firms


def asked_for(request, asked: Company, form: AskForm) -> Introduction | None:
    try:
        introduction = introductions.ask(
            form.chosen_firm,
            asked,
            by=request.user,
            reason=form.cleaned_data["reason"],
            through_coordinator=form.cleaned_data.get("through_coordinator", False),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, said_on_asking(introduction))
    return introduction


def said_on_asking(introduction: Introduction) -> str:
    if introduction.state == State.REQUESTED:
        return _("The coordinator of %(cluster)s has your words, and passes them on.") % {
            "cluster": introduction.cluster
        }
    if introduction.state == State.ACCEPTED:
        return _("You both want to meet. Here you find each other’s address.")
    return _("%(asked)s has your words. You hear from them by mail, and here.") % {
        "asked": introduction.asked
    }


# --- one of them --------------------------------------------------------------------------------------
@require_safe
def introduction(request, pk: int):
    found = get_object_or_404(visible(request.user), pk=pk)
    company = side_of(request.user, found)
    if company is None:  # who only looks after it does so on the desk
        return redirect("admin:members_introduction_change", found.pk)
    return introduction_page(request, found, company)


def visible(user: User):
    rows = Introduction.objects.visible_to(user)
    return rows.select_related(
        "asker", "asked", "asked_by", "decided_by", "forwarded_by", "opportunity", "cluster__association"
    )


def side_of(user: User, introduction: Introduction) -> Company | None:
    """For which of the two firms the person acts; of somebody who acts for both, the one that has to answer."""
    firms = Company.objects.represented_by(user).filter(pk__in=[introduction.asker_id, introduction.asked_id])
    sides = set(firms.values_list("pk", flat=True))
    if introduction.asked_id in sides and introduction.forwarded_at is not None:
        return introduction.asked
    return introduction.asker if introduction.asker_id in sides else None


def own_introduction(user: User, pk: int) -> tuple[Introduction, Company]:
    found = get_object_or_404(visible(user), pk=pk)
    company = side_of(user, found)
    if company is None:
        raise PermissionDenied
    return found, company


def introduction_page(
    request,
    found: Introduction,
    company: Company,
    *,
    form: MessageForm | None = None,
    no: NoForm | None = None,
):
    wear(request, found.cluster.association)
    waits_for_us = found.state == State.FORWARDED and company == found.asked
    other = found.other(company)
    context = {
        "introduction": found,
        "company": company,
        "other": other,
        "thread": found.messages.select_related("author", "company"),
        "waits_for_us": waits_for_us,
        "may_answer": waits_for_us and request.user in answering_for(company),
        "contact": contact_of(found, other) if found.shows_addresses else None,
        "stands": introductions.how_it_stands(found),
        "why_not_write": introductions.why_not_write(found, company),
        "form": form or MessageForm(),
        "no_form": no or NoForm(),
        "outcomes": Introduction.Outcome.choices,
    }
    return render(request, "members/introductions/introduction.html", context)


@require_POST
def introduction_accept(request, pk: int):
    found, _ = answerable(request.user, pk)
    return do(request, found, lambda: introductions.accept(found, by=request.user))


@require_POST
def introduction_decline(request, pk: int):
    found, company = answerable(request.user, pk)
    form = NoForm(request.POST)
    if not form.is_valid():
        return introduction_page(request, found, company, no=form)
    return do(request, found, lambda: introductions.decline(found, by=request.user, **form.cleaned_data))


def answerable(user: User, pk: int) -> tuple[Introduction, Company]:
    """One whose asked firm the person answers for."""
    found, company = own_introduction(user, pk)
    if company != found.asked or user not in answering_for(company):
        raise PermissionDenied(_("The lead or a deputy of your firm answers."))
    return found, company


@require_POST
def introduction_withdraw(request, pk: int):
    found, company = own_introduction(request.user, pk)
    if company != found.asker:
        raise PermissionDenied
    return do(request, found, lambda: introductions.withdraw(found, by=request.user), _("Withdrawn."))


@require_POST
def introduction_write(request, pk: int):
    found, company = own_introduction(request.user, pk)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return introduction_page(request, found, company, form=form)
    try:
        introductions.write(found, company, by=request.user, text=form.cleaned_data["text"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return introduction_page(request, found, company, form=form)
    return redirect(f"{found.get_absolute_url()}#last")


@require_POST
def introduction_outcome(request, pk: int):
    found, _company = own_introduction(request.user, pk)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what came of it."))
        return redirect(found)
    outcome = form.cleaned_data["outcome"]
    return do(
        request,
        found,
        lambda: endings.record_outcome(found, outcome, by=request.user),
        _("Thank you for telling."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def introduction_report(request, pk: int):
    found, company = own_introduction(request.user, pk)
    form = ReportForm(request.POST or None, cluster=found.cluster)
    if request.method == "POST" and form.is_valid():
        reports.report(found, company, by=request.user, **form.cleaned_data)
        messages.success(request, _("Reported. You hear by mail what was done."))
        return redirect(found)
    wear(request, found.cluster.association)
    context = {"form": form, "about": found.other(company), "back": found.get_absolute_url()}
    return render(request, "members/introductions/report.html", context)


@require_POST
def introduction_block(request, pk: int):
    found, company = own_introduction(request.user, pk)
    other = found.other(company)
    endings.block(company, other, by=request.user)
    messages.success(
        request, _("%(other)s can’t ask you for anything any more. They are not told.") % {"other": other}
    )
    return redirect("members:introduction-list")


@require_POST
def unblock(request, pk: int):
    row = get_object_or_404(
        Block.objects.visible_to(request.user).select_related("company", "blocked"), pk=pk
    )
    endings.unblock(row.company, row.blocked, by=request.user)
    messages.success(request, _("%(blocked)s can ask you again.") % {"blocked": row.blocked})
    return redirect(f"{reverse('members:introduction-list')}#blocked")


def do(request, found: Introduction, act, done: str = ""):
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if done:
            messages.success(request, done)
    return redirect(found)
