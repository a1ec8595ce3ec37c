"""An agenda as it was sent: frozen as JSON, and told apart from the one after it in plain sentences."""

from datetime import UTC, datetime
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from django.utils import dateformat

from meetings import next_turn
from meetings.models import AgendaItem, Duty, Meeting
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
        _changed(old["title"], new["title"], "Now called “{new}” instead of “{old}”."),
        _changed(old["kind"], new["kind"], "Now: {new}, instead of: {old}."),
        _changed(
            old["venue"], new["venue"], "Now at {new} instead of {old}.", none="a place still to be found"
        ),
        _changed_turn(old["chair"], new["chair"], "chairs"),
        _changed_turn(old["host"], new["host"], "hosts"),
        *_changed_items(old["items"], new["items"], ZoneInfo(new["time_zone"])),
    ]
    return [sentence for sentence in told if sentence]


def long_date(moment: datetime) -> str:
    return dateformat.format(moment, "l j F Y")


def _changed(old, new, sentence: str, *, none: str = "", of: str = "") -> str:
    return "" if old == new else sentence.format(old=old or none, new=new or none, of=of)


def _changed_turn(old: str, new: str, does: str) -> str:
    if old and not new:
        return f"{old} no longer {does}."
    return _changed(old, new, f"{{new}} {does} instead of {{old}}." if old else f"{{new}} {does}.")


def _changed_times(old: dict, new: dict) -> list[str]:
    was_start, was_end = (_local(old, key) for key in ("starts_at", "ends_at"))
    start, end = (_local(new, key) for key in ("starts_at", "ends_at"))
    if was_start.date() != start.date():
        return [
            f"Now on {long_date(start)}, {start:%H:%M} to {end:%H:%M}, "
            f"instead of {long_date(was_start)}, {was_start:%H:%M} to {was_end:%H:%M}."
        ]
    return [
        _changed(f"{was_start:%H:%M}", f"{start:%H:%M}", "Now at {new} instead of {old}."),
        _changed(_ending(was_start, was_end), _ending(start, end), "Ends at {new} instead of {old}."),
    ]


def _local(content: dict, key: str) -> datetime:
    return datetime.fromisoformat(content[key]).astimezone(ZoneInfo(content["time_zone"]))


def _ending(start: datetime, end: datetime) -> str:
    """The end as a clock shows it, with its day if that is another one."""
    return f"{end:%H:%M}" if start.date() == end.date() else f"{end:%H:%M} on {long_date(end)}"


def _changed_items(old: list[dict], new: list[dict], zone: ZoneInfo) -> list[str]:
    before, after = _paired(old, new)
    told = [f"Gone: {item['title']}." for key, item in before.items() if key not in after]
    for key, item in after.items():
        told.extend(_changed_item(before[key], item) if key in before else [f"New: {_described(item)}."])
    for key in _moved(list(before), list(after)):
        start = datetime.fromisoformat(after[key]["starts_at"]).astimezone(zone)
        told.append(f"Moved: {after[key]['title']}, now at {start:%H:%M}.")
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
    summary = " ".join(new["summary"].split()) or "no description any more."
    return [
        _changed(old["title"], title, "“{new}” instead of “{old}”."),
        _changed(old["minutes"], new["minutes"], "{of}: {new} minutes instead of {old}.", of=title),
        _changed(
            _who(old), _who(new), "{of}: with {new} instead of {old}.", none="nobody named yet", of=title
        ),
        _changed(_label(old), _label(new), "{of}: {new} instead of {old}.", of=title),
        f"{title}: {summary}" if old["summary"] != new["summary"] else "",
    ]


def _label(item: dict) -> str:
    return AgendaItem.Kind(item["kind"]).label


def _described(item: dict) -> str:
    who = _who(item)
    return f"{item['title']} ({item['minutes']} min)" + (f", {who}" if who else "")


def _who(item: dict) -> str:
    return ", ".join(part for part in (item["speaker"], item["firm"]) if part)


def _moved(old: list[int], new: list[int]) -> list[int]:
    """What is out of its order among the items both have: no more of them than tell the new order."""
    common_old = [key for key in old if key in new]
    common_new = [key for key in new if key in old]
    blocks = SequenceMatcher(None, common_old, common_new, autojunk=False).get_matching_blocks()
    stayed = {key for block in blocks for key in common_new[block.b : block.b + block.size]}
    return [key for key in common_new if key not in stayed]
