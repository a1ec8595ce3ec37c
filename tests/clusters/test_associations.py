"""What an association's officers type in about it can be shown."""

import pytest
from django.core.exceptions import ValidationError

from clusters.models import Hostname
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "\0"])
def test_a_time_zone_that_no_clock_knows_is_refused(zone):
    association = factories.AssociationFactory.build(time_zone=zone)
    with pytest.raises(ValidationError) as refused:
        association.full_clean()
    assert "time_zone" in refused.value.message_dict


@pytest.mark.parametrize(
    "mark",
    [
        {"a": 1},
        [1, 2],
        "dots",
        [["kendal", 1]],
        [["kendal", "1", 0]],
        [["kendal", float("nan"), 0]],
        [[1, 2, 3]],
    ],
)
def test_a_mark_that_can_not_be_drawn_is_refused(mark):
    association = factories.AssociationFactory.build(mark=mark)
    with pytest.raises(ValidationError) as refused:
        association.full_clean()
    assert "Each dot is a name and two numbers" in refused.value.message_dict["mark"][0]


@pytest.mark.parametrize("mark", [[], [["kendal", 1.5, 1], ["carlisle", 2, 0]]])
def test_a_mark_that_can_be_drawn_is_taken(mark):
    factories.AssociationFactory.build(mark=mark).full_clean()


@pytest.mark.parametrize("name", ["https://www.example.org/", "www.example.org:8000", "example", "a b.org"])
def test_an_address_is_no_host_name(association, name):
    with pytest.raises(ValidationError, match="Only the name, please"):
        Hostname(association=association, name=name).full_clean()


@pytest.mark.parametrize(
    "name", ["www.example.org", "WMita.example", "lcict.localhost", "xn--caf-dma.example"]
)
def test_a_host_name_is_taken_in_any_case(association, name):
    Hostname(association=association, name=name).full_clean()
