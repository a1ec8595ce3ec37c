"""The sentences that say why a firm has a turn, why another was passed over, why nobody takes it.
They read the same to the firm and to the coordinator."""

from collections import Counter
from datetime import date
from enum import StrEnum


class Bar(StrEnum):
    """What keeps a firm in the queue from a turn."""

    AWAY = "away"
    DECLINED = "declined"
    ROOM = "room"
    TOO_CLOSE = "too close"
    OTHER_ROLE = "other role"
    # Free to take it, but then fewer turns would be taken, or less evenly.
    OTHER_DATE = "other date"
    MORE_TURNS = "more turns"
    LESS_EVEN = "less even"


DO, DID, DOES = (
    {"chair": "chair", "host": "host"},
    {"chair": "chaired", "host": "hosted"},
    {"chair": "chairs", "host": "hosts"},
)
OTHER = {"chair": "host", "host": "chair"}
NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

# One firm, several firms: to follow "one ahead", "two ahead".
AHEAD = {
    Bar.AWAY: ("is away", "are away"),
    Bar.DECLINED: ("has declined", "have declined"),
    Bar.ROOM: ("has too small a room", "have too small a room"),
    Bar.TOO_CLOSE: ("has another turn too close", "have another turn too close"),
    Bar.OTHER_ROLE: ("has the other turn that day", "have the other turn that day"),
    Bar.OTHER_DATE: ("takes another date", "take other dates"),
    Bar.MORE_TURNS: ("has had more turns", "have had more turns"),
    Bar.LESS_EVEN: ("would leave the rota less full or fair",) * 2,
}
NOBODY = {
    Bar.AWAY: "Nobody who can {do} is free that day",
    Bar.DECLINED: "Everybody who could {do} has declined",
    Bar.ROOM: "No host's room holds {people}",
    Bar.TOO_CLOSE: "Everybody who could {do} has another turn too close",
    Bar.OTHER_ROLE: "The only firm that could {do} {other} that day",
}
AGREED = "Already offered or agreed"
PINNED = "Pinned by the coordinator"


def day(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def counted(bars: Counter[Bar], word: str = "") -> list[str]:
    """As in "two ahead are away", most frequent first."""
    order = list(Bar)
    return [
        f"{number(count)}{word} {AHEAD[bar][count > 1]}"
        for bar, count in sorted(bars.items(), key=lambda item: (-item[1], order.index(item[0])))
    ]


def taken(
    role: str,
    ahead: Counter[Bar],
    *,
    joined: date,
    last: date | None,
    deferred: date | None,
    only_firm: bool,
    only_date: bool,
) -> str:
    passed_free = any(bar in ahead for bar in (Bar.OTHER_DATE, Bar.MORE_TURNS, Bar.LESS_EVEN))
    if only_firm:
        why = f"The only firm free to {DO[role]} that day"
    elif only_date and passed_free:
        why = f"Can {DO[role]} on this date only"
    elif deferred:
        why = f"Next in turn after declining {day(deferred)}"
    elif last:
        why = f"Next in turn; last turn {last:%B %Y}"
    else:
        why = f"Never {DID[role]}; member since {joined:%B %Y}"
    return "; ".join([why, *counted(ahead, " ahead")])


def passed_over(bar: Bar, role: str, *, elsewhere: date | None, room: int | None, people: int) -> str:
    sentences = {
        Bar.AWAY: "Away that day",
        Bar.DECLINED: "Declined this turn",
        Bar.ROOM: f"Its room holds {room}; {people} are expected",
        Bar.TOO_CLOSE: "Has another turn too close",
        Bar.OTHER_ROLE: f"{DOES[OTHER[role]].capitalize()} this meeting",
        Bar.OTHER_DATE: "Takes another date",
        Bar.MORE_TURNS: "Has had more turns",
        Bar.LESS_EVEN: "The rota would be less full or less fair",
    }
    if bar is Bar.TOO_CLOSE and elsewhere:
        return f"Has a turn on {day(elsewhere)}, too close"
    if bar is Bar.OTHER_DATE and elsewhere:
        return f"Takes {day(elsewhere)}"
    return sentences[bar]


def nobody(role: str, bars: Counter[Bar], *, people: int, newcomers: bool) -> str:
    if not bars:
        return (
            f"Nobody who offers to {DO[role]} has been to a meeting yet"
            if newcomers
            else f"No firm has offered to {DO[role]}"
        )
    if len(bars) == 1 and (only := next(iter(bars))) in NOBODY:
        return NOBODY[only].format(do=DO[role], other=DOES[OTHER[role]], people=people)
    return f"Nobody can {DO[role]}: {', '.join(counted(bars))}"


def place_note(role: str, *, in_queue: bool, last: date | None, deferred: date | None) -> str:
    if not in_queue:
        return "Joins the queue after its first meeting"
    if deferred:
        return f"Declined {day(deferred)}; comes next"
    return "" if last else f"Never {DID[role]}"
