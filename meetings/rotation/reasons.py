"""The sentences that say why a firm has a turn, why another was passed over, why nobody takes it.
They read the same to the firm and to the coordinator."""

from collections import Counter
from datetime import date
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from meetings.roles import DID, DO, DOES


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


OTHER = {"chair": "host", "host": "chair"}
NUMBERS = dict(
    enumerate(
        [_("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine")],
        start=1,
    )
)

# "Two are away", of the firms that barred each other's way; "two ahead are away", of those ahead in the queue.
BARRED = {
    Bar.AWAY: ngettext_lazy("%(count)s is away", "%(count)s are away", "number"),
    Bar.DECLINED: ngettext_lazy("%(count)s has declined", "%(count)s have declined", "number"),
    Bar.ROOM: ngettext_lazy("%(count)s has too small a room", "%(count)s have too small a room", "number"),
    Bar.TOO_CLOSE: ngettext_lazy(
        "%(count)s has another turn too close", "%(count)s have another turn too close", "number"
    ),
    Bar.OTHER_ROLE: ngettext_lazy(
        "%(count)s has the other turn that day", "%(count)s have the other turn that day", "number"
    ),
    Bar.OTHER_DATE: ngettext_lazy("%(count)s takes another date", "%(count)s take other dates", "number"),
    Bar.MORE_TURNS: ngettext_lazy("%(count)s has had more turns", "%(count)s have had more turns", "number"),
    Bar.LESS_EVEN: ngettext_lazy(
        "%(count)s would leave the rota less full or fair",
        "%(count)s would leave the rota less full or fair",
        "number",
    ),
}
NOBODY = {
    Bar.AWAY: _("Nobody who can {do} is free that day"),
    Bar.DECLINED: _("Everybody who could {do} has declined"),
    Bar.ROOM: _("No host's room holds {people}"),
    Bar.TOO_CLOSE: _("Everybody who could {do} has another turn too close"),
    Bar.OTHER_ROLE: _("The only firm that could {do} {other} that day"),
}
AGREED = _("Already offered or agreed")
PINNED = _("Pinned by the coordinator")


def day(when: date) -> str:
    return date_format(when, "DATE_FORMAT")


def number(count: int, *, ahead: bool = False) -> str:
    word = str(NUMBERS.get(count, count))
    return ngettext("%(number)s ahead", "%(number)s ahead", count) % {"number": word} if ahead else word


def counted(bars: Counter[Bar], *, ahead: bool = False) -> list[str]:
    """As in "two ahead are away", most frequent first."""
    order = list(Bar)
    return [
        BARRED[bar] % {"number": count, "count": number(count, ahead=ahead)}
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
        why = gettext("The only firm free to %(do)s that day") % {"do": DO[role]}
    elif only_date and passed_free:
        why = gettext("Can %(do)s on this date only") % {"do": DO[role]}
    elif deferred:
        why = gettext("Next in turn after declining %(day)s") % {"day": day(deferred)}
    elif last:
        why = gettext("Next in turn; last turn %(last)s") % {"last": date_format(last, "YEAR_MONTH_FORMAT")}
    else:
        why = gettext("Never %(did)s; member since %(joined)s") % {
            "did": DID[role],
            "joined": date_format(joined, "YEAR_MONTH_FORMAT"),
        }
    return "; ".join([why, *counted(ahead, ahead=True)])


def passed_over(bar: Bar, role: str, *, elsewhere: date | None, room: int | None, people: int) -> str:
    sentences = {
        Bar.AWAY: gettext("Away that day"),
        Bar.DECLINED: gettext("Declined this turn"),
        Bar.ROOM: gettext("Its room holds %(room)s; %(people)s are expected")
        % {"room": room, "people": people},
        Bar.TOO_CLOSE: gettext("Has another turn too close"),
        Bar.OTHER_ROLE: capfirst(gettext("%(does)s this meeting") % {"does": DOES[OTHER[role]]}),
        Bar.OTHER_DATE: gettext("Takes another date"),
        Bar.MORE_TURNS: gettext("Has had more turns"),
        Bar.LESS_EVEN: gettext("The rota would be less full or less fair"),
    }
    if bar is Bar.TOO_CLOSE and elsewhere:
        return gettext("Has a turn on %(day)s, too close") % {"day": day(elsewhere)}
    if bar is Bar.OTHER_DATE and elsewhere:
        return gettext("Takes %(day)s") % {"day": day(elsewhere)}
    return sentences[bar]


def nobody(role: str, bars: Counter[Bar], *, people: int, newcomers: bool) -> str:
    if not bars:
        return (
            gettext("Nobody who offers to %(do)s has been to a meeting yet") % {"do": DO[role]}
            if newcomers
            else gettext("No firm has offered to %(do)s") % {"do": DO[role]}
        )
    if len(bars) == 1 and (only := next(iter(bars))) in NOBODY:
        return NOBODY[only].format(do=DO[role], other=DOES[OTHER[role]], people=people)
    return gettext("Nobody can %(do)s: %(counted)s") % {"do": DO[role], "counted": ", ".join(counted(bars))}


def place_note(role: str, *, in_queue: bool, last: date | None, deferred: date | None) -> str:
    if not in_queue:
        return gettext("Joins the queue after its first meeting")
    if deferred:
        return gettext("Declined %(day)s; comes next") % {"day": day(deferred)}
    return "" if last else gettext("Never %(did)s") % {"did": DID[role]}
