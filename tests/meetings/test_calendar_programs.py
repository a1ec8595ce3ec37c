"""What programs of others make of our calendars: khal and vdirsyncer, which people run, and the library ics.

vobject and icalendar have theirs beside ours in test_calendars.py.
"""

import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.calendars import calendar, invitation
from meetings.models import Meeting
from tests.factories import AgendaItemFactory, MeetingFactory, VenueFactory

LONDON = ZoneInfo("Europe/London")
BIN = Path(sys.executable).parent
# half past six on the evenings around both changes of clocks
EVENINGS = [
    datetime(2027, month, day, 18, 30, tzinfo=LONDON) for month, day in [(3, 27), (3, 29), (10, 30), (11, 1)]
]


@pytest.fixture(autouse=True)
def in_winter(time_machine):
    time_machine.move_to(datetime(2027, 1, 4, 12, tzinfo=UTC), tick=True)


@pytest.fixture
def meetings(lancaster):
    venue = VenueFactory(cluster=lancaster, name="White Cross")
    made = [
        MeetingFactory(
            cluster=lancaster, venue=venue, title=f"Evening {number}; with, signs", starts_at=start
        )
        for number, start in enumerate(EVENINGS)
    ]
    AgendaItemFactory(meeting=made[0], title="Ünïcode 🙂, and a\nline")
    call_off(made[3])
    return made


def call_off(meeting) -> None:
    meeting.state, meeting.called_off_because = Meeting.State.CANCELLED, "Snow"
    meeting.save()
    meeting.touch()


def run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [BIN / program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"LC_ALL": "C.UTF-8", "TZ": "Europe/London", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Phone:
    """A calendar that vdirsyncer fetches from the site and khal shows."""

    def __init__(self, home: Path, url: str):
        self.home, self.events = home, home / "events"
        self.events.mkdir()
        (home / "sync").write_text(
            f"""
[general]
status_path = "{home}/status"
[pair ours]
a = "site"
b = "here"
collections = null
conflict_resolution = "a wins"
[storage site]
type = "http"
url = "{url}"
[storage here]
type = "filesystem"
path = "{self.events}"
fileext = ".ics"
"""
        )
        (home / "khal").write_text(
            f"""
[calendars]
[[ours]]
path = {self.events}
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/London
default_timezone = Europe/London
[sqlite]
path = {home}/khal.db
"""
        )
        run("vdirsyncer", "-c", f"{home}/sync", "discover", "ours")

    def sync(self) -> None:
        run("vdirsyncer", "-c", f"{self.home}/sync", "sync", "ours")

    def shows(self) -> list[str]:
        listed = [
            "list",
            "2027-01-01",
            "365d",
            "--day-format",
            "",
            "--format",
            "{start} {end-time} {title} {status}",
        ]
        return run("khal", "-c", f"{self.home}/khal", *listed).splitlines()


@pytest.mark.django_db(transaction=True)
def test_a_phone_follows_the_feed_over_both_changes_of_clocks(meetings, lancaster, live_server, tmp_path):
    url = live_server.url + reverse("meetings:cluster-calendar", args=[lancaster.slug])
    phone = Phone(tmp_path, url)
    phone.sync()
    assert [line.split()[:3] for line in phone.shows()] == [
        [f"{start:%Y-%m-%d}", "18:30", "20:30"] for start in EVENINGS
    ]
    assert ["CANCELLED" in line for line in phone.shows()] == [False, False, False, True]
    moved = meetings[0]
    moved.starts_at += timedelta(days=7)
    moved.ends_at += timedelta(days=7)
    moved.save()
    moved.touch()
    call_off(meetings[1])
    phone.sync()
    assert len(list(phone.events.iterdir())) == 4  # the same ones, since their UIDs stay
    shown = phone.shows()
    assert shown[1].startswith("2027-04-03 18:30 20:30") and "Evening 0; with, signs" in shown[1]
    assert "CANCELLED" in shown[0] and len(shown) == 4


def test_khal_takes_an_invitation_and_what_comes_after_it(meetings, tmp_path):
    """Each is imported as from a mail; a later one takes the place of the earlier."""
    phone = Phone(tmp_path, "http://127.0.0.1:9/")
    meeting = meetings[0]
    for change in (lambda: None, meeting.touch, lambda: call_off(meeting)):
        change()
        mailed = tmp_path / "meeting.ics"
        mailed.write_bytes(invitation(meeting, "priya@fellside.example", whole=True))
        run("khal", "-c", f"{tmp_path}/khal", "import", "--batch", str(mailed))
    [shown] = phone.shows()
    assert shown.startswith("2027-03-27 18:30 20:30") and "CANCELLED" in shown


def test_the_library_ics_reads_the_same(meetings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about what it uses
        from ics import Calendar

        [first, *_, last] = sorted(Calendar(calendar("All", meetings).decode()).events)
    assert (first.begin.datetime, first.end.datetime) == (meetings[0].starts_at, meetings[0].ends_at)
    assert first.name == f"Lancaster & Morecambe: {meetings[0].title}"
    assert first.uid.startswith(str(meetings[0].uid)) and last.status == "CANCELLED"
    assert first.last_modified.datetime <= timezone.now()
