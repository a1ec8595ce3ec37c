"""The full lists of postcodes: read line by line, put in whole, and used by the finder."""

import zipfile

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from clusters import postcodes
from clusters.finder import miles_between
from clusters.models import Postcode
from clusters.models.postcode import point_of
from clusters.national_grid import to_wgs84
from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db

CODE_POINT = """\
"LA1 4YW",10,347700,460300,"E92000001","E19000001","","E10000017","E07000121","E05009999"
"LA1 1AA",10,347500,461800,"E92000001","","","","",""
"LA149ZZ",10,319900,469000,"E92000001","","","","",""
"LA2 0AB",90,0,0,"E92000001","","","","",""
"""
ONSPD = """\
pcd,pcd2,pcds,dointr,doterm,lat,long
"LA1 4YW","LA1  4YW","LA1 4YW",198001,,54.0352,-2.7998
"BT1 1AA","BT1  1AA","BT1 1AA",198001,,54.6017,-5.9301
"ZE1 0AA","ZE1  0AA","ZE1 0AA",198001,199606,99.999999,0.0
"""


@pytest.fixture
def file(tmp_path):
    def write(text, name="list.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_the_grid_is_turned_into_degrees_as_ordnance_survey_does():
    """The worked example of its guide, Caister water tower, and where its transformation puts it."""
    latitude, longitude = to_wgs84(651_409.903, 313_177.270)
    right = (52 + 39 / 60 + 28.8282 / 3600, 1 + 42 / 60 + 57.8663 / 3600)
    assert miles_between((latitude, longitude), right) * 1609 < 6


def test_code_point_open_is_loaded(file, capsys):
    call_command("load_postcodes", file(CODE_POINT))
    assert "3 postcodes in 2 districts; 1 without a position and 0 lines" in capsys.readouterr().out
    assert miles_between(point_of("LA14YW"), (54.0352, -2.7998)) < 0.5
    assert point_of("LA1")[0] == pytest.approx((point_of("LA14YW")[0] + point_of("LA11AA")[0]) / 2, abs=1e-5)


def test_a_zip_is_read_where_it_stands(tmp_path, file):
    with zipfile.ZipFile(tmp_path / "codepo_gb.zip", "w") as whole:
        whole.writestr(
            "Doc/Code-Point_Open_Column_Headers.csv", "PC,PQ,EA,NO\nPostcode,Quality,Eastings,Northings\n"
        )
        whole.writestr("Data/CSV/la.csv", CODE_POINT)
        whole.writestr("Data/CSV/zz.csv", '"CA1 1AA",10,340000,555000\n')
    assert postcodes.load(tmp_path / "codepo_gb.zip") == postcodes.Count(
        good=4, nowhere=1, bad=0, districts=3
    )


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_the_lists_of_the_ons_are_known_by_their_header(file, bom):
    count = postcodes.load(file(bom + ONSPD))
    assert (count.good, count.nowhere, count.bad) == (2, 1, 0)
    assert point_of("BT11AA") == (54.6017, -5.9301)


def test_lines_that_make_no_sense_are_counted_and_left_out(file):
    good = "".join(f'"LA1 {n // 26 % 10}A{chr(65 + n % 26)}",10,347700,460300\n' for n in range(260)) * 2
    bad = 'rubbish\n"LA1 4YW",10,x,y\n"LA1 4YW",10,9e9,1\n\0\0,,,\n'
    count = postcodes.load(file(good + bad))
    assert (count.good, count.bad, Postcode.objects.count()) == (520, 4, 261)


@pytest.mark.parametrize(
    "text", ["", "name,town\nAnn,Kendal\n" * 9, '"LA1 4YW",10,1,1\nrubbish\n', "\0" * 50]
)
def test_another_file_changes_nothing(file, text):
    postcodes.load(file(CODE_POINT))
    before = list(Postcode.objects.values())
    with pytest.raises(CommandError, match="Nothing has been changed"):
        call_command("load_postcodes", file(text, "other.csv"))
    assert list(Postcode.objects.values()) == before
    with pytest.raises(CommandError, match="nowhere"):
        call_command("load_postcodes", file(text).with_name("nowhere.csv"))


def test_a_new_list_takes_the_place_of_the_old(file):
    postcodes.load(file(CODE_POINT))
    postcodes.load(file(ONSPD))
    assert point_of("LA149ZZ") is None and point_of("BT1")


def test_no_more_than_a_batch_is_in_memory(file, monkeypatch):
    monkeypatch.setattr(postcodes, "BATCH", 7)
    sizes = [len(batch) for batch in postcodes.in_batches(("LA11AA", 54.0, -2.0) for _ in range(20))]
    assert sizes == [7, 7, 6]


@given(st.text(max_size=200))
def test_no_line_of_any_kind_stops_the_reading(text):
    list(postcodes.rows_of(postcodes.without_nul(text.splitlines(keepends=True)), postcodes.Count()))


def test_the_finder_measures_from_the_postcode(client, association, file):
    near, far = "Bay Cluster", "Hill Cluster"
    for name, latitude in ((near, 54.03), (far, 54.10)):
        factories.ClusterFactory(
            association=association, name=name, town=name, latitude=latitude, longitude=-2.80, districts=[]
        )
    postcodes.load(file(CODE_POINT + '"LA1 9ZZ",10,347700,468500\n'))
    assert "Bay Cluster is your local cluster" in text_of(client.get("/clusters/?q=LA1 4YW"))
    assert "Hill Cluster is your local cluster" in text_of(client.get("/clusters/?q=la19zz"))


def test_a_loaded_list_knows_northern_ireland_too(client, association, file):
    factories.ClusterFactory(association=association)
    assert "We can't look up BT1 1AA" in text_of(client.get("/clusters/?q=BT1 1AA"))
    postcodes.load(file(ONSPD))
    assert "No cluster near BT1 1AA yet" in text_of(client.get("/clusters/?q=BT1 1AA"))
