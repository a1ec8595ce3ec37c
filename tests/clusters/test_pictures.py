"""Every picture says what the data says: well-formed, named, and a dot for each thing."""

import re
from xml.etree import ElementTree

import pytest
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from clusters import pictures

NASTY = '<b>"Tom & Co"</b>'


def parsed(picture: str) -> ElementTree.Element:
    assert isinstance(picture, SafeString)
    assert "style=" not in picture
    return ElementTree.fromstring(picture)


def dots_in(picture: str) -> int:
    """Circles, and dots drawn as strokes of no length."""
    return len(re.findall("<circle", picture)) + len(re.findall("h0", picture))


ALL = {
    "mark": lambda label: pictures.mark([("kendal", 2.0, 0), ("furness", 0.5, 1)], "kendal", label),
    "glyph": lambda label: pictures.glyph(5, 7, label),
    "round table": lambda label: pictures.round_table(9, [0, 1], 2, 3, label),
    "places": lambda label: pictures.places(3, 8, label),
    "dot field": lambda label: pictures.dot_field(3, 2, 8, label),
    "agenda bar": lambda label: pictures.agenda_bar([(10, "welcome"), (20, "showcase")], label),
    "burn-up": lambda label: pictures.burn_up([(0, 0), (1, 30)], 100, ["Apr", "May"], label, "30"),
}


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL.keys())
def test_picture_with_a_label_is_an_image_of_that_name(draw):
    picture = parsed(draw(NASTY))
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == NASTY


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL.keys())
def test_picture_without_a_label_is_hidden_from_screen_readers(draw):
    picture = parsed(draw(""))
    assert picture.get("aria-hidden") == "true"
    assert picture.get("aria-label") is None


@given(
    firms=st.sampled_from([1, 2, 5, 31, 300]) | st.integers(1, 120), seed=st.integers() | st.text(max_size=9)
)
def test_glyph_has_a_dot_for_each_firm_inside_its_box(firms, seed):
    picture = pictures.glyph(firms, seed)
    parsed(picture)
    assert dots_in(picture) == firms
    side = float(re.search(r'viewBox="0 0 (\S+) ', picture)[1])
    lit = re.search(r'cx="(\S+)" cy="(\S+)"', picture)
    assert 0 < float(lit[1]) < side and 0 < float(lit[2]) < side


def test_glyph_of_no_firms_is_one_hollow_dot():
    assert dots_in(pictures.glyph(0, 4)) == 1
    assert "pic-hollow" in pictures.glyph(0, 4)


def test_glyph_without_a_chair_has_no_lit_dot():
    picture = pictures.glyph(5, 4, lit=False)
    assert "pic-lit" not in picture
    assert dots_in(picture) == 5


@given(firms=st.integers(0, 100), seed=st.integers())
def test_glyph_keeps_its_places_when_a_firm_joins(firms, seed):
    assert pictures.packed(firms + 1, seed, 10)[:firms] == pictures.packed(firms, seed, 10)


def test_glyph_stays_the_same_for_the_same_cluster():
    assert pictures.glyph(31, "lancaster") == pictures.glyph(31, "lancaster")
    assert pictures.glyph(31, "lancaster") != pictures.glyph(31, "preston")


def lit_at(picture: str) -> tuple[str, str]:
    return re.search(r'class="lit" cx="(\S+)" cy="(\S+)"', picture).groups()


def test_mark_lights_the_cluster_asked_for():
    cells = [("carlisle", 2.0, 0), ("kendal", 2.0, 2), ("furness", 0.5, 4)]
    assert dots_in(pictures.mark(cells)) == 3
    assert lit_at(pictures.mark(cells, "carlisle")) == ("20", "0")


@pytest.mark.parametrize("lit", ["", "nowhere"])
def test_mark_lights_the_middle_when_no_cluster_is_asked_for(lit):
    cells = [("carlisle", 2.0, 0), ("kendal", 2.0, 2), ("furness", 0.5, 4)]
    assert lit_at(pictures.mark(cells, lit)) == ("20", "17.32")


def test_mark_of_no_association_is_seven_dots_with_one_lit():
    picture = parsed_text(pictures.mark([]))
    assert dots_in(picture) == 7
    assert picture.count('class="lit"') == 1


def parsed_text(picture: str) -> str:
    parsed(picture)
    return picture


@given(taken=st.integers(0, 40), free=st.integers(0, 40))
def test_places_are_filled_as_far_as_taken(taken, free):
    picture = parsed_text(pictures.places(taken, taken + free))
    assert picture.count("pic-full") == taken
    assert picture.count("pic-hollow") == free


def test_the_place_that_is_yours_is_lit():
    picture = pictures.places(3, 8, yours=True)
    assert (picture.count("pic-lit"), picture.count("pic-full"), picture.count("pic-hollow")) == (1, 2, 5)


@given(done=st.integers(0, 60), new=st.integers(0, 20), target=st.integers(0, 50))
def test_dot_field_never_shows_more_than_the_target(done, new, target):
    picture = parsed_text(pictures.dot_field(done, new, target))
    assert dots_in(picture) == target
    assert picture.count("h0") == min(done, target)


@given(seats=st.integers(0, 60))
def test_round_table_has_a_seat_for_each_firm(seats):
    assert dots_in(parsed_text(pictures.round_table(seats, range(seats // 2), chair=seats // 2))) == seats


def test_round_table_shows_chair_host_and_words():
    picture = pictures.round_table(6, {0, 1}, chair=2, host=4, centre=("17 Dec", NASTY))
    assert [picture.count(f'"{seat}"') for seat in ("seat-had", "seat-chair", "seat-host", "seat")] == [
        2,
        1,
        1,
        2,
    ]
    assert NASTY in "".join(parsed(picture).itertext())


@given(
    items=st.lists(
        st.tuples(st.integers(0, 90), st.sampled_from(["talk", "showcase", "welcome"])), max_size=9
    )
)
def test_agenda_bar_has_a_part_for_each_item(items):
    assert parsed_text(pictures.agenda_bar(items)).count("<rect") == len(items)


def test_agenda_bar_is_to_scale():
    widths = [
        float(width)
        for width in re.findall(r' width="(\S+)"', pictures.agenda_bar([(10, "welcome"), (30, "talk")]))
    ]
    assert widths == [247, 747]


def test_month_dots_lights_the_first():
    picture = parsed_text(pictures.month_dots(7, lit=2))
    assert dots_in(picture) == 7
    assert picture.count("pic-lit") == 2


@given(target=st.integers(0, 100_000))
def test_burn_up_has_few_lines_across(target):
    assert (
        parsed_text(pictures.burn_up([(0, 0), (1, target)], target, ["Apr", "May"])).count("chart-grid") <= 7
    )


def test_burn_up_before_its_first_month_is_only_the_pace():
    picture = parsed_text(pictures.burn_up([], 250, ["Apr", "May"]))
    assert "chart-line" not in picture
    assert "chart-pace" in picture


@pytest.mark.parametrize("theme", [*pictures.THEME_SIGNS, "no such theme"])
def test_topic_glyph_has_nineteen_dots(theme):
    assert dots_in(parsed_text(pictures.topic_glyph(theme))) == 19


def test_turn_dots_draw_each_meeting_that_counts_in_its_own_way():
    drawn = pictures.turn_dots(["", "came", "chaired", "hosted", "away"], "Came to 3 of 4")
    assert [dot.split('"')[1] for dot in drawn.split("<circle ")[1:]] == [
        "pic-full",
        "pic-lit",
        "seat-host",
        "pic-hollow",
    ]
    assert 'aria-label="Came to 3 of 4"' in drawn
