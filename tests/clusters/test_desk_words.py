"""The search of the desk's lists."""

from functools import reduce
from operator import or_

import pytest
from django.db.models import Q

from clusters import desk_lists
from clusters.bounded import BoundedPaginator
from clusters.desk_lists import MOST_WORDS, with_words
from meetings.models import Meeting

from ..factories import ClusterFactory, DutyFactory, MeetingFactory

FIELDS = ["title", "cluster__name", "duties__company__name"]


@pytest.fixture
def backups(lancaster):
    meeting = MeetingFactory(cluster=lancaster, title="Backups and exports")
    for role in ("chair", "host"):
        DutyFactory(meeting=meeting, role=role, company__name=f"Lune Valley {role}")
    MeetingFactory(cluster=lancaster, title="Hiring")
    return meeting


@pytest.fixture(params=["rare", "common", "common in one field"], autouse=True)
def words_are(request, monkeypatch):
    if request.param != "rare":
        monkeypatch.setattr(
            desk_lists, "MOST_WITH_WORD", ["common", "common in one field"].index(request.param)
        )


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("backups", True),
        ("ackup LUNE", True),
        ("backups lancaster valley", True),
        ('"and exports"', True),
        ('"exports and"', False),
        ("backups nowhere", False),
        ("backups\x00", True),
        ("%", False),
    ],
)
def test_each_word_is_in_one_of_the_fields(backups, typed, is_found):
    """Once, however many of its firms are called so."""
    assert list(with_words(Meeting.objects.all(), FIELDS, typed)) == [backups] * is_found


def test_only_rows_that_were_to_be_searched_are_found(backups):
    assert not with_words(Meeting.objects.exclude(pk=backups.pk), FIELDS, "backups").exists()


def test_the_order_stays(backups):
    rows = Meeting.objects.order_by("title")
    assert [meeting.title for meeting in with_words(rows, FIELDS, "lancaster")] == [
        "Backups and exports",
        "Hiring",
    ]


@pytest.mark.parametrize("most", range(9))
def test_what_is_found_does_not_depend_on_how_common_a_word_is(lancaster, furness, monkeypatch, most):
    """However many of the ways to find it have come to their end: as one condition on all of them would have it."""
    for number in range(3):
        MeetingFactory(cluster=lancaster, title=f"Lune {number}")
        DutyFactory(meeting=MeetingFactory(cluster=furness, title="Hiring"), company__name=f"Lune {number}")
    both = MeetingFactory(cluster=ClusterFactory(name="Lune Valley"), title="Along the Lune")
    for role in ("chair", "host"):
        DutyFactory(meeting=both, role=role, company__name=f"Lune {role}")
    monkeypatch.setattr(desk_lists, "MOST_WITH_WORD", most)
    rows = Meeting.objects.order_by("pk")
    in_any = reduce(or_, (Q(**{f"{field}__icontains": "lune"}) for field in FIELDS))
    found = with_words(rows, FIELDS, "lune")
    assert list(found) == list(rows.filter(in_any).distinct())
    assert BoundedPaginator(found, 50).counted in (7, most + 1)


def test_what_no_row_has_in_a_field_is_not_looked_for_there_again(backups, monkeypatch):
    monkeypatch.setattr(desk_lists, "MOST_WITH_WORD", 0)
    fields = ["title", "duties__company__name", "cluster__name"]
    found = with_words(Meeting.objects.order_by("title"), fields, "lancaster")
    assert "members_company" not in str(found.query)
    assert list(found.values_list("title", flat=True)) == ["Backups and exports", "Hiring"]


def test_a_row_with_several_that_have_the_word_counts_once(backups, monkeypatch, django_assert_num_queries):
    """So the list knows without counting that there are more than it counts."""
    for number in range(2):
        DutyFactory(meeting=MeetingFactory(), company__name=f"Lune Valley {number}")
    monkeypatch.setattr(desk_lists, "MOST_WITH_WORD", 2)
    found = with_words(Meeting.objects.all(), FIELDS, "valley")
    with django_assert_num_queries(0):
        assert BoundedPaginator(found, 50).counted == 3


def test_a_character_that_no_text_has_is_left_out_and_the_rest_looked_for(backups, as_coordinator):
    page = as_coordinator.get("/admin/meetings/meeting/", {"q": "back\x00\x00 ups\x00"}).content.decode()
    assert "Null characters" not in page
    assert 'value="back   ups"' in page
    assert "Backups and exports" in page
    assert "Hiring" not in page


@pytest.mark.parametrize("table", ["meetings/meeting", "clusters/act"])
def test_a_search_for_more_words_than_are_looked_for_says_so(table, backups, as_coordinator):
    words = [f"word{number}" for number in range(MOST_WORDS + 1)]
    said = f"A search looks for 8 words: those after “{words[-2]}” were passed over."
    for asked, is_said in ((words, True), (words[:-1], False)):
        page = as_coordinator.get(f"/admin/{table}/", {"q": " ".join(asked)}).content.decode()
        assert (said in page) is is_said
