"""The list at the door, for coordinators and the host firm, on a phone or on paper."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clusters import present
from clusters.brands import wear
from clusters.errors import Refused
from meetings.models import Registration
from meetings.registration import checkins
from meetings.registration.checkins import Keeper, keeper_of
from meetings.registration.forms import WalkInForm
from meetings.views.meetings import get_visible_meeting

State = Registration.State


@never_cache
@require_safe
def check_in(request, pk: int):
    """The whole list; ?q= looks for a name or firm, ?code= for the short code that somebody shows or says."""
    keeper = get_keeper(request.user, pk)
    typed, code = (request.GET.get(name, "").replace("\0", "").strip()[:100] for name in ("q", "code"))
    answers = list(search(keeper.answers(), typed))
    answers.sort(key=lambda one: (one.person.casefold(), one.pk))
    context = {
        **numbers(keeper),
        "keeper": keeper,
        "meeting": keeper.meeting,
        "expected": [one for one in answers if one.state == State.REGISTERED],
        "waiting": [one for one in answers if one.state == State.WAITLISTED],
        "here": [one for one in answers if one.state == State.ATTENDED],
        "missed": [one for one in answers if one.state == State.NO_SHOW],
        "typed": typed,
        "code": code,
        "found": checkins.by_code(keeper.meeting, code),
        "walk_in_form": WalkInForm(),
        "is_open": checkins.is_the_day(keeper.meeting, present.now()),
        "is_over": keeper.meeting.ends_at <= present.now(),
    }
    return page(request, keeper, "meetings/registration/check_in.html", context)


def numbers(keeper: Keeper) -> dict:
    """Of all, whoever looks: a host who sees some names sees that there are more, and what they need."""
    counts = keeper.meeting.registrations
    unnamed = counts.filter(state=State.REGISTERED, shares_name=False)
    unnamed_needs = [] if keeper.coordinates else list(unnamed.values_list("needs", flat=True))
    return {
        "expected_number": counts.filter(state=State.REGISTERED).count(),
        "here_number": counts.attended().count(),
        "unnamed": len(unnamed_needs),
        "unnamed_needs": sorted(filter(None, unnamed_needs)),
    }


def search(answers, typed: str):
    if not typed:
        return answers
    return answers.filter(
        Q(user__name__icontains=typed) | Q(name__icontains=typed) | Q(company__name__icontains=typed)
    )


@require_POST
def check_in_tick(request, pk: int, answer: int):
    keeper = get_keeper(request.user, pk)
    row = get_answer(keeper, answer, request.POST.get("code", "").replace("\0", ""))
    return do(
        request,
        keeper,
        lambda: checkins.tick(row, by=request.user),
        _("%(person)s is here.") % {"person": row.person},
    )


@require_POST
def check_in_untick(request, pk: int, answer: int):
    keeper = get_keeper(request.user, pk)
    row = get_answer(keeper, answer, "")
    return do(
        request,
        keeper,
        lambda: checkins.untick(row, by=request.user),
        _("%(person)s is not ticked.") % {"person": row.person},
    )


@require_POST
def check_in_walk_in(request, pk: int):
    keeper = get_keeper(request.user, pk)
    form = WalkInForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["name"][0])
        return to_list(keeper)
    name = form.cleaned_data["name"]
    return do(
        request,
        keeper,
        lambda: checkins.walk_in(keeper.meeting, name, by=request.user),
        _("%(name)s is here.") % {"name": name},
    )


@require_POST
def check_in_close(request, pk: int):
    keeper = get_keeper(request.user, pk)
    if not keeper.coordinates:
        raise PermissionDenied
    return do(
        request,
        keeper,
        lambda: checkins.close(keeper.meeting, by=request.user),
        _("Closed. Who was not ticked did not come."),
    )


@never_cache
@require_safe
def sign_in_sheet(request, pk: int):
    return on_paper(request, pk, "meetings/registration/sign_in_sheet.html")


@never_cache
@require_safe
def badges(request, pk: int):
    return on_paper(request, pk, "meetings/registration/badges.html")


def on_paper(request, pk: int, template: str):
    keeper = get_keeper(request.user, pk)
    coming = keeper.answers().filter(state__in=Registration.SEATED)
    people = sorted(coming, key=lambda one: (one.person.casefold(), one.pk))
    return page(request, keeper, template, {"meeting": keeper.meeting, "people": people, "keeper": keeper})


# --- all of them --------------------------------------------------------------------------------------
def get_keeper(user, pk: int) -> Keeper:
    """404 for a meeting one does not see, 403 for who does not keep its list."""
    keeper = keeper_of(get_visible_meeting(user, pk), user)
    if not keeper.may_enter:
        raise PermissionDenied
    return keeper


def get_answer(keeper: Keeper, pk: int, code: str) -> Registration:
    """One they see, or whose code was shown to them."""
    shown = checkins.by_code(keeper.meeting, code)
    if shown is not None and shown.pk == pk:
        return shown
    row = get_object_or_404(keeper.answers(), pk=pk)
    row.meeting = keeper.meeting
    return row


def do(request, keeper: Keeper, act, done: str):
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return to_list(keeper, request.POST.get("q", ""))


def to_list(keeper: Keeper, typed: str = ""):
    address = reverse("meetings:check-in", args=[keeper.meeting.pk])
    return redirect(f"{address}?{urlencode({'q': typed})}" if typed else address)


def page(request, keeper: Keeper, template: str, context: dict):
    wear(request, keeper.meeting.in_association)
    with timezone.override(keeper.meeting.zone):
        return render(request, template, context)
