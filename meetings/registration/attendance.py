"""Who came: meetings that are over, in numbers, as a picture and as a table."""

from collections.abc import Iterable, Sequence

from clusters.charts import Chart, Heap, heaps
from meetings.models import Meeting

HEAD = ["Meeting", "Had a place", "Came", "Did not come", "Walked in", "First time"]


def numbers(meeting: Meeting) -> tuple[int, ...]:
    """As under `HEAD`, of a meeting asked for `with_attendance`."""
    return (meeting.had_place, meeting.came, meeting.stayed_away, meeting.walked_in, meeting.new_here)


def named(meeting: Meeting) -> str:
    return f"{meeting.day:%-d %b %Y}, {meeting.title}"


def chart(meetings: Iterable[Meeting]) -> Chart:
    """The `meetings`, in their order in time, each `with_attendance`, its cluster and association."""
    rows = list(meetings)
    drawn = [Heap(f"{meeting.day:%-d %b}", meeting.came, meeting.stayed_away) for meeting in rows]
    words = in_short(rows)
    return Chart(
        key="attendance",
        title="Who came",
        sentence=words,
        picture=heaps(drawn, words),
        head=HEAD,
        rows=[(named(meeting), *numbers(meeting)) for meeting in reversed(rows)],
        legend=[("", "Came"), ("is-hollow", "Had a place and did not come")],
    )


def in_short(meetings: Sequence[Meeting]) -> str:
    if not meetings:
        return "No meeting has taken place yet."
    came, stayed_away = (sum(getattr(one, name) for one in meetings) for name in ("came", "stayed_away"))
    many = "One meeting" if len(meetings) == 1 else f"{len(meetings)} meetings"
    return f"{many}, {came / len(meetings):.0f} people at each on average; {stayed_away} did not use their place."
