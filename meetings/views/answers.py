"""Answers to meetings: the box on a meeting's page, with one address for each act, and the page behind mailed links."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters import limits
from clusters.brands import wear
from clusters.caching import secret_address
from clusters.errors import Refused
from clusters.models import Cluster
from meetings.models import Meeting, Registration
from meetings.registration import guests, registrations
from meetings.registration.codes import qr_code
from meetings.registration.forms import ColleagueForm, GuestForm, NeedsForm
from meetings.registration.notices import read_answer_token
from meetings.views.meetings import get_visible_meeting, meeting_page


# --- the box on the meeting's page ----------------------------------------------------------------------
@require_POST
def answer_yes(request, pk: int):
    return come(request, pk, or_wait=False)


@require_POST
def answer_wait(request, pk: int):
    return come(request, pk, or_wait=True)


def come(request, pk: int, *, or_wait: bool):
    meeting = get_visible_meeting(request.user, pk)
    form = NeedsForm(request.POST)
    if not form.is_valid():
        return meeting_page(request, pk, needs_form=form)
    said = form.cleaned_data if "needs" in request.POST else {}
    try:
        registrations.register(meeting, request.user, or_wait=or_wait, **said)
    except registrations.Full:
        return to_box(meeting, "?reply=full")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return to_box(meeting)


@require_POST
def answer_no(request, pk: int):
    meeting = get_visible_meeting(request.user, pk)
    return do(request, meeting, lambda: registrations.decline(meeting, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def answer_details(request, pk: int):
    """The colleague, and what the host should know: what does not belong into one click."""
    answer = own_answer(request.user, pk)
    meeting = answer.meeting
    form = NeedsForm(request.POST or None, initial={"needs": answer.needs, "shares_name": answer.shares_name})
    if request.method == "POST" and form.is_valid():
        return do(request, meeting, lambda: registrations.note(answer, **form.cleaned_data), _("Saved."))
    return details_page(request, answer, needs_form=form)


@require_POST
def answer_bring(request, pk: int):
    answer = own_answer(request.user, pk)
    form = ColleagueForm(request.POST)
    if not form.is_valid():
        return details_page(request, answer, colleague_form=form)
    name = form.cleaned_data["name"]
    return do(request, answer.meeting, lambda: registrations.bring_colleague(answer, name))


@require_POST
def answer_unbring(request, pk: int):
    answer = own_answer(request.user, pk)
    colleague = answer.brings.first()
    if colleague is None:
        return to_box(answer.meeting)
    colleague.meeting = answer.meeting
    return do(request, answer.meeting, lambda: registrations.withdraw(colleague, by=request.user))


@require_POST
def come_to_all(request, slug: str):
    cluster = get_object_or_404(Cluster, slug=slug)
    return stand(
        request,
        lambda: registrations.come_to_all(cluster, request.user),
        _(
            "You are down for all meetings of %(cluster)s, also those still to be announced. "
            "Skip one on its page."
        )
        % {"cluster": cluster},
    )


@require_POST
def stop_coming_to_all(request, slug: str):
    cluster = get_object_or_404(Cluster, slug=slug)
    return stand(
        request,
        lambda: registrations.stop_coming_to_all(cluster, request.user),
        _("From now on you answer meeting by meeting. What you have answered already stays."),
    )


def stand(request, act, done: str):
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("members:me")


def details_page(request, answer: Registration, *, needs_form=None, colleague_form=None):
    meeting = answer.meeting
    wear(request, meeting.in_association)
    initial = {"needs": answer.needs, "shares_name": answer.shares_name}
    context = {
        "meeting": meeting,
        "answer": answer,
        "needs_form": needs_form or NeedsForm(initial=initial),
        "colleague_form": colleague_form or ColleagueForm(initial={"name": answer.colleague or ""}),
        "form": colleague_form or needs_form,
        "qr": qr_code(answer),
    }
    with timezone.override(meeting.zone):
        return render(request, "meetings/registration/details.html", context)


def own_answer(user, pk: int) -> Registration:
    """Of the meeting `pk`. Whoever has not said yes to it finds nothing here."""
    meeting = get_visible_meeting(user, pk)
    answers = Registration.objects.filter(user=user, meeting=meeting, state__in=Registration.COMING)
    answer = get_object_or_404(answers.with_place_in_line().select_related("user"))
    answer.meeting = meeting
    return answer


def do(request, meeting: Meeting, act, done: str = ""):
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if done:
            messages.success(request, done)
    return to_box(meeting)


def to_box(meeting: Meeting, query: str = ""):
    return redirect(f"{meeting.get_absolute_url()}{query}#rsvp")


# --- guests -------------------------------------------------------------------------------------------
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def guest(request, pk: int):
    """Whoever gives whatever address reads the same answer; what is so, its mailbox is told."""
    meeting = get_visible_meeting(request.user, pk)
    if request.user.is_authenticated:
        return to_box(meeting)
    form = GuestForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and invited(request, meeting, form):
        wear(request, meeting.in_association)
        return render(request, "meetings/registration/guest_sent.html", {"meeting": meeting})
    wear(request, meeting.in_association)
    with timezone.override(meeting.zone):
        context = {
            "meeting": meeting,
            "form": form,
            "takes_guests": registrations.takes_guests(meeting) and registrations.is_open(meeting),
        }
        return render(request, "meetings/registration/guest.html", context)


def invited(request, meeting: Meeting, form: GuestForm) -> bool:
    if not limits.within(request, "guest"):
        form.add_error(None, _("That was often for one hour. Please try again later, or sign in."))
        return False
    try:
        guests.invite(meeting, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


# --- the page behind mailed links ---------------------------------------------------------------------
@secret_address
@require_safe
def answer(request, token: str):
    return answer_page(request, token, answer_of_link(request, token))


@secret_address
@require_POST
def answer_confirm(request, token: str):
    """A guest's yes, or that of somebody who changes their mind."""
    found = answer_of_link(request, token)
    return do_by_link(request, token, found, lambda: come_by_link(found))


