"""What people thought of the meetings of the last year: one in three who came says so."""

from datetime import timedelta
from functools import cache

from meetings.models import Feedback, Meeting, Registration
from news.demo.stage import Stage
from news.demo.texts import rows

SHARE = 1 / 3
RATINGS, WEIGHTS = [5, 4, 3, 2], [45, 38, 13, 4]
COMMENTS = 0.3  # of those who rate


@cache
def _remarks() -> dict[int, list[tuple[str, str]]]:
    remarks: dict[int, list[tuple[str, str]]] = {}
    for rating, (comment, quoting) in rows("feedback.txt"):
        remarks.setdefault(int(rating), []).append((comment, quoting))
    return remarks


def load(stage: Stage) -> None:
    """No remark twice in one cluster."""
    since = stage.now - timedelta(days=365)
    for slug, meetings in stage.meetings.items():
        chance = stage.random(f"feedback of {slug}")
        left = {rating: chance.sample(remarks, len(remarks)) for rating, remarks in _remarks().items()}
        held = [one for one in meetings if one.state == Meeting.State.HELD and one.starts_at > since]
        came = Registration.objects.attended().filter(meeting__in=held).exclude(user=None)
        answers = came.select_related("meeting", "user", "company").order_by("-meeting__starts_at", "pk")
        said = [_said(answer, left, chance) for answer in answers if chance.random() < SHARE]
        Feedback.objects.bulk_create(said)


def _said(answer: Registration, left: dict[int, list[tuple[str, str]]], chance) -> Feedback:
    rating = chance.choices(RATINGS, WEIGHTS)[0]
    comment, quoting = left[rating].pop() if left[rating] and chance.random() < COMMENTS else ("", "no")
    return Feedback(
        meeting=answer.meeting,
        registration=answer,
        rating=rating,
        comment=comment,
        may_quote=quoting != "no",
        quoted_as=f"{answer.user.name}, {answer.company}" if answer.user and quoting == "named" else "",
        given_at=answer.meeting.ends_at + timedelta(days=1, minutes=chance.randrange(600)),
    )
