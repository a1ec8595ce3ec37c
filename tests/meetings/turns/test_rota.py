from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act, Cluster
from meetings.models import Duty, Meeting, Registration, RotaOffer
from meetings.turns import duties, rota, turns
from members.models import OutgoingMail
from tests.factories import (
    DutyFactory,
    MeetingFactory,
    MembershipFactory,
    RegistrationFactory,
    RepresentativeFactory,
    RotaOfferFactory,
    UnavailabilityFactory,
    VenueFactory,
)
from tests.members.at_once import at_once


def firm_of(cluster, name, *roles, room=40, represented=True, **membership):
    """A member that offers to chair or host, for which somebody answers."""
    company = MembershipFactory(cluster=cluster, company__name=name, **membership).company
    if represented:
        RepresentativeFactory(company=company)
    for role in roles:
        venue = VenueFactory(cluster=cluster, company=company, capacity=room) if role == "host" else None
        RotaOfferFactory(cluster=cluster, company=company, role=role, venue=venue)
    return company


def meeting_in(cluster, days, **fields):
    start = (timezone.localtime() + timedelta(days=days)).replace(hour=17, minute=30, second=0, microsecond=0)
    state = Meeting.State.HELD if days < 0 else Meeting.State.DRAFT
    return MeetingFactory(cluster=cluster, **{"starts_at": start, "state": state, **fields})


def turns_of(*meetings):
    """The proposed turns, by meeting and role."""
    loose = Duty.objects.filter(meeting__in=meetings, state="proposed").order_by("meeting__starts_at", "role")
    return [(duty.role, duty.company.name) for duty in loose.select_related("company")]


def came(company, meeting):
    RegistrationFactory(meeting=meeting, company=company, state=Registration.State.ATTENDED)


# --- what the plan is made from ---------------------------------------------------------------------------
def test_each_turn_ahead_gets_a_firm_and_a_reason(lancaster, coordinator):
    firm_of(lancaster, "Ash", "chair", joined_at=timezone.now() - timedelta(days=900))
    firm_of(lancaster, "Birch", "chair", joined_at=timezone.now() - timedelta(days=800))
    firm_of(lancaster, "Cedar", "host")
    first, second = meeting_in(lancaster, 30), meeting_in(lancaster, 60)
    plan = rota.replan(lancaster, by=coordinator)
    assert turns_of(first, second) == [
        ("chair", "Ash"),
        ("host", "Cedar"),
        ("chair", "Birch"),
        ("host", "Cedar"),
    ]
    assert not plan.open_turns
    assert first.duties.get(role="chair").reason.startswith("Never chaired; member since ")
    act = Act.objects.get(verb="planned the rota of")
    assert (act.actor, act.cluster, act.note) == (coordinator, lancaster, "4 turns changed, 0 open.")
    assert not OutgoingMail.objects.exists()  # nobody hears of a proposal


def test_only_the_clusters_own_meetings_ahead_are_planned(lancaster, furness):
    firm_of(lancaster, "Ash", "chair")
    planned = meeting_in(lancaster, 30)
    meeting_in(lancaster, 30, kind=Meeting.Kind.TRAINING)
    meeting_in(lancaster, 31, state=Meeting.State.CANCELLED)
    meeting_in(lancaster, 500)
    meeting_in(lancaster, -30)
    meeting_in(furness, 30)
    rota.replan(lancaster)
    assert list(Duty.objects.values_list("meeting", flat=True)) == [planned.pk]


def test_asked_agreed_and_pinned_firms_stay_and_the_rest_is_planned_round_them(lancaster):
    firms = [firm_of(lancaster, name, "chair") for name in ("Ash", "Birch", "Cedar", "Damson")]
    meetings = [meeting_in(lancaster, days) for days in (30, 60, 90, 120)]
    for meeting, company, state in zip(
        meetings, firms, ["offered", "accepted", "proposed", None], strict=True
    ):
        if state:
            DutyFactory(meeting=meeting, company=company, state=state, pinned=state == "proposed")
    before = list(Duty.objects.values())
    rota.replan(lancaster)
    assert turns_of(meetings[3]) == [("chair", "Damson")]
    assert list(Duty.objects.exclude(meeting=meetings[3]).values()) == before