@secret_address
@require_POST
def answer_withdraw(request, token: str):
    found = answer_of_link(request, token)
    return do_by_link(request, token, found, lambda: registrations.withdraw(found, by=found.user))


def come_by_link(found: Registration) -> None:
    if found.user:
        registrations.register(found.meeting, found.user, or_wait=True)
    else:
        guests.confirm(found)


def do_by_link(request, token: str, found: Registration, act):
    try:
        act()
    except Refused as refusal:
        return answer_page(request, token, answer_of_link(request, token), refusal=str(refusal))
    return redirect("meetings:answer", token)


def answer_of_link(request, token: str) -> Registration:
    """404 for what is no link of ours, for a link to what is forgotten, and for somebody else's while signed in."""
    found = read_answer_token(token)
    if found is None or found.brought_by_id is not None:
        raise Http404
    if request.user.is_authenticated and found.user_id is not None and request.user != found.user:
        raise Http404
    return found


def answer_page(request, token: str, found: Registration, *, refusal: str = ""):
    meeting = found.meeting
    wear(request, meeting.in_association)
    with timezone.override(meeting.zone):
        context = {
            "token": token,
            "answer": found,
            "meeting": meeting,
            "refusal": refusal,
            "is_open": registrations.is_open(meeting),
            "colleague": found.brings.filter(state__in=Registration.COMING).first(),
            "place_in_line": place_in_line(found),
            "qr": qr_code(found) if found.state == Registration.State.REGISTERED else "",
        }
        return render(request, "meetings/registration/answer.html", context)


def place_in_line(found: Registration) -> int | None:
    if found.state != Registration.State.WAITLISTED:
        return None
    return found.meeting.registrations.in_line().filter(queue_number__lte=found.queue_number).count()
