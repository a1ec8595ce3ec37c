"""The page behind the signed links in mails about introductions. Nobody signs in; looking changes nothing."""

from dataclasses import dataclass

from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clusters.brands import wear
from clusters.caching import secret_address
from clusters.errors import Refused
from clusters.models import Cluster
from members.exchange import endings, introductions
from members.exchange.forms import ForwardForm, NoForm, OutcomeForm, TurnDownForm
from members.exchange.links import read_introduction_token
from members.exchange.people import answering_for, contact_of
from members.memberships import representatives_of
from members.models import Company, Introduction, User

State = Introduction.State


@dataclass(frozen=True)
class Link:
    """`role`: what its owner is in this introduction as it stands: coordinator, asked or asker.

    Empty with a reason in `why_not`: broken, somebody-else (is signed in) or not-acting (any more).
    """

    token: str
    introduction: Introduction | None = None
    user: User | None = None
    role: str = ""
    why_not: str = ""

    @property
    def company(self) -> Company | None:
        return {"asker": self.introduction.asker, "asked": self.introduction.asked}.get(self.role)

    @property
    def may(self) -> str:
        """What can be done by the link now: forward, answer, or tell what came of it."""
        state = self.introduction.state
        if self.role == "coordinator":
            return "forward" if state == State.REQUESTED else ""
        if self.role == "asked" and state == State.FORWARDED:
            return "answer"
        return "outcome" if self.role and state == State.ACCEPTED else ""


def open_link(request, token: str) -> Link:
    found = read_introduction_token(token)
    if found is None:
        return Link(token, why_not="broken")
    introduction, user = found
    if request.user.is_authenticated and request.user != user:
        return Link(token, introduction, user, why_not="somebody-else")
    role = role_of(user, introduction)
    return Link(token, introduction, user, role, "" if role else "not-acting")


def role_of(user: User, introduction: Introduction) -> str:
    """A coordinator is often of one of the firms too: what waits for an answer says in which role they are asked."""
    coordinates = Cluster.objects.managed_by(user).filter(pk=introduction.cluster_id).exists()
    went_by_desk = introduction.via == Introduction.Via.COORDINATOR and coordinates
    if went_by_desk and introduction.state == State.REQUESTED:
        return "coordinator"
    if introduction.forwarded_at is not None and user in answering_for(introduction.asked):
        return "asked"
    if user in representatives_of(introduction.asker):
        return "asker"
    return "coordinator" if went_by_desk else ""


@secret_address
@require_safe
def introduction_link(request, token: str):
    return link_page(request, open_link(request, token))


@secret_address
@require_POST
def link_forward(request, token: str):
    link, form = open_link(request, token), ForwardForm(request.POST)
    return do_by_link(request, link, "forward", form, introductions.forward, form_name="note_form")


@secret_address
@require_POST
def link_turn_down(request, token: str):
    link, form = open_link(request, token), TurnDownForm(request.POST)
    return do_by_link(request, link, "forward", form, introductions.turn_down)


@secret_address
@require_POST
def link_accept(request, token: str):
    return do_by_link(request, open_link(request, token), "answer", None, introductions.accept)


@secret_address
@require_POST
def link_decline(request, token: str):
    link, form = open_link(request, token), NoForm(request.POST)
    return do_by_link(request, link, "answer", form, introductions.decline)


@secret_address
@require_POST
def link_outcome(request, token: str):
    link, form = open_link(request, token), OutcomeForm(request.POST)
    return do_by_link(request, link, "outcome", form, endings.record_outcome)


def do_by_link(request, link: Link, what: str, form, act, form_name: str = "no_form"):
    """Do what the link lets its owner do, if it still does; then show how it stands."""
    if link.why_not or link.may != what:
        return link_page(request, link)
    if form is not None and not form.is_valid():
        return link_page(request, link, **{form_name: form})
    try:
        act(link.introduction, by=link.user, **(form.cleaned_data if form else {}))
    except Refused as refusal:
        return link_page(request, open_link(request, link.token), refusal=str(refusal))
    return redirect("members:introduction-link", link.token)


def link_page(request, link: Link, *, refusal: str = "", note_form=None, no_form=None):
    if link.why_not:
        context = {"why_not": link.why_not}
        return render(request, "members/introductions/closed_link.html", context)
    found = link.introduction
    wear(request, found.cluster.association)
    other = found.other(link.company) if link.company else None
    context = {
        "link": link,
        "introduction": found,
        "other": other,
        "contact": contact_of(found, other) if other and found.shows_addresses else None,
        "stands": introductions.how_it_stands(found),
        "refusal": refusal,
        "note_form": note_form or ForwardForm(),
        "no_form": no_form or (TurnDownForm() if link.role == "coordinator" else NoForm()),
        "outcomes": Introduction.Outcome.choices,
        "picked": request.GET.get("answer", ""),
    }
    return render(request, "members/introductions/link.html", context)