def test_a_plan_made_again_changes_nothing_and_leaves_no_trail(lancaster):
    firm_of(lancaster, "Ash", "chair", "host")
    firm_of(lancaster, "Birch", "chair", "host")
    meeting_in(lancaster, 30)
    rota.replan(lancaster)
    before = list(Duty.objects.values())
    rota.replan(lancaster)
    assert list(Duty.objects.values()) == before
    assert Act.objects.count() == 1


def test_a_firm_that_left_loses_its_proposed_turn(lancaster):
    ash = firm_of(lancaster, "Ash", "chair")
    meeting = meeting_in(lancaster, 30)
    rota.replan(lancaster)
    ash.memberships.update(state="left")
    assert rota.replan(lancaster).open_turns
    assert turns_of(meeting) == []


def test_a_firm_is_passed_over_while_away_and_after_it_declined(lancaster):
    ash, birch = firm_of(lancaster, "Ash", "chair"), firm_of(lancaster, "Birch", "chair")
    firm_of(lancaster, "Cedar", "chair")
    meeting = meeting_in(lancaster, 30)
    UnavailabilityFactory(company=ash, end=timezone.localdate() + timedelta(days=40))
    DutyFactory(meeting=meeting, company=birch, state="declined", offered_at=timezone.now())
    rota.replan(lancaster)
    assert turns_of(meeting) == [("chair", "Cedar")]
    assert (
        meeting.duties.get(state="proposed").reason
        == "The only firm free to chair that day; one ahead is away; "
        "one ahead has declined"
    )


def test_newcomers_are_asked_after_their_first_meeting(lancaster):
    founder = firm_of(lancaster, "Founder", joined_at=timezone.now() - timedelta(days=700))
    newcomer = firm_of(lancaster, "Newcomer", "chair", joined_at=timezone.now() - timedelta(days=90))
    came(founder, meeting_in(lancaster, -400))
    ahead = meeting_in(lancaster, 30)
    plan = rota.replan(lancaster)
    assert [turn.reason for turn in plan.open_turns if turn.role == "chair"] == [
        "Nobody who offers to chair has been to a meeting yet"
    ]
    came(newcomer, meeting_in(lancaster, -30))
    rota.replan(lancaster)
    assert turns_of(ahead) == [("chair", "Newcomer")]


def test_where_nobody_was_noted_as_having_come_all_members_are_taken_to_have(lancaster):
    firm_of(lancaster, "Founder", "chair", joined_at=timezone.now() - timedelta(days=1))
    meeting = meeting_in(lancaster, 30)
    rota.replan(lancaster)
    assert turns_of(meeting) == [("chair", "Founder")]


def test_a_turn_had_shows_that_a_firm_came(lancaster):
    other = firm_of(lancaster, "Other", joined_at=timezone.now() - timedelta(days=700))
    came(other, meeting_in(lancaster, -400))
    ash = firm_of(lancaster, "Ash", "chair", joined_at=timezone.now() - timedelta(days=90))
    DutyFactory(meeting=meeting_in(lancaster, -60), company=ash, state="fulfilled")
    ahead = meeting_in(lancaster, 30)
    rota.replan(lancaster)
    assert turns_of(ahead) == [("chair", "Ash")]


def test_who_has_chaired_comes_after_who_has_not(lancaster):
    ash, _ = firm_of(lancaster, "Ash", "chair"), firm_of(lancaster, "Birch", "chair")
    DutyFactory(meeting=meeting_in(lancaster, -60), company=ash, state="fulfilled")
    ahead = meeting_in(lancaster, 30)
    rota.replan(lancaster)
    assert turns_of(ahead) == [("chair", "Birch")]


