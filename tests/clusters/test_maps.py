"""The map shows each cluster where it is, whatever association it belongs to."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.maps import Frame, Here, Town, frame_round, inside, name_places, region_map

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
