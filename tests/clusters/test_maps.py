"""The map shows each cluster where it is, whatever association it belongs to."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.maps import (
    ENGLAND,
    Frame,
    Here,
    Town,
    area,
    frame_round,
    inside,
    land,
    land_data,
    land_places,
    name_places,
    name_sides,
    region_map,
    shared,
)
from clusters.pictures import dots

LANCASTER = Town(
    "lancaster", "Lancaster", 54.047, -2.801, 31, "/lancaster/", "Lancaster & Morecambe, 31 firms"
)
PRESTON = Town("preston", "Preston", 53.763, -2.703, 38, "/preston/")
STAFFORD = Town("staffordshire", "Stafford", 52.806, -2.117, 24, "/staffordshire/")
TRURO = Town("cornwall", "Truro", 50.263, -5.051, 3, "/cornwall/")


def parsed(picture):
    assert "style=" not in picture
    return ElementTree.fromstring(picture)


def test_each_town_is_a_link_that_says_what_it_is():
    picture = parsed(region_map([LANCASTER, PRESTON], "Map of the clusters"))
    assert picture.get("role") == "group"
    assert [(link.get("href"), link.get("aria-label")) for link in picture.findall("a")] == [
        ("/lancaster/", "Lancaster & Morecambe, 31 firms"),
        ("/preston/", "Preston"),
    ]


def test_towns_without_pages_make_a_plain_image():
    picture = parsed(region_map([Town("kendal", "<Kendal>", 54.3, -2.7, 4)], "Map"))
    assert picture.get("role") == "img"
    assert "<Kendal>" in "".join(picture.itertext())


def test_nearest_town_is_lit():
    assert region_map([LANCASTER, PRESTON], "Map", lit="preston").count("is-lit") == 1


@pytest.mark.parametrize("towns", [[LANCASTER], [STAFFORD], [LANCASTER, STAFFORD]])
def test_land_is_drawn_where_its_outline_is_known(towns):
    assert region_map(towns, "Map").count("map-in") == 1


def test_association_elsewhere_has_a_map_without_land():
    picture = region_map([TRURO], "Map")
    parsed(picture)
    assert "map-in" not in picture


def test_map_of_nothing_is_a_map():
    parsed(region_map([], "Map"))


@given(st.lists(st.tuples(*[st.floats(0, 700)] * 2, st.floats(6, 30)), max_size=5))
def test_land_is_all_that_is_clear_of_every_town(spots):
    regions = land_data()[0][:1]
    clear = [
        (x, y)
        for x, y in land_places(ENGLAND, regions)
        if all((x - town_x) ** 2 + (y - town_y) ** 2 >= (radius + 5) ** 2 for town_x, town_y, radius in spots)
    ]
    assert land(ENGLAND, regions, tuple(spots)) == dots(clear, 6.6, "map-in")


def test_land_keeps_clear_of_the_towns():
    assert region_map([LANCASTER], "Map").count("h0") > region_map([LANCASTER, PRESTON], "Map").count("h0")


@given(
    towns=st.lists(
        st.builds(
            Town, st.just("a"), st.just("A"), st.floats(50, 58), st.floats(-6, 1.7), st.integers(0, 300)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_town_is_on_its_map(towns):
    frame = frame_round(towns)
    width, height = frame.size
    for town in towns:
        x, y = frame.place(town.longitude, town.latitude)
        assert 0 < x < width and 0 < y < height


def test_position_is_the_place_backwards():
    frame = Frame(-3.8, 53.47, -1.98, 55.2)
    assert frame.position(*frame.place(-2.801, 54.047)) == pytest.approx((-2.801, 54.047))


def test_rings_and_visitor_are_drawn_only_on_the_map():
    near, far = Here("Carnforth", 54.13, -2.77), Here("Truro", 50.26, -5.05)
    assert region_map([LANCASTER], "Map", here=near, rings=[5, 10]).count("map-ring") == 2
    assert "map-here" not in region_map([LANCASTER], "Map", here=far, rings=[5, 10])


def test_name_moves_to_the_free_side():
    left, right = (200.0, 100.0, 15.0), (240.0, 100.0, 15.0)
    places = name_places((left, right), (9, 9), (400.0, 400.0))
    assert [anchor for _, _, anchor in places] == ["end", "start"]


BOXES = st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(6, 20))


@given(st.lists(st.tuples(BOXES, st.integers(0, 20)), max_size=9))
def test_names_go_where_they_would_if_all_were_compared_with_all(towns):
    spots = tuple(tuple(map(float, spot)) for spot, _ in towns)
    sides = [name_sides(spot, length) for spot, (_, length) in zip(spots, towns, strict=True)]
    boxes = [(x - radius, y - radius, x + radius, y + radius) for x, y, radius in spots]
    chosen = [0] * len(towns)
    for _ in range(3):
        for index, options in enumerate(sides):
            others = [other for other in range(len(towns)) if other != index]
            names = [sides[other][chosen[other]][0] for other in others]
            costs = [
                sum(shared(box, name) for name in names)
                + 3 * sum(shared(box, boxes[other]) for other in others)
                + area(box)
                - shared(box, (0.0, 0.0, 320.0, 320.0))
                + rank
                for rank, (box, _) in enumerate(options)
            ]
            chosen[index] = costs.index(min(costs))
    expected = tuple(options[choice][1] for options, choice in zip(sides, chosen, strict=True))
    assert name_places(spots, tuple(length for _, length in towns), (320.0, 320.0)) == expected


def test_name_stays_on_the_page():
    ((_, _, anchor),) = name_places(((390.0, 100.0, 10.0),), (9,), (400.0, 400.0))
    assert anchor == "end"


def test_many_towns_have_numbers_but_no_names():
    towns = [Town(f"t{i}", f"Town {i}", 53.6 + i / 60, -2.5, 3, "/") for i in range(60)]
    picture = region_map(towns, "Map")
    assert "map-name" not in picture
    assert picture.count("map-num") == 60


def test_point_inside_a_ring():
    square = ((0, 0), (0, 2), (2, 2), (2, 0))
    assert inside((1, 1), square)
    assert not inside((3, 1), square)