def test_the_room_of_the_host_holds_who_is_registered_and_who_is_expected(lancaster):
    firm_of(lancaster, "Small", "host", room=2)
    large = firm_of(lancaster, "Large", "host", room=4)
    ahead = meeting_in(lancaster, 30)
    RegistrationFactory.create_batch(3, meeting=ahead)
    later = meeting_in(lancaster, 400 - 60)
    rota.replan(lancaster)
    assert turns_of(ahead, later) == [("host", "Large"), ("host", "Small")]
    past = meeting_in(lancaster, -40)
    for _ in range(5):
        came(large, past)
    plan = rota.replan(lancaster)
    assert [turn.reason for turn in plan.open_turns if turn.role == "host"] == ["No host's room holds 5"] * 2
    Meeting.objects.filter(pk=later.pk).update(capacity=2)  # fewer places, a smaller room
    rota.replan(lancaster)
    assert turns_of(ahead, later) == [("host", "Small")]


def test_a_meeting_whose_place_is_chosen_needs_no_host(lancaster):
    firm_of(lancaster, "Ash", "host")
    meeting = meeting_in(lancaster, 30)
    rota.replan(lancaster)
    assert turns_of(meeting) == [("host", "Ash")]
    meeting.venue = VenueFactory(cluster=lancaster)
    meeting.save()
    rota.replan(lancaster)
    assert turns_of(meeting) == []


def test_chair_and_host_are_two_firms_if_they_can_be(lancaster):
    firm_of(lancaster, "Ash", "chair", "host")
    firm_of(lancaster, "Birch", "chair")
    meeting = meeting_in(lancaster, 30)
    rota.replan(lancaster)
    assert turns_of(meeting) == [("chair", "Birch"), ("host", "Ash")]
    RotaOffer.objects.filter(company__name="Birch").delete()
    rota.replan(lancaster)  # now Ash is the only one, for both
    assert turns_of(meeting) == [("chair", "Ash"), ("host", "Ash")]


def test_the_gap_of_the_cluster_is_kept(lancaster):
    lancaster.rota_gap_days = 45
    lancaster.save()
    firm_of(lancaster, "Ash", "chair")
    meetings = [meeting_in(lancaster, days) for days in (30, 60, 90)]
    rota.replan(lancaster)
    assert [bool(meeting.duties.all()) for meeting in meetings] == [True, False, True]


def test_a_firm_nobody_answers_for_is_left_out_with_that_reason(lancaster):
    firm_of(lancaster, "Silent", "chair", represented=False)
    meeting_in(lancaster, 30)
    plan = rota.replan(lancaster)
    chair = plan.open_turns[0]
    assert (chair.role, chair.reason) == ("chair", "Nobody answers on this site for the firms that chair")
    assert [place.note for place in plan.queue] == [rota.NOBODY_ANSWERS]
    assert not Duty.objects.exists()


def test_a_resting_cluster_is_not_planned(lancaster):
    firm_of(lancaster, "Ash", "chair")
    meeting_in(lancaster, 30)
    Cluster.objects.update(state="resting")
    with pytest.raises(
        Refused, match=r"Lancaster & Morecambe is resting\. Start it again, then plan its rota\."
    ):
        rota.replan(lancaster)
    assert not Duty.objects.exists()


def test_nobody_willing_leaves_every_turn_open(lancaster):
    meeting_in(lancaster, 30)
    plan = rota.replan(lancaster)
    assert [turn.reason for turn in plan.open_turns] == [
        "No firm has offered to chair",
        "No firm has offered to host",
    ]


@pytest.mark.parametrize("firms", [3, 9])
def test_the_number_of_queries_does_not_grow_with_the_firms(lancaster, firms):
    for number in range(firms):
        firm_of(lancaster, f"Firm {number}", "chair", "host")
    meeting_in(lancaster, 30)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rota.replan(lancaster)
    assert len(queries) == 25


def test_who_gives_a_turn_back_is_not_asked_again_for_it(lancaster, coordinator):
    """Also when the turn was agreed by word of mouth and never offered."""
    ash = firm_of(lancaster, "Ash", "chair")
    firm_of(lancaster, "Birch", "chair")
    meeting = meeting_in(lancaster, 60)
    duty = duties.assign(meeting, "chair", ash, by=coordinator)
    turns.give_back(duty, by=ash.representatives.get().user)
    assert sorted(meeting.duties.values_list("company__name", "state")) == [
        ("Ash", "withdrawn"),
        ("Birch", "offered"),
    ]


