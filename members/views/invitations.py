"""The page behind the link of an invitation. Looking changes nothing."""

from django.contrib import messages
from django.contrib.auth import login
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clusters.brands import wear
from clusters.caching import secret_address
from clusters.errors import Refused
from members import invitations
from members.models import Invitation, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def why_not(request, invitation: Invitation | None) -> str:
    """A word for the page; empty: it may be answered."""
    if invitation is None:
        return "gone"
    if request.user.is_authenticated and request.user.email != invitation.email:
        return "somebody-else"
    if invitation.accepted_at:
        return "accepted"
    if not invitations.is_open(invitation):
        return "late"
    known = User.objects.filter(email=invitation.email).exists()
    return "sign-in" if known and not request.user.is_authenticated else ""


@secret_address
@require_safe
def invitation(request, token: str):
    return page(request, token, invitations.read_token(token))


def page(request, token: str, found: Invitation | None):
    if found:
        wear(request, found.cluster.association)
    context = {"invitation": found, "token": token, "why_not": why_not(request, found)}
    return render(request, "members/invitation.html", context)


@secret_address
@require_POST
def invitation_accept(request, token: str):
    found = invitations.read_token(token)
    if found is None or why_not(request, found):
        return page(request, token, found)
    signed_in = request.user.is_authenticated
    try:
        user = invitations.accept(found, request.user if signed_in else None)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("members:invitation", token)
    messages.success(request, _("Welcome. You act for %(company)s now.") % {"company": found.company})
    if signed_in:
        return redirect("members:me")
    login(request, user, backend=BACKEND)
    return redirect("account_set_password")


@secret_address
@require_POST
def invitation_decline(request, token: str):
    found = invitations.read_token(token)
    if found is not None and not why_not(request, found):
        invitations.decline(found)
        messages.success(
            request, _("Your address is forgotten, and nobody writes to you because of this list again.")
        )
        return redirect("news:home")
    return page(request, token, found)
