"""The private calendar: read by its address alone, made and shut by its owner."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_POST, require_safe

from meetings.calendars import own_calendar
from meetings.models import PrivateCalendar
from meetings.models.registration import new_token
from meetings.views.meetings import ics


@login_not_required
@require_safe
@conditional_page
@cache_control(private=True, no_cache=True)
def private_ics(request, token: str):
    feeds = PrivateCalendar.objects.filter(user__is_active=True).select_related("user")
    response = ics(own_calendar(get_object_or_404(feeds, token=token).user), "my-meetings")
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
def private_calendar_make(request):
    """An address, or a new one: the old one is shut at that moment."""
    PrivateCalendar.objects.update_or_create(user=request.user, defaults={"token": new_token()})
    messages.success(request, _("Here is the address of your calendar. An earlier one no longer works."))
    return redirect("members:me")


@require_POST
def private_calendar_remove(request):
    PrivateCalendar.objects.filter(user=request.user).delete()
    messages.success(request, _("The address no longer works. Calendars that had it stay as they were."))
    return redirect("members:me")
