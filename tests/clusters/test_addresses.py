import pytest
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch

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
