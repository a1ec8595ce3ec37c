"""Meetings from before the site: held, their turns done, their talks in the archive, and never twice."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from meetings.models import Duty, Meeting, Presentation
from members.models import OutgoingMail
from tests import factories
from tests.members.test_imports import bring, outcomes, put_in, words

HEAD = ["Date", "Title", "Time", "Venue", "Chaired by", "Hosted by", "Attendance", "Talks"]
LINE = [
    "14/05/2019",
    "Rust for beginners",
    "18:30",
    "Storey Hall",
    "Fellside Analytics",
    "",
    "23",
    "Rust; Why not Go?",
]


def past(lines, **who):
    return bring(lines, head=HEAD, kind="meetings", **who)


def test_are_held_with_turns_done_and_talks_published(lancaster, coordinator, firm, client):
    one = put_in(past([LINE], of=lancaster, by=coordinator), coordinator)
    assert one.state == "done"
    meeting = Meeting.objects.get()
    assert meeting.state == Meeting.State.HELD and meeting.headcount == 23
    assert meeting.starts_at == datetime(2019, 5, 14, 17, 30, tzinfo=UTC)  # half past six in summer
    assert meeting.summary == "At Storey Hall."
    duty = meeting.duties.get()
    assert (duty.company, duty.role, duty.state) == (firm, "chair", Duty.State.FULFILLED)
    assert list(meeting.presentations.values_list("title", flat=True)) == ["Rust", "Why not Go?"]
    assert not OutgoingMail.objects.exists()
    page = client.get(reverse("meetings:meeting", args=[meeting.pk])).content.decode()
    assert "Rust for beginners" in page and "Why not Go?" in page and "23 people" in page


def test_the_same_file_again_changes_nothing(lancaster, coordinator, firm):
    put_in(past([LINE], of=lancaster, by=coordinator), coordinator)
    assert outcomes(past([LINE, LINE], of=lancaster, by=coordinator)) == ["same", "same"]
    assert Meeting.objects.count() == Duty.objects.count() == 1 and Presentation.objects.count() == 2


@pytest.mark.parametrize(
    ("column", "typed", "sentence"),
    [
        ("Date", "14/05/2999", "still to come"),
        ("Date", "", "Date is empty"),
        ("Title", "", "Title is empty"),
        ("Time", "half past", "not a time"),
        ("Chaired by", "Nobody Knows Ltd", "there is no firm “Nobody Knows Ltd”"),
        ("Chaired by", "Felside Analytics", "is it Fellside Analytics?"),
        ("Attendance", "many", "not a number"),
        ("Talks", "; ".join(map(str, range(30))), "20 talks at most"),
    ],
)
def test_what_can_not_be_is_refused(lancaster, coordinator, firm, column, typed, sentence):
    line = [typed if name == column else cell for name, cell in zip(HEAD, LINE, strict=True)]
    one = past([line], of=lancaster, by=coordinator)
    assert outcomes(one) == ["refused"] and sentence in words(one)


def test_another_meeting_on_that_day_is_not_taken_for_it(lancaster, coordinator, firm):
    put_in(past([LINE], of=lancaster, by=coordinator), coordinator)
    one = past([[LINE[0], "Something else", *LINE[2:]]], of=lancaster, by=coordinator)
    assert outcomes(one) == ["refused"] and "another meeting on that day" in words(one)


def test_a_firm_that_the_officer_may_not_see_is_not_confirmed(lancaster, coordinator):
    factories.CompanyFactory(name="Hidden Systems")
    line = [*LINE[:4], "Hidden Systems", "", "", ""]
    assert "there is no firm" in words(past([line], of=lancaster, by=coordinator))
    line[4] = "Hiden Systems"
    assert "there is no firm" in words(past([line], of=lancaster, by=coordinator))


def test_an_association_has_meetings_of_its_own_and_of_its_clusters(association, lancaster, officer, firm):
    lines = [["14/05/2019", "Summer fair", ""], ["15/05/2019", "Rust", "lancaster"]]
    one = bring(lines, head=["Date", "Title", "Cluster"], kind="meetings", of=association, by=officer)
    put_in(one, officer)
    assert Meeting.objects.get(title="Summer fair").association == association
    assert Meeting.objects.get(title="Rust").cluster == lancaster
