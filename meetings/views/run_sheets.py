"""What the chair needs in hand on the day."""

from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters import present
from clusters.brands import wear
from meetings.models import Duty, Meeting
from meetings.timetables import timetable
from members.models import Company


def led_by(user):
    """The meetings that the user's firm chairs, and those of the clusters the user looks after."""
    firms = Company.objects.represented_by(user)
    chaired = Duty.objects.agreed().filter(role=Duty.Role.CHAIR, company__in=firms)
    managed = Meeting.objects.managed_by(user)
    return Meeting.objects.filter(Q(pk__in=managed.values("pk")) | Q(pk__in=chaired.values("meeting")))


@require_safe
def run_sheet(request, pk: int):
    """The agenda in large type, with what is on now and what is next. A script keeps that up to date."""
    meetings = led_by(request.user).select_related("venue", "cluster__association", "association")
    meeting = get_object_or_404(meetings, pk=pk)
    wear(request, meeting.in_association)
    now = present.now()
    times = timetable(meeting, meeting.agenda.select_related("company", "presenter"))
    current = next((index for index, (_, start, end) in enumerate(times) if start <= now < end), None)
    following = next(((item, start) for item, start, _ in times if start > now), None)
    context = {
        "nav": "meetings",
        "meeting": meeting,
        "times": times,
        "current": current,
        "current_item": times[current] if current is not None else None,
        "following": following,
        "is_over": meeting.ends_at <= now,
        "duties": meeting.duties.agreed().select_related("company"),
    }
    with timezone.override(meeting.zone):
        return render(request, "meetings/run_sheet.html", context)
