"""When an act on a meeting makes sense, and what it leads to, said before it is done."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters import present
from meetings import notices
from meetings.models import Meeting


def is_ahead(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.PUBLISHED and meeting.ends_at > present.now()


def is_draft(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.DRAFT


def goes_to(meeting: Meeting) -> str:
    number = notices.willing_readers(meeting).count()
    return ngettext(
        "This goes to all members of %(organiser)s: %(number)s person, by mail, once. "
        "After that everybody who may see the meeting sees it on the site.",
        "This goes to all members of %(organiser)s: %(number)s people, by mail, once. "
        "After that everybody who may see the meeting sees it on the site.",
        number,
    ) % {"organiser": meeting.organiser, "number": number}


def changes_go_to(meeting: Meeting) -> str:
    number = notices.willing_readers(meeting).count()
    return ngettext(
        "Goes by mail to %(number)s person: those who have the agenda hear only what is different, "
        "new members get the whole of it.",
        "Goes by mail to %(number)s people: those who have the agenda hear only what is different, "
        "new members get the whole of it.",
        number,
    ) % {"number": number}


def is_open(meeting: Meeting) -> bool:
    return is_draft(meeting) or is_ahead(meeting)


def who_hears(meeting: Meeting) -> str:
    number = notices.to_be_told(meeting)
    if not number:
        return _("Nobody has heard of this meeting yet, so nobody is told.")
    return ngettext(
        "%(number)s person is told by mail: who got the agenda, answered, or acts for a firm with a turn.",
        "%(number)s people are told by mail: who got the agenda, answered, or acts for a firm with a turn.",
        number,
    ) % {"number": number}


def is_told_to(meeting: Meeting) -> str:
    stays = _(
        "It is marked as called off on the site and in calendars, and its date stays so when you plan ahead. "
        "This can't be undone."
    )
    return f"{who_hears(meeting)} {stays}"


def moves_for(meeting: Meeting) -> str:
    if is_draft(meeting):
        return _(
            "A draft just moves. On another date the firms that agreed to chair and host are asked again."
        )
    follow = _(
        "Their calendars follow. On another date the firms that agreed to chair and host are asked again."
    )
    return f"{who_hears(meeting)} {follow}"
