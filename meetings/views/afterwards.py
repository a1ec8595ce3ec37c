"""Feedback by the signed link in the mail, and the photo of a meeting."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from clusters.brands import wear
from clusters.caching import secret_address
from clusters.images import served
from meetings.afterwards import give, read_feedback_token
from meetings.feedback_form import FeedbackForm
from meetings.models import Feedback, MeetingPhoto, Registration


@secret_address
@require_safe
def feedback(request, token: str):
    """With the rating chosen that was clicked in the mail. Nothing is kept before it is sent."""
    registration = read_feedback_token(token)
    if registration is None:
        return render(request, "meetings/closed_link.html", {"why_not": "broken"})
    given = Feedback.objects.filter(registration=registration).first()
    clicked = request.GET.get("rating", "")
    initial = {"rating": clicked} if clicked in map(str, Feedback.Rating.values) else {}
    return feedback_page(request, token, registration, FeedbackForm(instance=given, initial=initial))


@secret_address
@require_POST
def feedback_give(request, token: str):
    registration = read_feedback_token(token)
    if registration is None:
        return render(request, "meetings/closed_link.html", {"why_not": "broken"})
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return feedback_page(request, token, registration, form)
    give(registration, **form.cleaned_data)
    messages.success(request, _("Thank you. The coordinators read it; you can still change it here."))
    return redirect("meetings:feedback", token)


def feedback_page(request, token: str, registration: Registration, form: FeedbackForm):
    meeting = registration.meeting
    wear(request, meeting.in_association)
    context = {"token": token, "meeting": meeting, "form": form}
    return render(request, "meetings/archive/feedback.html", context)


@login_not_required
@require_safe
@cache_control(private=True, max_age=3600)
def meeting_photo(request, uid, size: str):
    return served(MeetingPhoto.objects.visible_to(request.user), uid, size)
