"""What is held of a person in this app (`clusters.held`)."""

from clusters.held import After, Held

from .models import (
    Action,
    AgendaEdition,
    AgendaItem,
    AgendaProposal,
    Duty,
    Feedback,
    Presentation,
    PrivateCalendar,
    Registration,
    StandingAnswer,
    SwapRequest,
)

HELD = [
    Held(
        "answers-to-meetings",
        Registration,
        "user",
        "email",
        emptied=("name", "email", "needs", "shares_name"),
        without=("code", "brought_by", "version", "queue_number"),
    ),
    Held(
        "people-you-brought",
        Registration,
        "brought_by__user",
        emptied=("name", "needs", "shares_name"),
        only=("meeting", "name", "state", "created_at"),
    ),
    Held("meetings-you-always-come-to", StandingAnswer, "user", after=After.GOES),
    Held("your-calendar", PrivateCalendar, "user", after=After.GOES, only=("since",)),
    Held(
        "feedback",
        Feedback,
        "registration__user",
        emptied=("comment", "may_quote", "quoted_as"),
        without=("registration",),
    ),
    Held("talks-on-agendas", AgendaItem, "presenter", emptied=("presenter_name",)),
    Held(
        "talks-and-slides",
        Presentation,
        "presenter",
        emptied=("presenter_name",),
        without=("uid", "text", "names", "picture"),
    ),
    Held("talks-you-suggested", AgendaProposal, "proposed_by"),
    Held("agendas-you-sent", AgendaEdition, "published_by", only=("meeting", "number", "published_at")),
    Held("turns-you-answered", Duty, "decided_by", without=("reason", "pinned", "version")),
    Held("swaps-you-asked-for", SwapRequest, "created_by"),
    Held("things-to-do", Action, "owner", after=After.LET_GO),
]
OF_NO_PERSON: dict[str, str] = {}
