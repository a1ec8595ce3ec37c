"""What is held of a guest, by the signed link in their mails: they have no account to look it up with."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clusters.brands import wear
from clusters.caching import secret_address
from meetings.models import Registration
from meetings.registration import guests
from meetings.registration.notices import read_answer_token


@secret_address
@require_safe
def held(request, token: str):
    guest = guest_of_link(token)
    wear(request, guest.meeting.in_association)
    answers = guests.answers_of(guest).prefetch_related("brings").order_by("-meeting__starts_at")
    context = {"token": token, "guest": guest, "answers": answers}
    return render(request, "meetings/registration/guest_data.html", context)


@secret_address
@require_POST
def forget(request, token: str):
    guests.forget(guest_of_link(token))
    messages.success(
        request, _("Forgotten. Where you had a place, it is free again. Nobody writes to you any more.")
    )
    return redirect("meetings:meeting-list")


def guest_of_link(token: str) -> Registration:
    found = read_answer_token(token)
    if found is None or found.user_id is not None or found.brought_by_id is not None:
        raise Http404
    return found