# --- at once, and undone ----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_make_one_plan(lancaster, coordinator, officer):
    for name in ("Ash", "Birch", "Cedar"):
        firm_of(lancaster, name, "chair", "host")
    meetings = [meeting_in(lancaster, days) for days in (30, 60, 90)]
    plans = at_once(
        *[partial(rota.replan, Cluster.objects.get(), by=by) for by in (coordinator, officer)] * 2
    )
    assert {plan.turns[0].company for plan in plans} == {
        Duty.objects.earliest("meeting__starts_at").company_id
    }
    assert len(turns_of(*meetings)) == Duty.objects.count() == 6
    assert Act.objects.filter(verb="planned the rota of").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_decline_and_a_plan_at_once_agree_on_the_next_firm(lancaster, coordinator):
    ash, _ = firm_of(lancaster, "Ash", "chair"), firm_of(lancaster, "Birch", "chair")
    meeting = meeting_in(lancaster, 60)
    rota.replan(lancaster)
    duty = turns.offer(meeting.duties.get(company=ash), by=coordinator)
    decline = partial(turns.decline, duty, by=ash.representatives.get().user)
    outcomes = at_once(decline, partial(rota.replan, Cluster.objects.get(), by=coordinator))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert sorted(meeting.duties.values_list("company__name", "state")) == [
        ("Ash", "declined"),
        ("Birch", "offered"),
    ]


@pytest.fixture
def planned(lancaster, coordinator):
    """A plan, and how it came to be: before it, after it."""
    _, birch = firm_of(lancaster, "Ash", "chair"), firm_of(lancaster, "Birch", "chair")
    meetings = [meeting_in(lancaster, 30), meeting_in(lancaster, 60)]
    duties.propose(meetings[0], "chair", birch, reason="As it was.")
    before = rota.proposals(lancaster)
    rota.replan(lancaster, by=coordinator)
    return before, rota.proposals(lancaster), meetings


def test_a_plan_is_taken_back_whole(planned, lancaster, coordinator):
    before, after, meetings = planned
    assert before != after
    rota.put_back(lancaster, before, after, by=coordinator)
    assert rota.proposals(lancaster) == before
    assert turns_of(*meetings) == [("chair", "Birch")]
    assert Act.objects.filter(verb="took back the plan of the rota of", actor=coordinator).exists()


@pytest.mark.parametrize("since", ["offered", "pinned", "left"])
def test_what_has_changed_since_is_not_taken_back(planned, lancaster, coordinator, since):
    before, after, meetings = planned
    duty = meetings[0].duties.get()
    if since == "offered":
        turns.offer(duty, by=coordinator)
    elif since == "pinned":
        duties.pin(duty, by=coordinator)
    else:
        lancaster.memberships.filter(company__name="Birch").update(state="left")
    rows = list(Duty.objects.order_by("pk").values())
    with pytest.raises(Refused, match="The rota has changed since"):
        rota.put_back(lancaster, before, after, by=coordinator)
    assert list(Duty.objects.order_by("pk").values()) == rows


# --- what others see --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "is_shown"), [("proposed", False), ("offered", False), ("declined", False), ("accepted", True)]
)
def test_only_agreed_turns_show_on_the_pages_of_the_cluster(
    client, lancaster, as_coordinator, state, is_shown
):
    MembershipFactory(cluster=lancaster)
    meeting = MeetingFactory(cluster=lancaster)
    company = MembershipFactory(cluster=lancaster, company__name="Sandside Maps").company
    DutyFactory(meeting=meeting, company=company, state=state)
    for reader in (client, as_coordinator):
        cluster_page = reader.get(lancaster.get_absolute_url()).content.decode()
        assert ("Chairs next: Sandside Maps" in cluster_page) == is_shown
        assert ("Sandside Maps" in reader.get(meeting.get_absolute_url()).content.decode()) == is_shown
        calendar = reader.get(reverse("meetings:cluster-calendar", args=[lancaster.slug])).content.decode()
        assert "Sandside Maps" not in calendar or is_shown
