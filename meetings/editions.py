"""An agenda as it was sent: frozen as JSON, and told apart from the one after it in plain sentences."""

from datetime import UTC, datetime
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from clusters.dates import clock, long_date
from meetings import next_turn
from meetings.models import AgendaItem, Duty, Meeting
from meetings.roles import DOES
from meetings.timetables import timetable


def snapshot(meeting: Meeting) -> dict:
    """The agenda as it is now, as JSON: what an edition keeps and what differences are told from."""
    items = meeting.agenda.select_related("company", "presenter")
    return {
        **when_and_where(meeting),
        "kind": meeting.get_kind_display(),
        "time_zone": str(meeting.zone),
        "chair": str(meeting.agreed_company(Duty.Role.CHAIR) or ""),
        "host": str(meeting.agreed_company(Duty.Role.HOST) or ""),
        "items": [
            {
                "id": item.pk,
                "kind": item.kind,
                "title": item.title,
                "summary": next_turn.words_of(item, meeting),
                "minutes": item.minutes,
                "starts_at": _iso(start),
                "firm": str(item.company or ""),
                "speaker": item.speaker,
            }
            for item, start, _ in timetable(meeting, items)
        ],
    }


def when_and_where(meeting: Meeting) -> dict:
    """The part of a snapshot that a move changes."""
    return {
        "title": meeting.title,
        "starts_at": _iso(meeting.starts_at),
        "ends_at": _iso(meeting.ends_at),
        "venue": meeting.venue.full_address if meeting.venue else "",
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def differences(old: dict, new: dict) -> list[str]:
    """What a reader of the `old` snapshot must hear of the `new` one, a short sentence each; [] if nothing."""
    told = [
        *_changed_times(old, new),
        _changed(old["title"], new["title"], _("Now called “{new}” instead of “{old}”.")),
        _changed(old["kind"], new["kind"], _("Now: {new}, instead of: {old}.")),
        _changed(
            old["venue"],
            new["venue"],
            _("Now at {new} instead of {old}."),
            none=_("a place still to be found"),
        ),
        _changed_turn(old["chair"], new["chair"], str(DOES["chair"])),
        _changed_turn(old["host"], new["host"], str(DOES["host"])),
        *_changed_items(old["items"], new["items"], ZoneInfo(new["time_zone"])),
    ]
    return [sentence for sentence in told if sentence]


def _changed(old, new, sentence: str, *, none: str = "", **more) -> str:
    return "" if old == new else sentence.format(old=old or none, new=new or none, **more)


def _changed_turn(old: str, new: str, does: str) -> str:
    if old and not new:
        return _("%(firm)s no longer %(does)s.") % {"firm": old, "does": does}
    sentence = _("{new} {does} instead of {old}.") if old else _("{new} {does}.")
    return _changed(old, new, sentence, does=does)


def _changed_times(old: dict, new: dict) -> list[str]:
    was_start, was_end = (_local(old, key) for key in ("starts_at", "ends_at"))
    start, end = (_local(new, key) for key in ("starts_at", "ends_at"))
    if was_start.date() != start.date():
        sentence = _(
            "Now on %(day)s, %(start)s to %(end)s, instead of %(was_day)s, %(was_start)s to %(was_end)s."
        )
        return [
            sentence
            % {
                "day": long_date(start),
                "start": clock(start),
                "end": clock(end),
                "was_day": long_date(was_start),
                "was_start": clock(was_start),
                "was_end": clock(was_end),
            }
        ]
    return [
        _changed(clock(was_start), clock(start), _("Now at {new} instead of {old}.")),
        _changed(_ending(was_start, was_end), _ending(start, end), _("Ends at {new} instead of {old}.")),
    ]


def _local(content: dict, key: str) -> datetime:
    return datetime.fromisoformat(content[key]).astimezone(ZoneInfo(content["time_zone"]))


def _ending(start: datetime, end: datetime) -> str:
    """The end as a clock shows it, with its day if that is another one."""
    if start.date() == end.date():
        return clock(end)
    return _("%(time)s on %(day)s") % {"time": clock(end), "day": long_date(end)}


def _changed_items(old: list[dict], new: list[dict], zone: ZoneInfo) -> list[str]:
    before, after = _paired(old, new)
    told = [
        _("Gone: %(title)s.") % {"title": item["title"]} for key, item in before.items() if key not in after
    ]
    for key, item in after.items():
        told.extend(
            _changed_item(before[key], item)
            if key in before
            else [_("New: %(described)s.") % {"described": _described(item)}]
        )
    for key in _moved(list(before), list(after)):
        start = datetime.fromisoformat(after[key]["starts_at"]).astimezone(zone)
        told.append(
            _("Moved: %(title)s, now at %(start)s.") % {"title": after[key]["title"], "start": clock(start)}
        )
    return told


def _paired(old: list[dict], new: list[dict]) -> tuple[dict[int, dict], dict[int, dict]]:
    """Both by the item's number. One that was removed and typed in again is known by its title."""
    before = {item["id"]: item for item in old}
    kept = {item["id"] for item in new}
    removed = {item["title"]: item["id"] for item in reversed(old) if item["id"] not in kept}
    after = {}
    for item in new:
        known = item["id"] in before
        after[item["id"] if known else removed.pop(item["title"], item["id"])] = item
    return before, after


def _changed_item(old: dict, new: dict) -> list[str]:
    title = new["title"]
    summary = " ".join(new["summary"].split()) or _("no description any more.")
    return [
        _changed(old["title"], title, _("“{new}” instead of “{old}”.")),
        _changed(old["minutes"], new["minutes"], _("{of}: {new} minutes instead of {old}."), of=title),
        _changed(
            _who(old),
            _who(new),
            _("{of}: with {new} instead of {old}."),
            none=_("nobody named yet"),
            of=title,
        ),
        _changed(_label(old), _label(new), _("{of}: {new} instead of {old}."), of=title),
        f"{title}: {summary}" if old["summary"] != new["summary"] else "",
    ]


def _label(item: dict) -> str:
    return str(AgendaItem.Kind(item["kind"]).label)


def _described(item: dict) -> str:
    who = _who(item)
    words = _("%(title)s (%(minutes)s min)") % {"title": item["title"], "minutes": item["minutes"]}
    return words + (f", {who}" if who else "")


def _who(item: dict) -> str:
    return ", ".join(part for part in (item["speaker"], item["firm"]) if part)


def _moved(old: list[int], new: list[int]) -> list[int]:
    """What is out of its order among the items both have: no more of them than tell the new order."""
    common_old = [key for key in old if key in new]
    common_new = [key for key in new if key in old]
    blocks = SequenceMatcher(None, common_old, common_new, autojunk=False).get_matching_blocks()
    stayed = {key for block in blocks for key in common_new[block.b : block.b + block.size]}
    return [key for key in common_new if key not in stayed]
