from datetime import timedelta

import pytest
from django.forms import modelform_factory
from django.urls import reverse
from django.utils import timezone

from meetings.forms import MeetingForm
from meetings.models import Meeting, Registration
from meetings.registration import attendance
from tests.factories import MeetingFactory, RegistrationFactory
from tests.pages import text_of

State = Registration.State
PAGE = "/admin/meetings/meeting/attendance/"


def held(cluster, days_ago=10, **fields):
    start = timezone.now() - timedelta(days=days_ago)
    return MeetingFactory(
        cluster=cluster, state="held", starts_at=start, ends_at=start + timedelta(hours=2), **fields
    )


@pytest.fixture
def meeting(lancaster, member):
    """Four had a place, three of them came, and one came in from the street. Two were here before."""
    before, meeting = held(lancaster, days_ago=40), held(lancaster, title="Cyber insurance")
    guest = {"user": None, "name": "Jan", "email": "jan@firm.example"}
    for at in (before, meeting):
        RegistrationFactory(meeting=at, user=member, state=State.ATTENDED)
        RegistrationFactory(meeting=at, **guest, state=State.ATTENDED)
    RegistrationFactory(meeting=meeting, state=State.ATTENDED)
    RegistrationFactory(meeting=meeting, state=State.NO_SHOW)
    RegistrationFactory(meeting=meeting, state=State.WITHDRAWN)
    RegistrationFactory(meeting=meeting, user=None, name="Walk-in", email="", state=State.ATTENDED)
    return meeting


def test_it_is_counted_who_came_who_did_not_who_walked_in_and_who_is_new(meeting):
    counted = Meeting.objects.with_attendance().get(pk=meeting.pk)
    assert dict(zip(attendance.HEAD[1:], attendance.numbers(counted), strict=True)) == {
        "Had a place": 4,
        "Came": 4,
        "Did not come": 1,
        "Walked in": 1,
        "First time": 1,
    }


def test_the_meetings_page_of_the_desk_shows_it_as_picture_and_table(as_coordinator, meeting):
    page = as_coordinator.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).content.decode()
    assert 'aria-label="4 came, 1 had a place and did not come"' in page
    assert "<td>4</td><td>4</td><td>1</td><td>1</td><td>1</td>" in page


def test_heads_are_typed_in_where_no_list_was_kept_and_refused_where_one_was(lancaster, meeting):
    form = modelform_factory(Meeting, form=MeetingForm, fields=["headcount"])
    unlisted = held(lancaster, title="No list", days_ago=20)
    assert "headcount" not in form({"headcount": 17}, instance=unlisted).errors
    assert "headcount" not in form({"headcount": ""}, instance=meeting).errors
    assert form({"headcount": 17}, instance=meeting).errors["headcount"] == [
        "4 people were ticked off at the door, and that list counts. Leave this empty."
    ]


def test_a_clusters_meetings_stand_side_by_side(as_coordinator, meeting, lancaster):
    page = as_coordinator.get(PAGE, {"cluster": lancaster.pk})
    assert "2 meetings, 3 people at each on average; 1 did not use their place." in text_of(page)
    assert next(row[0][-15:] for row in page.context["chart"].rows) == "Cyber insurance"


@pytest.mark.parametrize("asked", ["", "x", "\0", "999999999999"])
def test_nobody_sees_it_of_clusters_of_others(
    as_other_coordinator, client, meeting, lancaster, furness, asked
):
    for value in (asked, lancaster.pk):
        page = as_other_coordinator.get(PAGE, {"cluster": value})
        assert page.context["cluster"] == furness and "Cyber insurance" not in page.content.decode()
    assert client.get(PAGE).status_code == 302


def test_before_the_first_meeting_it_says_so(as_coordinator, lancaster):
    assert "No meeting has taken place yet." in text_of(as_coordinator.get(PAGE))


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow_with_the_meetings(
    as_coordinator, lancaster, django_assert_max_num_queries, size
):
    for days in range(size):
        RegistrationFactory(meeting=held(lancaster, days_ago=10 + days), state=State.ATTENDED)
    with django_assert_max_num_queries(12):
        as_coordinator.get(PAGE)
