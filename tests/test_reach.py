"""What somebody may see is the same, found once for a page or asked by each query."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from clusters.changes import of_table
from clusters.models import Cluster, Topic
from clusters.reach import FOUND_IN, ask_for, found_once, reach_of
from clusters.tables_read import named_in
from members.models import Officer, User

from . import factories

pytestmark = pytest.mark.django_db
PEOPLE = [
    "newcomer", "member", "other_member", "coordinator", "other_coordinator", "former_coordinator", "officer",
    "operator",
]  # fmt: skip
DOORS = [
    (model, door)
    for model in apps.get_models()
    for door in ("visible_to", "managed_by", "with_member", "represented_by")
    if hasattr(model._default_manager, door)
]


@pytest.fixture
def member(world):
    return User.objects.get(pk=world.member.pk)


@pytest.fixture
def coordinator(world):
    return world.people["coordinator"]


@pytest.fixture
def firm(world):
    return world.firm


@pytest.fixture
def lancaster(world):
    return world.cluster


@pytest.fixture
def furness(world):
    return Cluster.objects.get(slug="furness")


def seen_by(user) -> dict[str, set[int]]:
    return {
        f"{model._meta.label} {door}": set(
            getattr(model._default_manager, door)(user).values_list("pk", flat=True)
        )
        for model, door in DOORS
    }


@pytest.mark.parametrize("who", PEOPLE)
def test_each_door_opens_to_the_same_rows(who, world):
    user = world.people[who]
    asked = seen_by(user)
    with found_once():
        assert seen_by(user) == asked
        assert reach_of(user)


def test_the_doors_are_not_all_shut(world):
    seen = seen_by(world.people["coordinator"])
    assert len(DOORS) > 60
    assert sum(map(bool, seen.values())) > len(DOORS) / 2


def test_it_is_asked_for_once_for_a_page_and_never_for_an_act(member, firm, django_assert_num_queries):
    with found_once(), django_assert_num_queries(1):
        assert reach_of(member).firms == {firm.pk}
        assert reach_of(User.objects.model(pk=member.pk)).firms == {firm.pk}
    assert reach_of(member) is None


def test_each_person_has_their_own(member, coordinator, lancaster):
    with found_once():
        assert reach_of(member).managed_clusters == frozenset()
        assert reach_of(coordinator).managed_clusters == {lancaster.pk}
        assert reach_of(coordinator).firms == frozenset()


def test_what_was_found_ends_with_the_page(member, as_member, lancaster, furness):
    assert as_member.get("/me/").status_code == 200
    Officer.objects.create(cluster=furness, user=member, office="coordinator", start="2026-01-01")
    assert set(Cluster.objects.managed_by(member)) == {furness}
    assert "/admin/" in as_member.get("/me/").content.decode()


def test_whoever_no_longer_acts_for_a_firm_sees_no_more_for_it_on_the_next_page(as_member, firm, lancaster):
    meeting = factories.MeetingFactory(cluster=lancaster, openness="members", title="Backups that hold")
    assert as_member.get(meeting.get_absolute_url()).status_code == 200
    firm.representatives.update(state="ended")
    assert as_member.get(meeting.get_absolute_url()).status_code == 404


def test_it_is_kept_by_all_tables_that_it_is_found_in(coordinator, member, django_assert_num_queries):
    with django_assert_num_queries(2) as asked:
        ask_for(coordinator)
        ask_for(member)
    tables = {of_table(name) for query in asked for name in named_in(query["sql"])}
    assert tables == set(FOUND_IN)


@pytest.mark.parametrize("who", PEOPLE)
def test_the_facts_under_answers_are_kept_for_all_since_all_see_the_same_of_them(who, world):
    """clusters/views/questions.py keeps them without asking who reads; other doors than these would have to."""
    user, visitor = world.people[who], AnonymousUser()
    for model in (Cluster, Topic):
        seen, by_all = (
            set(model.objects.visible_to(one).values_list("pk", flat=True)) for one in (user, visitor)
        )
        assert seen == by_all != set()
