"""Whoever holds an office proves twice who it is: a stolen password must not open a cluster's data.

Everybody may set up an app or a passkey. Officers have settings.SECOND_FACTOR_DAYS from their first visit in
office; after that only the account's own pages open until it is done.
"""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clusters import present

ASKED_AGAIN_AFTER = 600  # seconds in which a session is not looked at again
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
LOOKED_AT = "second_factor_looked_at"


class AskOfficers:
    """Stands after the sessions, the sign-in and the messages."""

    def __init__(self, get_response):
        if settings.SECOND_FACTOR_DAYS is None:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or settled(request):
            return None
        if not overdue(request.user) or request.path.startswith("/accounts/"):
            return None
        messages.error(
            request,
            _("You hold an office, so your account needs two-step sign-in now. Then all opens again."),
        )
        return redirect("mfa_index")


def settled(request) -> bool:
    """Whether this session was found to be in order a short while ago, or is now."""
    now = present.now().timestamp()
    if request.session.get(LOOKED_AT, 0) > now - ASKED_AGAIN_AFTER:
        return True
    in_order = not request.user.is_staff or has_second_factor(request.user)
    if in_order:
        request.session[LOOKED_AT] = now
    return in_order


def has_second_factor(user) -> bool:
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def overdue(officer) -> bool:
    """Whether the officer's time is over; the first question sets when that will be."""
    today = present.today()
    if officer.second_factor_by is None:
        officer.second_factor_by = today + timedelta(days=settings.SECOND_FACTOR_DAYS or 0)
        officer.save(update_fields=["second_factor_by"])
    return today > officer.second_factor_by


def wanted_by(user):
    """The day by which this officer has to have set it up; None if that is done or not asked."""
    if settings.SECOND_FACTOR_DAYS is None or user.second_factor_by is None or has_second_factor(user):
        return None
    return user.second_factor_by
