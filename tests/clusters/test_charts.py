"""A chart has a dot for each thing, inside its box, and a name for those who can't see it."""

import re

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from clusters import charts
from clusters.charts import Chart, Heap

from .test_pictures import NASTY, dots_in, parsed

many = st.integers(0, 40)
some_heaps = st.lists(st.builds(Heap, st.text("abc <&", max_size=5), many, many), max_size=60)

ALL = {
    "heaps": lambda label: charts.heaps([Heap("Jan", 3, 1), Heap("Feb", 0)], label),
    "growth": lambda label: charts.growth([("Jan", 3), ("Feb", 5)], label),
    "attendance": lambda label: charts.attendance(3, 1, label),
    "rhythm": lambda label: charts.rhythm([True, False], label),
}


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL.keys())
def test_a_chart_with_a_label_is_an_image_of_that_name(draw):
    picture = parsed(draw(NASTY))
    assert (picture.get("role"), picture.get("aria-label")) == ("img", NASTY)
    assert parsed(draw("")).get("aria-hidden") == "true"


def inside_its_box(picture: str) -> bool:
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', picture).groups())
    circles = re.findall(r'cx="(\S+)" cy="(\S+)" r="(\S+)"', picture)
    return all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y, _ in circles)


@given(heaps=some_heaps)
def test_heaps_have_a_dot_for_each(heaps):
    picture = charts.heaps(heaps)
    parsed(picture)
    assert charts.scale_of(heaps) <= 2
    if charts.scale_of(heaps) == 1:
        assert dots_in(picture) == sum(heap.full + heap.hollow for heap in heaps)
    assert inside_its_box(picture)
    assert picture.count("<text") <= charts.MOST_NAMES


@given(came=st.integers(0, 5000), away=st.integers(0, 5000))
def test_attendance_stays_small_however_many_came(came, away):
    picture = charts.attendance(came, away)
    parsed(picture)
    if came + away <= 240:
        assert picture.count("h0") == came and picture.count("<circle") == away
    assert dots_in(picture) <= 242
    assert inside_its_box(picture)


@given(values=st.lists(st.integers(0, 100_000), max_size=60))
def test_growth_has_few_lines_across_and_ends_with_the_last_number(values):
    picture = charts.growth([(str(index), value) for index, value in enumerate(values)])
    parsed(picture)
    assert picture.count("chart-grid") <= 7
    if values:
        assert f">{values[-1]:,}</text>" in picture


def test_names_are_escaped():
    assert NASTY in "".join(parsed(charts.heaps([Heap(NASTY, 1)])).itertext())


def test_rhythm_tells_kept_from_missed():
    picture = charts.rhythm([True, True, False])
    assert (picture.count("h0"), picture.count("pic-hollow")) == (2, 1)


def test_a_chart_stands_beside_its_table():
    chart = Chart(
        "members",
        "Members",
        "How many.",
        charts.growth([("Jan", 2)], "Members"),
        ["Month", "Firms"],
        [["Jan", 2]],
    )
    page = render_to_string("clusters/_chart.html", {"chart": chart})
    assert '<th scope="row">Jan</th><td>2</td>' in page
    assert "<svg" in page
