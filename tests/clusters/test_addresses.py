import pytest
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, Resolver404, resolve

from clusters.addresses import address


def test_a_known_address_follows_the_path_under_which_the_site_runs():
    assert address("clusters:cluster", "lancaster") == "/clusters/lancaster/"
    with override_script_prefix("/site/"):
        assert address("clusters:cluster", "lancaster") == "/site/clusters/lancaster/"
    assert address("clusters:cluster", "lancaster") == "/clusters/lancaster/"


def test_each_row_has_its_own_address():
    assert address("meetings:meeting", 1) != address("meetings:meeting", 2)


def test_what_has_no_address_says_so_each_time():
    for _ in range(2):
        with pytest.raises(NoReverseMatch):
            address("clusters:cluster", "a slug with blanks")


def test_each_request_gets_a_match_of_its_own_of_an_address_seen_before():
    first, second = resolve("/clusters/lancaster/"), resolve("/clusters/lancaster/")
    assert first is not second
    first.kwargs.clear()
    assert second.kwargs == resolve("/clusters/lancaster/").kwargs == {"slug": "lancaster"}
    assert (second.view_name, second.route) == ("clusters:cluster", "clusters/<slug:slug>/")
    assert resolve("/clusters/furness/").kwargs == {"slug": "furness"}


def test_of_an_address_that_nothing_answers_nothing_is_remembered():
    for _ in range(2):
        with pytest.raises(Resolver404):
            resolve("/no/such/address/")
