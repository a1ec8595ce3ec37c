"""A drive that is over comes up at the desk of who looks after it, until it is closed."""

from datetime import timedelta

from django.utils import timezone

from meetings.needs import needs_of
from members import drives
from tests.factories import DriveFactory


def test_a_drive_that_is_over_waits_to_be_closed(officer, coordinator, association, lancaster):
    today = timezone.localdate()
    over = {"start": today - timedelta(days=30), "end": today - timedelta(days=1)}
    drive = DriveFactory(association=association, name="250 by March", **over)
    DriveFactory(cluster=lancaster, name="Ten round the bay")
    [need] = [need for need in needs_of(officer).shown if "250 by March" in need.sentence]
    assert need.url == f"/admin/members/drive/{drive.pk}/act/close/"
    assert not any("Ten round" in need.sentence for need in needs_of(officer).shown)
    assert not any("250 by March" in need.sentence for need in needs_of(coordinator).shown)
    drives.close(drive, by=officer)
    assert not any("250 by March" in need.sentence for need in needs_of(officer).shown)
