"""Who see the same of a place are one reader to what is kept of it."""

import pytest

from clusters.onlookers import Place, onlooker, onlooker_of
from clusters.reach import found_once
from meetings.models import Duty, Meeting, Presentation
from members.models import Company, Membership, Opportunity
from news.models import Article
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def look():
    def of(user, cluster=None, association=None):
        place = Place(cluster and cluster.pk, (association or cluster.association).pk)
        with found_once():
            return onlooker(user, place)

    return of


@pytest.fixture
def colleague(lancaster):
    firm = factories.MembershipFactory(cluster=lancaster).company
    return factories.RepresentativeFactory(company=firm).user


def test_members_of_a_cluster_are_one_there_whatever_their_firms(look, lancaster, furness, member, colleague):
    assert look(member, lancaster) == look(colleague, lancaster)
    assert look(member, furness) != look(colleague, furness)  # where their firms may have had a talk
    assert look(member, association=lancaster.association) == look(
        colleague, association=lancaster.association
    )


def test_offices_tell_them_apart(look, lancaster, member, coordinator, other_coordinator, officer, operator):
    people = [member, coordinator, officer, operator, factories.UserFactory()]
    assert len({look(user, lancaster) for user in people}) == len(people)
    assert look(other_coordinator, lancaster) == look(factories.UserFactory(), lancaster)


def test_of_nobody_more_is_known_than_what_they_see_there(
    look, lancaster, furness, coordinator, other_coordinator
):
    factories.OfficerFactory(cluster=furness, user=coordinator)
    assert look(coordinator, lancaster).reach.managed_clusters == {lancaster.pk}
    assert not hasattr(look(coordinator, lancaster), "pk")
    with pytest.raises(TypeError):
        Article.objects.visible_to(look(coordinator, lancaster))


def test_outside_of_a_page_that_is_only_looked_at_there_is_none(lancaster, member):
    assert onlooker(member, Place(lancaster.pk, lancaster.association_id)) is None


@pytest.mark.parametrize("model", [Meeting, Presentation, Duty, Membership, Company])
def test_the_rules_give_them_what_they_give_the_person(
    look, lancaster, furness, member, colleague, coordinator, officer, operator, model
):
    for cluster in (lancaster, furness):
        for state, openness in (("draft", "public"), ("published", "members"), ("held", "agenda-members")):
            meeting = factories.MeetingFactory(cluster=cluster, state=state, openness=openness)
            company = factories.MembershipFactory(cluster=cluster).company
            factories.PresentationFactory(meeting=meeting, company=company, audience="members")
            factories.DutyFactory(meeting=meeting, company=company, state=Duty.State.FULFILLED)
    here = {
        Meeting: {"cluster": lancaster},
        Presentation: {"meeting__cluster": lancaster, "state": "published"},
        Duty: {"meeting__cluster": lancaster, "state__in": Duty.AGREED},
        Membership: {"cluster": lancaster, "state": "active"},
        Company: {"memberships__cluster": lancaster, "memberships__state": "active"},
    }[model]
    for person in (member, colleague, coordinator, officer, operator, factories.UserFactory()):
        rows = model.objects.filter(**here)
        assert {*rows.visible_to(look(person, lancaster))} == {*rows.visible_to(person)}, person


@pytest.mark.parametrize("rows", [Presentation.objects.published(), Opportunity.objects.open()])
def test_wherever_it_is_a_firm_tells_people_apart_only_by_what_is_seen_through_it(
    lancaster, furness, member, colleague, coordinator, operator, rows
):
    """Until then all members of a cluster are one."""

    def find(user):
        with found_once():
            return onlooker_of(user, rows.all())

    firm = member.representations.get().company
    for cluster in (lancaster, furness):
        meeting = factories.MeetingFactory(cluster=cluster, state="held", openness="members")
        for company in (factories.MembershipFactory(cluster=cluster).company, firm):
            if cluster == lancaster or company != firm:
                factories.PresentationFactory(meeting=meeting, company=company, audience="members")
                post = factories.OpportunityFactory(company=company, to_all=False)
                post.clusters.set([cluster])
    assert find(member) == find(colleague) != find(coordinator)
    factories.PresentationFactory(meeting=meeting, company=firm, audience="members")
    factories.OpportunityFactory(company=firm, to_all=False).clusters.set([furness])
    assert find(member) != find(colleague)
    for person in (member, colleague, coordinator, factories.UserFactory()):
        assert {*rows.visible_to(find(person))} == {*rows.visible_to(person)}, person
    assert find(operator) is None
