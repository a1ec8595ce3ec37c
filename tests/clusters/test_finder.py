"""The finder has an answer to whatever is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.finder import (
    ALIKE,
    FAR,
    Answer,
    Outcome,
    Place,
    find,
    may_be_near,
    miles_between,
    outcodes,
    towns,
)
from clusters.models import Association, Cluster

NORTH = Association(pk=1, name="Lancashire & Cumbria ICT Clusters")
MIDLANDS = Association(pk=2, name="West Midlands IT Association")


def cluster(pk, name, town, latitude, longitude, districts="", association=NORTH, **fields):
    return Cluster(
        pk=pk,
        name=name,
        slug=name.lower().replace(" & ", "-").replace(" ", "-"),
        town=town,
        latitude=latitude,
        longitude=longitude,
        districts=districts.split(),
        association=association,
        **{"state": Cluster.State.ACTIVE, **fields},
    )


CLUSTERS = [
    cluster(1, "Lancaster & Morecambe", "Lancaster", 54.047, -2.801, "LA1 LA2 LA3 LA4 LA5"),
    cluster(2, "Furness", "Barrow", 54.111, -3.226, "LA12 LA13 LA14 LA15"),
    cluster(3, "Kendal & South Lakes", "Kendal", 54.328, -2.746, "LA8 LA9 LA23"),
    cluster(4, "Carlisle & Borders", "Carlisle", 54.895, -2.934, "CA1 CA2 CA3"),
    cluster(5, "West Lancashire", "Ormskirk", 53.567, -2.885, "L39 L40"),
    cluster(6, "Preston", "Preston", 53.763, -2.703, "PR1 PR2 PR26"),
    cluster(7, "Chorley & Leyland", "Chorley", 53.653, -2.632, "PR7 PR25 PR26"),
    cluster(8, "Staffordshire", "Stafford", 52.807, -2.117, "ST1 ST4 ST16", MIDLANDS),
    cluster(9, "Black Country", "Wolverhampton", 52.586, -2.129, "WV1 WV14 DY1", MIDLANDS),
]


def ask(question: str) -> Answer:
    return find(question, CLUSTERS)


def names(answer: Answer) -> list[str]:
    return [near.cluster.name for near in answer.near]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("LA1 4YW", "Lancaster & Morecambe"),
        ("la14yw", "Lancaster & Morecambe"),
        ("LA1", "Lancaster & Morecambe"),
        (" la1  4 ", "Lancaster & Morecambe"),
        ("LA5 9J", "Lancaster & Morecambe"),
        ("LA59J", "Lancaster & Morecambe"),
        ("ＬＡ１ ４ＹＷ", "Lancaster & Morecambe"),
        ("LA14", "Furness"),
        ("Carlisle", "Carlisle & Borders"),
        ("carlisle cluster", "Carlisle & Borders"),
        ("Barrow in Furness", "Furness"),
        ("Barrow-in-Furness", "Furness"),
        ("Furness", "Furness"),
        ("Morecambe", "Lancaster & Morecambe"),
        ("Windermere", "Kendal & South Lakes"),
        ("ST4", "Staffordshire"),
        ("staffordshire branch", "Staffordshire"),
        ("WV14 8TU", "Black Country"),
        ("south lakes", "Kendal & South Lakes"),
    ],
)
def test_one_clear_answer(question, best):
    answer = ask(question)
    assert answer.outcome is Outcome.ONE
    assert answer.best.name == best
    assert answer.read_as == ""


def test_the_nearest_neighbours_stand_beside_the_answer_by_distance():
    answer = ask("LA5 9JX")
    assert answer.place.name == "LA5 9JX"
    assert names(answer) == ["Lancaster & Morecambe", "Kendal & South Lakes", "Furness"]
    assert [round(near.miles) for near in answer.near] == [7, 13, 18]


def test_a_covered_district_wins_over_a_nearer_cluster():
    near_furness = [*CLUSTERS, cluster(10, "Coast", "Millom", 54.118, -3.231, "LA18")]
    assert find("LA14", near_furness).best.name == "Furness"


def test_a_district_that_two_clusters_cover_is_a_choice():
    answer = ask("PR26 7XY")
    assert answer.outcome is Outcome.SEVERAL
    assert answer.best is None
    assert set(names(answer)[:2]) == {"Preston", "Chorley & Leyland"}


def test_two_clusters_nearly_equally_near_are_a_choice():
    twins = [cluster(1, "One", "Settle", 54.07, -2.28), cluster(2, "Two", "Giggleswick", 54.07, -2.29)]
    answer = find("BD24", twins)
    assert answer.outcome is Outcome.SEVERAL
    assert set(names(answer)) == {"One", "Two"}


def test_a_county_is_a_choice_of_its_clusters():
    answer = ask("Cumbria")
    assert answer.outcome is Outcome.SEVERAL
    assert len(answer.near) == 7
    assert names(ask("west midlands")) == ["Staffordshire", "Black Country"]


def test_the_area_of_a_postcode_is_a_choice_of_the_clusters_in_it():
    answer = ask("LA")
    assert answer.outcome is Outcome.SEVERAL
    assert {"Lancaster & Morecambe", "Furness", "Kendal & South Lakes"} <= set(names(answer))


@pytest.mark.parametrize(("question", "place"), [("W1A 1AA", "W1A 1AA"), ("W1", "W1"), ("truro", "Truro")])
def test_far_away_the_nearest_are_named_with_their_distance(question, place):
    answer = ask(question)
    assert answer.outcome is Outcome.FAR
    assert answer.place.name == place
    assert len(answer.near) == 3
    assert answer.near[0].miles > 40
    assert answer.best is None


@pytest.mark.parametrize(
    ("question", "country"),
    [
        ("BT1 1AA", "Northern Ireland"),
        ("bt1", "Northern Ireland"),
        ("IM1", "the Isle of Man"),
        ("JE2 3AB", "Jersey"),
        ("GY", "Guernsey"),
    ],
)
def test_what_the_data_do_not_cover_is_said(question, country):
    answer = ask(question)
    assert answer.outcome is Outcome.NOT_COVERED
    assert answer.detail == country


def test_a_cluster_can_cover_a_district_that_the_data_lack():
    belfast = cluster(1, "Belfast", "Belfast", 54.597, -5.93, "BT1 BT2")
    assert find("BT1 1AA", [belfast]).best == belfast


@pytest.mark.parametrize(
    ("question", "read_as"),
    [
        ("LAI 4YW", "LA1 4YW"),
        ("LAl 4YW", "LA1 4YW"),
        ("STl6 OAA", "ST16 0AA"),
        ("LA1-4YW", "LA1 4YW"),
        ("1A1 4YW", "LA1 4YW"),
    ],
)
def test_a_slip_of_the_finger_is_read_as_it_was_meant(question, read_as):
    answer = ask(question)
    assert answer.read_as == read_as
    assert answer.outcome is Outcome.ONE


def test_no_district_of_that_name():
    answer = ask("XM45 HQ")
    assert answer.outcome is Outcome.NOT_A_POSTCODE
    assert answer.detail == "XM4"
    assert ask("LA99 1AA").detail == "LA99"


@pytest.mark.parametrize(
    "question", ["Bernard", "'; DROP TABLE clusters; --", '"', "🎉", "%", "Æ", "LA1 4YW and so on"]
)
def test_unknown_words_find_nothing(question):
    answer = ask(question)
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.near == ()


def test_a_misspelt_town_is_suggested():
    assert ask("Lancastor").suggestions[0] == "Lancaster & Morecambe"
    assert "Penrith" in ask("Penrit").suggestions


@pytest.mark.parametrize("question", ["", "   ", "\0", "\n\t"])
def test_nothing_asked(question):
    assert ask(question).outcome is Outcome.NOTHING_ASKED


def test_five_thousand_characters_are_cut():
    answer = ask("a" * 5000)
    assert answer.outcome is Outcome.UNKNOWN
    assert len(answer.asked) == 61


def test_control_characters_are_left_out():
    assert ask("LA1\0 4YW").best.name == "Lancaster & Morecambe"


def test_a_resting_cluster_is_found_by_name_but_not_by_distance():
    resting = cluster(1, "Penrith & Eden", "Penrith", 54.664, -2.752, "CA11", state=Cluster.State.RESTING)
    assert find("Penrith", [resting, *CLUSTERS]).best == resting
    assert find("CA11", [resting, *CLUSTERS]).best.name == "Carlisle & Borders"


def test_without_clusters_every_place_is_far():
    assert find("LA1", []).outcome is Outcome.FAR


def test_every_town_has_a_district_of_the_data():
    assert {district for _, district in towns().values()} <= set(outcodes())


def test_distances_are_those_of_the_globe():
    london, edinburgh = (51.5074, -0.1278), (55.9533, -3.1883)
    assert miles_between(london, edinburgh) == pytest.approx(332, abs=1)


@given(st.text(max_size=80))
def test_no_text_is_an_error(question):
    assert isinstance(ask(question).outcome, Outcome)


@given(st.sampled_from(sorted(outcodes())))
def test_every_district_is_found(code):
    assert ask(code).place.name == code


DEGREES = {"allow_nan": False, "allow_infinity": False}


@given(
    st.floats(49.9, 60.9, **DEGREES),
    st.floats(-8.2, 1.8, **DEGREES),
    st.floats(-0.7, 0.7, **DEGREES),
    st.floats(-1.3, 1.3, **DEGREES),
)
def test_none_that_can_be_in_the_answer_is_passed_over(latitude, longitude, north, east):
    place = Place("here", latitude, longitude)
    one = cluster(1, "One", "Town", latitude + north, longitude + east)
    miles = miles_between((latitude, longitude), (latitude + north, longitude + east))
    assert may_be_near(place, one) or miles > FAR + ALIKE
