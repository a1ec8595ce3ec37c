import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.editions import differences, snapshot
from meetings.models import AgendaItem
from tests.factories import AgendaItemFactory, CompanyFactory, DutyFactory, MeetingFactory, VenueFactory

ITEM = {
    "id": 1,
    "kind": "talk",
    "title": "Cyber insurance",
    "summary": "",
    "minutes": 35,
    "starts_at": "2026-11-19T18:15:00+00:00",
    "firm": "",
    "speaker": "Yusuf Patel",
}
BREAK = {
    **ITEM,
    "id": 2,
    "kind": "break",
    "title": "Break",
    "minutes": 10,
    "speaker": "",
    "starts_at": "2026-11-19T18:50:00+00:00",
}
OLD = {
    "title": "Insurance evening",
    "kind": "Cluster meeting",
    "starts_at": "2026-11-19T17:30:00+00:00",
    "ends_at": "2026-11-19T19:30:00+00:00",
    "time_zone": "Europe/London",
    "venue": "White Cross, Lancaster",
    "chair": "Fellside Analytics",
    "host": "Halfpenny Hosting",
    "items": [ITEM, BREAK],
}


def changed(**fields) -> list[str]:
    return differences(OLD, {**OLD, **fields})


def changed_item(**fields) -> list[str]:
    return changed(items=[{**ITEM, **fields}, BREAK])


def test_nothing_changed_says_nothing():
    assert differences(OLD, copy.deepcopy(OLD)) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "Insurance"}, "Now called “Insurance” instead of “Insurance evening”."),
        ({"starts_at": "2026-11-19T18:00:00+00:00"}, "Now at 18:00 instead of 17:30."),
        ({"ends_at": "2026-11-19T20:00:00+00:00"}, "Ends at 20:00 instead of 19:30."),
        ({"venue": "The Storey"}, "Now at The Storey instead of White Cross, Lancaster."),
        ({"venue": ""}, "Now at a place still to be found instead of White Cross, Lancaster."),
        ({"chair": "Moor Lane Studio"}, "Moor Lane Studio chairs instead of Fellside Analytics."),
        ({"chair": ""}, "Fellside Analytics no longer chairs."),
        ({"host": "Moor Lane Studio"}, "Moor Lane Studio hosts instead of Halfpenny Hosting."),
        ({"items": [ITEM]}, "Gone: Break."),
        ({"items": []}, "Gone: Cyber insurance."),
    ],
)
def test_what_is_different_is_said_in_a_sentence(fields, sentence):
    assert changed(**fields)[0] == sentence


def test_a_first_host_is_named():
    assert differences({**OLD, "host": ""}, OLD) == ["Halfpenny Hosting hosts."]


def test_another_day_is_told_whole():
    new = {"starts_at": "2026-11-26T18:00:00+00:00", "ends_at": "2026-11-26T20:00:00+00:00"}
    assert changed(**new) == [
        "Now on Thursday 26 November 2026, 18:00 to 20:00, instead of Thursday 19 November 2026, 17:30 to 19:30."
    ]


def test_times_are_told_by_the_meetings_own_clock_in_summer():
    old = {**OLD, "starts_at": "2026-07-16T16:30:00+00:00", "ends_at": "2026-07-16T18:30:00+00:00"}
    new = {**old, "starts_at": "2026-07-16T17:00:00+00:00"}
    assert differences(old, new) == ["Now at 18:00 instead of 17:30."]


def test_a_new_item_is_described():
    new = {**ITEM, "id": 3, "title": "Cloud exits", "minutes": 20, "firm": "Bay Hosting"}
    assert changed(items=[ITEM, BREAK, new]) == ["New: Cloud exits (20 min), Yusuf Patel, Bay Hosting."]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "Cloud exits"}, "“Cloud exits” instead of “Cyber insurance”."),
        ({"minutes": 40}, "Cyber insurance: 40 minutes instead of 35."),
        ({"speaker": "Aisha Rahman"}, "Cyber insurance: with Aisha Rahman instead of Yusuf Patel."),
        ({"speaker": ""}, "Cyber insurance: with nobody named yet instead of Yusuf Patel."),
        ({"firm": "Bay Hosting"}, "Cyber insurance: with Yusuf Patel, Bay Hosting instead of Yusuf Patel."),
        ({"kind": "discussion"}, "Cyber insurance: Discussion instead of Talk."),
        ({"summary": "Three real\nclaims."}, "Cyber insurance: Three real claims."),
    ],
)
def test_a_changed_item_says_what_changed(fields, sentence):
    assert changed_item(**fields) == [sentence]


def test_a_moved_item_says_when_it_is_now():
    moved = [
        {**BREAK, "starts_at": "2026-11-19T18:15:00+00:00"},
        {**ITEM, "starts_at": "2026-11-19T18:25:00+00:00"},
    ]
    assert changed(items=moved) in (
        ["Moved: Break, now at 18:15."],
        ["Moved: Cyber insurance, now at 18:25."],
    )


def test_an_item_removed_and_typed_in_again_is_no_news():
    assert changed(items=[{**ITEM, "id": 77}, BREAK]) == []


def test_later_start_times_that_follow_from_another_change_are_no_news():
    assert changed(items=[ITEM, {**BREAK, "starts_at": "2026-11-19T18:55:00+00:00"}]) == []


words = st.text(alphabet="ab {}%<é", max_size=5)
items = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(1, 6),
            "kind": st.sampled_from(AgendaItem.Kind.values),
            "title": words,
            "summary": words,
            "minutes": st.integers(1, 60),
            "starts_at": st.just("2026-11-19T18:15:00+00:00"),
            "firm": words,
            "speaker": words,
        }
    ),
    unique_by=lambda item: item["id"],
    max_size=6,
)
contents = st.fixed_dictionaries(
    {
        "title": words,
        "kind": words,
        "starts_at": st.sampled_from(
            [OLD["starts_at"], "2026-11-19T18:00:00+00:00", "2026-11-18T18:00:00+00:00"]
        ),
        "ends_at": st.sampled_from(
            [OLD["ends_at"], "2026-11-19T20:00:00+00:00", "2026-11-20T08:00:00+00:00"]
        ),
        "time_zone": st.just("Europe/London"),
        "venue": words,
        "chair": words,
        "host": words,
        "items": items,
    }
)


def without_ids(content: dict) -> dict:
    return {**content, "items": [{**item, "id": 0} for item in content["items"]]}


@given(contents, contents)
def test_whatever_is_different_is_told_and_what_is_the_same_is_not(old, new):
    told = differences(old, new)
    assert differences(new, new) == []
    if without_ids(old) != without_ids(new):
        assert told
    assert all(sentence.strip() for sentence in told)


def test_a_snapshot_keeps_what_members_read(lancaster, firm):
    meeting = MeetingFactory(cluster=lancaster, venue=VenueFactory(cluster=lancaster, name="White Cross"))
    DutyFactory(meeting=meeting, company=firm)
    talk = AgendaItemFactory(
        meeting=meeting, minutes=35, company=CompanyFactory(), presenter_name="Yusuf Patel"
    )
    later = AgendaItemFactory(meeting=meeting)
    content = snapshot(meeting)
    assert content["venue"] == "White Cross, 1 Market Street, Lancaster LA1 1AA"
    assert (content["chair"], content["host"]) == (firm.name, "")
    first, second = content["items"]
    assert (first["speaker"], first["firm"]) == ("Yusuf Patel", talk.company.name)
    assert (second["id"], second["starts_at"][11:16]) == (later.pk, "18:05")
