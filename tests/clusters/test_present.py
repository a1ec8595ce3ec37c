"""What time it is, and how long what follows from it holds."""

import ast
import math
import sys
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from clusters import present
from tests.kept_pages import kept_pages

APPS = ("clusters", "members", "meetings", "news")
READS = {
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
ELSEWHERE = {
    "clusters/limits.py": "no page shows how much somebody has read in this hour",
    "clusters/moments.py": "says how long what follows holds",
    "clusters/present.py": "here it is",
    "clusters/shelves.py": "when a page was made and whether it still holds",
    "news/views/my_data.py": "sees whether somebody has just typed the password",
}


def calls_of_the_clock(module: ast.Module) -> list[str]:
    """Calls of the clock without a moment: `timezone.localdate(moment)` asks for none."""
    return [
        ast.unparse(node)
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in READS
        and not (node.func.attr in ("localdate", "localtime") and node.args)
    ]


def test_all_of_the_site_asks_one_module_what_time_it_is():
    found = {
        str(path): reads
        for app in APPS
        for path in sorted(Path(app).rglob("*.py"))
        if "migrations" not in path.parts
        and path.parts[:2] != ("news", "demo")  # the latter invents its times
        if (reads := calls_of_the_clock(ast.parse(path.read_text())))
    }
    assert {path: reads for path, reads in found.items() if path not in ELSEWHERE} == {}
    assert set(ELSEWHERE) <= set(found), "exceptions that are none"


# What asks the clock in C, and who may do so on the way to a page without saying how long it holds.
CLOCK = {"now", "utcnow", "today", "time", "localtime", "gmtime", "strftime", "ctime"}
FOR_THEMSELVES = {
    "clusters/logs.py": "when it was asked for",
    "clusters/limits.py": "how much somebody has read in this hour",
    "clusters/present.py": "which says how long",
    "clusters/moments.py": "which says how long",
    "clusters/counting.py": "when a count is forgotten",
}


def is_clock(function) -> bool:
    name, owner = function.__name__, getattr(function, "__self__", None)
    if name not in CLOCK:
        return False
    return owner is time or (isinstance(owner, type) and issubclass(owner, date))


@contextmanager
def clock_reads():
    """For each read of the clock by this thread the innermost file of ours on the way to it."""
    found, root = [], f"{settings.BASE_DIR}/"

    def note(frame, event, function):
        if event != "c_call" or not is_clock(function):
            return
        while frame and not (
            frame.f_code.co_filename.startswith(root) and ".venv" not in frame.f_code.co_filename
        ):
            frame = frame.f_back
        found.append(frame.f_code.co_filename.removeprefix(root) if frame else "")

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.mark.django_db
def test_each_read_of_the_clock_on_the_way_to_a_page_says_how_long_it_holds(world):
    files = {}
    for page in kept_pages(world):
        Client().get(page)
        with clock_reads() as reads:
            Client().get(page)
        files[page] = set(reads)
    assert "clusters/present.py" in files["/meetings/"], "not seen to be read"
    assert {
        page: reads - set(FOR_THEMSELVES) for page, reads in files.items() if reads - set(FOR_THEMSELVES)
    } == {}


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


@pytest.fixture
def half_past_nine():
    with time_machine.travel(at("2026-11-22 09:30:20"), tick=False):
        yield


@pytest.mark.usefixtures("half_past_nine")
class TestHowLongItHolds:
    def held(self, act) -> datetime | None:
        with present.spell() as spell:
            act()
        return None if spell.until == math.inf else datetime.fromtimestamp(spell.until, UTC)

    def test_for_ever_if_nobody_asks_for_the_time(self):
        assert self.held(lambda: None) is None

    def test_to_the_end_of_the_minute_if_nothing_more_is_said(self):
        assert self.held(present.now) == at("2026-11-22 09:31")

    def test_until_the_next_of_the_moments_it_is_compared_with(self):
        over, now, later = at("2026-11-22 09:30"), at("2026-11-22 09:30:20"), at("2026-11-22 18:00")
        assert self.held(lambda: present.now(later, over)) == later
        assert self.held(lambda: present.now(over)) is None
        assert self.held(lambda: present.now(now, later)) == now, "one can't say on which side it is"

    def test_until_midnight_there(self):
        assert self.held(present.today) == at("2026-11-23 00:00")
        assert self.held(lambda: present.today(ZoneInfo("Pacific/Auckland"))) == at("2026-11-22 11:00")

    @pytest.mark.parametrize(
        ("day", "midnight"),
        [("2027-03-28 00:30", "2027-03-28 23:00"), ("2026-10-25 12:00", "2026-10-26 00:00")],
    )
    def test_also_on_the_days_that_have_23_or_25_hours(self, day, midnight):
        with time_machine.travel(at(day), tick=False):
            assert self.held(present.today) == at(midnight)

    def test_the_whole_no_longer_than_any_of_its_parts(self):
        def whole():
            with present.spell() as part:
                present.now()
            assert part.until == at("2026-11-22 09:31").timestamp()
            present.today()

        assert self.held(whole) == at("2026-11-22 09:31")
        present.now()
        assert not present.is_asked_for()

    def test_a_part_no_shorter_than_its_whole(self):
        def whole():
            present.now()
            assert self.held(present.today) == at("2026-11-23 00:00")

        assert self.held(whole) == at("2026-11-22 09:31")
