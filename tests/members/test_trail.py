import pytest

from clusters import trail
from clusters.models import Act
from tests import factories

pytestmark = pytest.mark.django_db

URL = "/admin/clusters/act/"


@pytest.fixture
def acts(coordinator, lancaster, furness, association):
    return [
        trail.record(coordinator, "renamed", lancaster, cluster=lancaster, note="Was: Lancaster"),
        trail.record(coordinator, "moved", furness, cluster=furness),
        trail.record(None, "closed", association, association=association),
    ]


def test_a_line_says_who_did_what(acts, coordinator, lancaster, association):
    act = Act.objects.get(verb="renamed")
    assert (act.actor, act.subject, act.subject_id) == (coordinator, "Lancaster & Morecambe", lancaster.pk)
    assert act.cluster == lancaster
    assert str(act) == f"{coordinator} renamed Lancaster & Morecambe"
    assert str(acts[2]) == f"The site closed {association}"


def test_long_words_are_cut(lancaster):
    lancaster.name = "x" * 300
    act = trail.record(None, "renamed", lancaster, note="y" * 600)
    act.refresh_from_db()
    assert (len(act.subject), len(act.note)) == (250, 500)


def test_a_coordinator_reads_the_own_cluster_s_lines_alone(acts, as_coordinator):
    page = as_coordinator.get(URL).content.decode()
    assert "Was: Lancaster" in page
    assert "Furness" not in page


def test_an_officer_reads_all_of_the_association(acts, as_officer):
    page = as_officer.get(URL).content.decode()
    assert "Was: Lancaster" in page
    assert "Furness" in page


def test_lines_are_found_by_words(acts, as_officer):
    page = as_officer.get(URL, {"q": "was"}).content.decode()
    assert "renamed" in page
    assert "Was: Lancaster" in page
    assert page.count("Furness") == 1  # in the filter


def test_nobody_changes_or_removes_a_line(acts, as_operator):
    for path in ("add/", f"{acts[0].pk}/delete/"):
        assert as_operator.post(f"{URL}{path}").status_code == 403
    assert as_operator.post(f"{URL}{acts[0].pk}/change/", {"verb": "forged"}).status_code == 403
    assert Act.objects.count() == 3


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_takes_as_many_queries_for_many_lines(
    number, lancaster, as_operator, django_assert_max_num_queries
):
    for _ in range(number):
        trail.record(factories.UserFactory(), "renamed", lancaster, cluster=lancaster)
    with django_assert_max_num_queries(14):
        assert as_operator.get(URL).status_code == 200
