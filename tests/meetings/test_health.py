from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.models import Cluster
from meetings.health import FEW_FIRMS, Weight, health_of
from meetings.models import Meeting
from tests import factories

URL = "/admin/meetings/meeting/health/"


@pytest.fixture
def well(lancaster, coordinator):
    """A cluster that meets, with firms enough and all in hand."""
    factories.MembershipFactory.create_batch(FEW_FIRMS, cluster=lancaster)
    held(lancaster, 20)
    meeting = factories.MeetingFactory(cluster=lancaster, starts_at=timezone.now() + timedelta(days=10))
    factories.DutyFactory(meeting=meeting, role="chair", state="accepted")
    factories.AgendaEditionFactory(meeting=meeting)
    return lancaster


def held(cluster, days_ago, came=0):
    start = timezone.now() - timedelta(days=days_ago)
    meeting = factories.MeetingFactory(
        cluster=cluster, starts_at=start, ends_at=start + timedelta(hours=2), state=Meeting.State.HELD
    )
    for _ in range(came):
        factories.RegistrationFactory(meeting=meeting, user=factories.UserFactory(), state="attended")
    return meeting


def sentences(user):
    [health] = health_of(user)
    return [reason.sentence for reason in health.reasons]


def test_a_cluster_that_fares_well_has_no_reasons(well, coordinator):
    [health] = health_of(coordinator)
    assert (health.weight, health.reasons) == (Weight.WELL, [])


def test_silence_and_nothing_ahead_need_somebody(lancaster, coordinator):
    factories.MembershipFactory.create_batch(FEW_FIRMS, cluster=lancaster)
    held(lancaster, 200)
    first, second = sentences(coordinator)
    assert first == "No meeting is ahead."
    assert second.startswith("The last meeting was on ")
    assert second.endswith("and it means to meet every month.")
    assert health_of(coordinator)[0].weight == Weight.NEEDS_SOMEBODY


def test_months_of_pause_do_not_count(well, coordinator):
    Meeting.objects.filter(state=Meeting.State.HELD).update(
        starts_at=timezone.now() - timedelta(days=75), ends_at=timezone.now() - timedelta(days=75)
    )
    assert [sentence for sentence in sentences(coordinator) if "last meeting" in sentence]
    Cluster.objects.update(pause_months=[(timezone.localdate() - timedelta(days=40)).month])
    assert not sentences(coordinator)


def test_a_cluster_without_coordinator_needs_one(well, officer):
    well.officers.all().delete()
    assert sentences(officer) == ["No coordinator is in office."]


def test_what_is_late_is_worth_a_look(well, coordinator):
    factories.MembershipFactory(
        cluster=well, state="applied", applied_at=timezone.now() - timedelta(days=8), joined_at=None
    )
    factories.MeetingFactory(cluster=well, starts_at=timezone.now() + timedelta(days=5))
    factories.PresentationFactory(meeting=held(well, 30), state="expected")
    since, chair, agenda, slides = sentences(coordinator)
    assert since.startswith("A firm has waited for its answer since ")
    assert chair == "A meeting is near, and nobody has agreed to chair."
    assert agenda == "The agenda of a meeting is late."
    assert slides == "The slides of one talk are missing."
    assert health_of(coordinator)[0].weight == Weight.WORTH_A_LOOK


def test_falling_attendance_and_few_firms_are_worth_a_look(well, coordinator):
    well.memberships.all()[0].delete()
    for days, came in ((30, 2), (60, 2), (90, 2), (120, 4), (150, 4), (180, 4)):
        held(well, days, came)
    few, fewer = sentences(coordinator)
    assert few == f"Only {FEW_FIRMS - 1} firms are members."
    assert fewer == "Fewer people come: about 2 to the last 3 meetings, 4 before."


def test_heads_counted_without_a_list_count_as_people_who_came(well, coordinator):
    for days, came in ((30, 0), (60, 2), (90, 0), (120, 2), (150, 2), (180, 2)):
        held(well, days, came)
    Meeting.objects.past().exclude(registrations__isnull=False).update(headcount=2)
    assert sentences(coordinator) == []


def test_a_resting_cluster_rests(lancaster, coordinator):
    Cluster.objects.update(state=Cluster.State.RESTING)
    [health] = health_of(coordinator)
    assert (health.in_words, health.reasons) == ("Rests", [])


def test_the_page_shows_each_officer_the_own_clusters(well, furness, as_coordinator, as_officer):
    page = as_coordinator.get(URL).content.decode()
    assert "Lancaster &amp; Morecambe" in page
    assert "Furness" not in page
    page = as_officer.get(URL).content.decode()
    assert "Two clusters. One needs somebody." in page
    assert page.index("Furness") < page.index("Lancaster &amp; Morecambe")


@pytest.mark.parametrize("number", [1, 4])
def test_the_number_of_queries_does_not_grow_with_the_clusters(association, officer, number):
    for _ in range(number):
        cluster = factories.ClusterFactory(association=association)
        factories.MembershipFactory.create_batch(2, cluster=cluster)
        held(cluster, 20, came=2)
    with CaptureQueriesContext(connection) as queries:
        assert len(health_of(officer)) == number
    assert len(queries) == 2
