"""The search of the desk's lists."""

import pytest

from clusters import desk_lists
from clusters.desk_lists import MOST_WORDS, with_words
from meetings.models import Meeting

from ..factories import DutyFactory, MeetingFactory

FIELDS = ["title", "cluster__name", "duties__company__name"]


@pytest.fixture
def backups(lancaster):
    meeting = MeetingFactory(cluster=lancaster, title="Backups and exports")
    for role in ("chair", "host"):
        DutyFactory(meeting=meeting, role=role, company__name=f"Lune Valley {role}")
    MeetingFactory(cluster=lancaster, title="Hiring")
    return meeting


@pytest.fixture(params=["rare", "common"], autouse=True)
def words_are(request, monkeypatch):
    if request.param == "common":
        monkeypatch.setattr(desk_lists, "MOST_WITH_WORD", 0)


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
