"""A meeting gets another time or place. Everybody who reckons with it hears of it, and their calendars follow."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language
from meetings import agendas, notices, series
from meetings.editions import differences, snapshot, when_and_where
from meetings.models import AgendaEdition, Meeting, Venue
from meetings.registration import registrations
from meetings.turns import turns


@transaction.atomic
def move(
    meeting: Meeting,
    *,
    starts_at: datetime,
    ends_at: datetime | None = None,
    venue: Venue | None = None,
    by,
    now: datetime | None = None,
) -> int:
    """Give the meeting its new time and, if one is named, its new place; without `ends_at` it stays as long as it is.

    Of a published meeting all are told who got its agenda, answered, or have a turn; returns how many mails that
    were. On another date the firms that agreed to chair and host are asked again.
    """
    now = now or present.now()
    agendas.lock(meeting)
    ends_at = ends_at or starts_at + (meeting.ends_at - meeting.starts_at)
    refuse_if_impossible(meeting, starts_at, ends_at, now)
    before = snapshot(meeting)
    started_at, day_before = meeting.starts_at, meeting.day
    meeting.starts_at, meeting.ends_at, meeting.venue = starts_at, ends_at, venue or meeting.venue
    if meeting.title == series.usual_title(day_before):
        meeting.title = series.usual_title(meeting.day)
    with in_site_language():
        changes = differences(before, {**before, **when_and_where(meeting)})
    if not changes:
        raise Refused(_("That is when and where it is already. Nothing has changed."))
    if meeting.day != day_before:
        meeting.reminded_at = None
    meeting.save(update_fields=["starts_at", "ends_at", "venue", "title", "reminded_at"])
    trail.record(
        by,
        "moved",
        meeting,
        cluster=meeting.cluster,
        association=meeting.association,
        note=" ".join(changes),
    )
    told = tell(meeting, changes, by, now) if meeting.state == Meeting.State.PUBLISHED else 0
    registrations.fill_places(meeting, now=now)
    if meeting.day != day_before:
        turns.ask_again(meeting, by=by, moved_from=started_at, now=now)
    return told


def refuse_if_impossible(meeting: Meeting, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if meeting.state in (Meeting.State.HELD, Meeting.State.CANCELLED):
        raise Refused(
            _("This meeting is %(state)s. It stays where it was.")
            % {"state": meeting.get_state_display().lower()}
        )
    if meeting.state == Meeting.State.PUBLISHED and meeting.ends_at <= now:
        raise Refused(_("This meeting is over. It stays where it was."))
    if ends_at <= starts_at:
        raise Refused(_("The meeting ends before it starts."))
    if starts_at <= now:
        raise Refused(_("That is in the past. Choose a time ahead."))


def tell(meeting: Meeting, changes: list[str], by, now: datetime) -> int:
    """Mail the change with the new calendar entry; the last edition of the agenda then knows of it too."""
    meeting.touch(now)
    last = meeting.editions.first()
    if last:
        AgendaEdition.objects.create(
            meeting=meeting,
            number=last.number + 1,
            content=moved_content(last.content, meeting),
            published_at=now,
            published_by=by,
        )
    return notices.send_moved(meeting, changes)


def moved_content(content: dict, meeting: Meeting) -> dict:
    """What was sent, at the new time and place: other changes are still to be sent."""
    later = meeting.starts_at - datetime.fromisoformat(content["starts_at"])
    items = [
        {**item, "starts_at": (datetime.fromisoformat(item["starts_at"]) + later).isoformat()}
        for item in content["items"]
    ]
    return {**content, **when_and_where(meeting), "items": items}
