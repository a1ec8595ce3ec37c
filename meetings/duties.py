"""Whose turn it is to chair or host a meeting."""

from django.db import transaction
from django.utils import timezone

from clusters import trail
from clusters.errors import Refused
from meetings import agendas
from meetings.models import Duty, Meeting
from members.models import Company


def may_take_turns(meeting: Meeting):
    """The firms that may chair and host it: the members of its cluster, or of its association's clusters."""
    clusters = [meeting.cluster] if meeting.cluster else meeting.association.clusters.all()
    return members_of(clusters)


def members_of(clusters):
    return Company.objects.filter(memberships__state="active", memberships__cluster__in=clusters).distinct()


@transaction.atomic
def assign(meeting: Meeting, role: str, company: Company | None, *, by, reason: str = "") -> Duty | None:
    """The coordinator gives the turn to a firm that has agreed by word of mouth, or to none.

    It is accepted at once; who had the turn before is withdrawn. A change of chair takes the showcase along.
    """
    agendas.lock(meeting)
    if meeting.state in (Meeting.State.HELD, Meeting.State.CANCELLED):
        raise Refused(f"This meeting is {meeting.get_state_display().lower()}. Its turns stay as they were.")
    if company is not None and not may_take_turns(meeting).filter(pk=company.pk).exists():
        raise Refused(
            f"{company} is not a member of {meeting.organiser}. Only members {Duty.Role(role).value}."
        )
    duty = meeting.duties.filter(role=role, state__in=Duty.OPEN).select_related("company").first()
    if duty is not None and duty.company == company and duty.state in Duty.AGREED:
        return duty
    if duty is not None:
        _decide(duty, Duty.State.WITHDRAWN, by)
    if company is not None:
        duty = Duty.objects.create(
            meeting=meeting,
            role=role,
            company=company,
            state=Duty.State.ACCEPTED,
            reason=reason,
            decided_at=timezone.now(),
            decided_by=by,
        )
        _record(by, "gave the turn of", duty, reason)
    if role == Duty.Role.CHAIR:
        agendas.bind_showcase(meeting)
    return duty if company else None


def _decide(duty: Duty, state: Duty.State, by) -> None:
    duty.state = state
    duty.decided_at = timezone.now()
    duty.decided_by = by
    duty.save(update_fields=["state", "decided_at", "decided_by"])
    _record(by, "withdrew the turn of", duty)


def _record(by, verb: str, duty: Duty, note: str = "") -> None:
    meeting = duty.meeting
    trail.record(by, verb, duty, cluster=meeting.cluster, association=meeting.association, note=note)
