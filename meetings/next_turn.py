"""The agenda's item that says who chairs and who hosts next. Left to itself, it finds its own words."""

from collections.abc import Iterable

from django.utils import dateformat
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from meetings.models import AgendaItem, Duty, Meeting

BY_ITSELF = _("Who chairs and who hosts next.")


def finds_its_words(item: AgendaItem) -> bool:
    return item.kind == AgendaItem.Kind.NEXT_TURN and item.summary in ("", BY_ITSELF)


def words_of(item: AgendaItem, meeting: Meeting) -> str:
    """The item's description, as an edition keeps it."""
    return (finds_its_words(item) and sentence(meeting)) or item.summary


def sentence(meeting: Meeting) -> str:
    """Which firms have agreed to chair and to host the cluster's next meeting; empty while none has."""
    if meeting.cluster is None:
        return ""
    later = meeting.cluster.meetings.filter(kind=Meeting.Kind.MEETING, starts_at__gt=meeting.starts_at)
    following = (
        later.exclude(state=Meeting.State.CANCELLED)
        .select_related("cluster__association", "association")
        .with_turns()
        .order_by("starts_at", "pk")
        .first()
    )
    if following is None or not following.turns:
        return ""
    firms = {turn.role: turn.company for turn in following.turns}
    chair, host = firms.get(Duty.Role.CHAIR), firms.get(Duty.Role.HOST)
    on = dateformat.format(following.day, pgettext("date format", "l j F"))
    if chair and chair == host:
        words = gettext("On %(day)s %(chair)s chairs and hosts.")
    elif chair and host:
        words = gettext("On %(day)s %(chair)s chairs and %(host)s hosts.")
    elif chair:
        words = gettext("On %(day)s %(chair)s chairs and a firm is wanted to host.")
    elif host:
        words = gettext("On %(day)s a firm is wanted to chair and %(host)s hosts.")
    else:
        words = gettext("On %(day)s a firm is wanted to chair and one is wanted to host.")
    return words % {"day": on, "chair": chair, "host": host}


def as_sent(meeting: Meeting, items: Iterable[AgendaItem]) -> None:
    """Give the items the words that the last edition told: what is agreed since is not for all to see yet."""
    waiting = [item for item in items if finds_its_words(item)]
    edition = meeting.editions.first() if waiting else None
    if edition is None:
        return
    sent = {item["id"]: item["summary"] for item in edition.content["items"]}
    for item in waiting:
        item.summary = sent.get(item.pk, item.summary)
