import pytest

from clusters.errors import Refused
from clusters.models import Act
from meetings.models import Duty, Meeting
from meetings.turns import duties
from tests.factories import CompanyFactory, DutyFactory, MeetingFactory, MembershipFactory


@pytest.fixture
def meeting(lancaster):
    return MeetingFactory(cluster=lancaster, state="draft")


def test_the_turn_is_accepted_at_once(meeting, firm, coordinator):
    duty = duties.assign(meeting, "chair", firm, by=coordinator, reason="Agreed on the phone.")
    assert (duty.state, duty.company, duty.decided_by) == ("accepted", firm, coordinator)
    assert duty.decided_at and duty.reason == "Agreed on the phone."
    assert Act.objects.filter(actor=coordinator, cluster=meeting.cluster, verb="gave the turn of").exists()


def test_who_had_the_turn_is_withdrawn(meeting, firm, lancaster, coordinator):
    other = MembershipFactory(cluster=lancaster).company
    duties.assign(meeting, "host", firm, by=coordinator)
    duties.assign(meeting, "host", other, by=coordinator)
    states = dict(meeting.duties.values_list("company", "state"))
    assert states == {firm.pk: "withdrawn", other.pk: "accepted"}


def test_an_offered_turn_of_the_same_firm_becomes_an_accepted_one(meeting, firm, coordinator):
    DutyFactory(meeting=meeting, company=firm, state=Duty.State.OFFERED)
    duties.assign(meeting, "chair", firm, by=coordinator)
    assert meeting.agreed_company("chair") == firm


def test_giving_the_same_turn_twice_changes_nothing(meeting, firm, coordinator):
    first = duties.assign(meeting, "chair", firm, by=coordinator)
    assert duties.assign(meeting, "chair", firm, by=coordinator) == first
    assert Act.objects.count() == 1


def test_taking_the_turn_away(meeting, firm, coordinator):
    duties.assign(meeting, "host", firm, by=coordinator)
    assert duties.assign(meeting, "host", None, by=coordinator) is None
    assert meeting.agreed_company("host") is None


def test_one_firm_may_chair_and_host(meeting, firm, coordinator):
    duties.assign(meeting, "chair", firm, by=coordinator)
    duties.assign(meeting, "host", firm, by=coordinator)
    assert meeting.agreed_company("chair") == meeting.agreed_company("host") == firm


@pytest.mark.parametrize("state", ["applied", "left", "rejected"])
def test_only_active_members_take_turns(meeting, lancaster, coordinator, state):
    company = MembershipFactory(cluster=lancaster, state=state, company__name="Sandside Maps").company
    with pytest.raises(
        Refused, match=r"Sandside Maps is not a member of Lancaster & Morecambe. Only members chair\."
    ):
        duties.assign(meeting, "chair", company, by=coordinator)
    assert not meeting.duties.exists()


def test_members_of_another_cluster_do_not(meeting, furness, coordinator):
    with pytest.raises(Refused, match="Only members host"):
        duties.assign(meeting, "host", MembershipFactory(cluster=furness).company, by=coordinator)


def test_an_event_of_the_association_is_hosted_by_a_member_of_any_of_its_clusters(
    association, furness, coordinator
):
    event = MeetingFactory(association=association, kind="trade", state="draft")
    host = MembershipFactory(cluster=furness).company
    assert duties.assign(event, "host", host, by=coordinator).company == host
    with pytest.raises(Refused):
        duties.assign(event, "host", CompanyFactory(), by=coordinator)


@pytest.mark.parametrize("state", ["held", "cancelled"])
def test_turns_of_the_past_stay_as_they_were(meeting, firm, coordinator, state):
    Meeting.objects.update(state=state)
    with pytest.raises(Refused, match="stay as they were"):
        duties.assign(meeting, "chair", firm, by=coordinator)


@pytest.mark.parametrize("act", ["assign", "override"])
def test_a_proposal_that_gives_way_does_not_count_as_a_refusal(meeting, firm, lancaster, coordinator, act):
    """No firm has heard of it, so the next plan may mean this one again."""
    other = MembershipFactory(cluster=lancaster).company
    duties.propose(meeting, "chair", firm)
    getattr(duties, act)(meeting, "chair", other, by=coordinator, reason="Their anniversary.")
    assert list(meeting.duties.values_list("company", flat=True)) == [other.pk]
    assert Act.objects.filter(verb="dropped the proposed turn of").exists()


def test_a_firm_that_was_asked_keeps_its_line_when_the_turn_goes_to_another(
    meeting, firm, lancaster, coordinator
):
    DutyFactory(meeting=meeting, company=firm, state=Duty.State.OFFERED)
    duties.assign(meeting, "chair", MembershipFactory(cluster=lancaster).company, by=coordinator)
    assert set(meeting.duties.values_list("state", flat=True)) == {"withdrawn", "accepted"}
