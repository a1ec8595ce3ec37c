"""The pages behind the signed links in mails about turns. Nobody signs in; looking changes nothing."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clusters import present
from clusters.brands import wear
from clusters.caching import secret_address
from clusters.errors import Refused
from meetings.models import Duty, Meeting, SwapRequest
from meetings.turns import swaps, turns
from meetings.turns.duties import State, how_it_stands, lock
from meetings.turns.forms import NoteForm, ShowcaseForm
from meetings.turns.links import read_swap_token, read_turn_token, turn_token
from members.companies import answerers_of
from members.models import Company, User


# --- a turn -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class TurnLink:
    """What a link may still do. `why_not` is empty while the turn can be answered by it."""

    token: str
    duty: Duty | None = None
    user: User | None = None
    why_not: str = ""
    sentence: str = ""

    @property
    def is_open(self) -> bool:
        return self.duty is not None and not self.why_not


def open_turn_link(request, token: str) -> TurnLink:
    found = read_turn_token(token)
    if found is None:
        return TurnLink(token, why_not="broken")
    duty, version, user = found
    why_not = why_not_by_person(request, duty.company, user) or why_not_by_now(duty, version)
    return TurnLink(token, duty, user, why_not, how_it_stands(duty))


def why_not_by_person(request, company: Company, user: User) -> str:
    if request.user.is_authenticated and request.user != user:
        return "somebody-else"
    return "" if user in answerers_of(company) else "not-acting"


def why_not_by_now(duty: Duty, version: int) -> str:
    meeting, now = duty.meeting, present.now()
    if meeting.state == Meeting.State.CANCELLED:
        return "called-off"
    if meeting.ends_at <= now:
        return "over"
    if duty.state == State.ACCEPTED:
        return "agreed" if version == duty.version else "agreed-since"
    if duty.state != State.OFFERED:
        return "ended"
    if version != duty.version:
        return "older"
    return "late" if turns.is_late(duty, now) else ""


@secret_address
@require_safe
def turn(request, token: str):
    return turn_page(request, open_turn_link(request, token))


@secret_address
@require_POST
def turn_accept(request, token: str):
    link = open_turn_link(request, token)
    if not link.is_open:
        return turn_page(request, link)
    try:
        turns.accept(link.duty, by=link.user, version=link.duty.version)
    except Refused as refusal:
        return turn_page(request, open_turn_link(request, token), refusal=str(refusal))
    return redirect("meetings:turn", turn_token(link.duty, link.user))


@secret_address
@require_POST
def turn_decline(request, token: str):
    link = open_turn_link(request, token)
    form = NoteForm(request.POST)
    if not link.is_open or not form.is_valid():
        return turn_page(request, link, note_form=form)
    try:
        turns.decline(link.duty, by=link.user, note=form.cleaned_data["note"], version=link.duty.version)
    except Refused as refusal:
        return turn_page(request, open_turn_link(request, token), refusal=str(refusal))
    return redirect("meetings:turn", turn_token(link.duty, link.user))


@secret_address
@require_POST
@transaction.atomic
def turn_showcase(request, token: str):
    link = open_turn_link(request, token)
    showcase = None
    if link.why_not == "agreed":
        lock(link.duty)
        showcase = turns.showcase_of(link.duty)
    form = ShowcaseForm(request.POST, instance=showcase)
    if showcase is None or not form.is_valid():
        return turn_page(request, link, showcase_form=form)
    try:
        turns.name_showcase(link.duty, **form.cleaned_data, by=link.user)
    except Refused as refusal:
        return turn_page(request, open_turn_link(request, token), refusal=str(refusal))
    messages.success(request, said_of_showcase(link.duty))
    return redirect("meetings:turn", token)


def said_of_showcase(duty: Duty) -> str:
    if duty.meeting.editions.exists():
        return _(
            "Saved, and on the meeting’s page. The agenda is out already: members hear of it in a mail "
            "when the coordinator sends the change."
        )
    return _("Saved. Members read it with the agenda.")


def turn_page(request, link: TurnLink, *, refusal: str = "", note_form=None, showcase_form=None):
    if link.duty is None or link.why_not in ("somebody-else", "not-acting"):
        return render(request, "meetings/closed_link.html", {"why_not": link.why_not})
    duty, meeting = link.duty, link.duty.meeting
    wear(request, meeting.in_association)
    showcase = turns.showcase_of(duty)
    with timezone.override(meeting.zone):
        context = {
            "link": link,
            "duty": duty,
            "meeting": meeting,
            "refusal": refusal,
            "note_form": note_form or NoteForm(),
            "showcase": showcase,
            "showcase_form": showcase_form or ShowcaseForm(instance=showcase),
            "is_out": meeting.editions.exists(),
        }
        return render(request, "meetings/turns/turn.html", context)


# --- a swap -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SwapLink:
    token: str
    swap: SwapRequest | None = None
    company: Company | None = None
    user: User | None = None
    why_not: str = ""
    sentence: str = ""


def open_swap_link(request, token: str) -> SwapLink:
    found = read_swap_token(token)
    if found is None:
        return SwapLink(token, why_not="broken")
    swap, company, user = found
    why_not, sentence = why_not_by_person(request, company, user), ""
    if not why_not and swap.taken_by == company and swap.state == SwapRequest.State.TAKEN:
        why_not = "taken-by-us"
    elif not why_not and swap.state != SwapRequest.State.OPEN:
        why_not, sentence = "ended", swaps.how_it_ended(swap)
    elif not why_not and swap.duty.meeting.ends_at <= present.now():
        why_not, sentence = "ended", _("The meeting is over.")
    return SwapLink(token, swap, company, user, why_not, sentence)


@secret_address
@require_safe
def swap(request, token: str):
    return swap_page(request, open_swap_link(request, token))


@secret_address
@require_POST
def swap_take(request, token: str):
    link = open_swap_link(request, token)
    if link.why_not:
        return swap_page(request, link)
    try:
        swaps.take(link.swap, link.company, by=link.user)
    except Refused as refusal:
        return swap_page(request, open_swap_link(request, token), refusal=str(refusal))
    return redirect("meetings:swap", token)


def swap_page(request, link: SwapLink, *, refusal: str = ""):
    if link.swap is None or link.why_not in ("somebody-else", "not-acting"):
        return render(request, "meetings/closed_link.html", {"why_not": link.why_not})
    meeting = link.swap.duty.meeting
    wear(request, meeting.in_association)
    with timezone.override(meeting.zone):
        taken = link.why_not == "taken-by-us"
        context = {
            "link": link,
            "swap": link.swap,
            "duty": link.swap.duty,
            "meeting": meeting,
            "refusal": refusal,
            "undo_until": swaps.undo_until(link.swap) if taken else None,
        }
        return render(request, "meetings/turns/swap.html", context)
