"""Who came: meetings that are over, in numbers, as a picture and as a table."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.charts import Chart, Heap, heaps
from clusters.dates import row_date, short_date
from meetings.models import Meeting

HEAD = [_("Meeting"), _("Had a place"), _("Came"), _("Did not come"), _("Walked in"), _("First time")]


def numbers(meeting: Meeting) -> tuple[int, ...]:
    """As under `HEAD`, of a meeting asked for `with_attendance`."""
    return (meeting.had_place, meeting.came, meeting.stayed_away, meeting.walked_in, meeting.new_here)


def named(meeting: Meeting) -> str:
    return f"{short_date(meeting.day)}, {meeting.title}"


def chart(meetings: Iterable[Meeting]) -> Chart:
    """The `meetings`, in their order in time, each `with_attendance`, its cluster and association."""
    rows = list(meetings)
    drawn = [Heap(row_date(meeting.day), meeting.came, meeting.stayed_away) for meeting in rows]
    words = in_short(rows)
    return Chart(
        key="attendance",
        title=gettext("Who came"),
        sentence=words,
        picture=heaps(drawn, words),
        head=[str(words) for words in HEAD],
        rows=[(named(meeting), *numbers(meeting)) for meeting in reversed(rows)],
        legend=[("", gettext("Came")), ("is-hollow", gettext("Had a place and did not come"))],
    )


def in_short(meetings: Sequence[Meeting]) -> str:
    if not meetings:
        return gettext("No meeting has taken place yet.")
    came, stayed_away = (sum(getattr(one, name) for one in meetings) for name in ("came", "stayed_away"))
    return ngettext(
        "One meeting, %(mean)s people at each on average; %(stayed_away)s did not use their place.",
        "%(number)s meetings, %(mean)s people at each on average; %(stayed_away)s did not use their place.",
        len(meetings),
    ) % {"number": len(meetings), "mean": f"{came / len(meetings):.0f}", "stayed_away": stayed_away}
