from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act
from meetings.models import Duty, Meeting, SwapRequest
from meetings.turns import swaps, turns
from members import memberships
from members.models import OutgoingMail
from tests.factories import (
    DutyFactory,
    MeetingFactory,
    MembershipFactory,
    RepresentativeFactory,
    RotaOfferFactory,
    UnavailabilityFactory,
    VenueFactory,
)
from tests.members.at_once import at_once


def in_days(days: int):
    return (timezone.localtime() + timedelta(days=days)).replace(hour=17, minute=30, second=0, microsecond=0)


def make_willing(cluster, name, role="chair"):
    company = MembershipFactory(cluster=cluster, company__name=name).company
    RepresentativeFactory(company=company)
    venue = VenueFactory(cluster=cluster, company=company) if role == "host" else None
    RotaOfferFactory(cluster=cluster, company=company, role=role, venue=venue)
    return company


@pytest.fixture
def meeting(lancaster):
    return MeetingFactory(cluster=lancaster, state="draft", starts_at=in_days(60))


@pytest.fixture
def accepted(meeting, firm, member):
    duty = DutyFactory(meeting=meeting, company=firm, state="offered")
    return turns.accept(duty, by=member)


@pytest.fixture
def taker(lancaster):
    return make_willing(lancaster, "Sandside Maps")


@pytest.fixture
def asked(accepted, taker, member):
    return swaps.ask(accepted, by=member, note="Away at a fair.")


def lead_of(company):
    return company.representatives.get().user


def mails(kind):
    return OutgoingMail.objects.filter(kind=kind)


def test_all_who_offer_are_asked_but_not_who_is_away_or_has_a_turn_there(
    accepted, taker, lancaster, member, meeting
):
    away = make_willing(lancaster, "Away Ltd")
    UnavailabilityFactory(company=away, start=meeting.day, end=meeting.day)
    UnavailabilityFactory(company=taker, start=meeting.day - timedelta(9), end=meeting.day - timedelta(8))
    UnavailabilityFactory(company=taker, start=meeting.day + timedelta(8), end=meeting.day + timedelta(9))
    host = make_willing(lancaster, "Host Ltd")
    DutyFactory(meeting=meeting, company=host, role="host")
    make_willing(lancaster, "Only hosts", role="host")
    request = swaps.ask(accepted, by=member, note="Away at a fair.")
    assert list(request.asked.all()) == [taker]
    mail = mails("swap-asked").get()
    assert mail.to == lead_of(taker).email and "Away at a fair." in mail.text


def test_only_those_chosen_are_asked(accepted, taker, lancaster, member):
    other = make_willing(lancaster, "Other Ltd")
    assert list(swaps.ask(accepted, by=member, companies=[other]).asked.all()) == [other]


def test_with_nobody_to_ask_the_firm_hears_so(accepted, member):
    with pytest.raises(Refused, match="No other firm that offers to chair is free"):
        swaps.ask(accepted, by=member)


def test_a_swap_is_asked_once(asked, accepted, member):
    with pytest.raises(Refused, match="already"):
        swaps.ask(accepted, by=member)


def test_the_first_yes_takes_the_turn_and_the_showcase_follows(asked, accepted, taker, member, coordinator):
    turns.name_showcase(accepted, title="Maps of mud", summary="", by=member)
    new = swaps.take(asked, taker, by=lead_of(taker))
    assert (new.state, new.company, new.decided_by) == ("accepted", taker, lead_of(taker))
    assert Duty.objects.get(pk=accepted.pk).state == "swapped"
    showcase = new.meeting.agenda.get(kind="showcase")
    assert (showcase.company, showcase.title) == (taker, "The chair's showcase")
    assert {mail.user for mail in mails("swap-taken")} == {member, lead_of(taker)}
    assert mails("turn-for-coordinators").get().user == coordinator


def test_both_firms_consent_is_written_down(asked, taker, member):
    swaps.take(asked, taker, by=lead_of(taker))
    said = dict(Act.objects.values_list("verb", "actor"))
    assert said["asked for a swap of"] == asked.created_by_id == member.pk
    assert said["accepted, in a swap, the turn of"] == lead_of(taker).pk


def test_a_second_yes_hears_who_was_faster(asked, taker, lancaster):
    late = make_willing(lancaster, "Late Ltd")
    asked.asked.add(late)
    swaps.take(asked, taker, by=lead_of(taker))
    with pytest.raises(Refused, match="Sandside Maps has taken this turn already"):
        swaps.take(SwapRequest.objects.get(), late, by=lead_of(late))


def test_who_was_not_asked_takes_nothing(asked, lancaster):
    stranger = make_willing(lancaster, "Stranger Ltd")
    with pytest.raises(Refused, match="was not asked"):
        swaps.take(asked, stranger, by=lead_of(stranger))


def test_who_has_left_takes_nothing(asked, taker):
    memberships.leave(taker.memberships.get(), by=lead_of(taker))
    with pytest.raises(Refused, match="is not a member"):
        swaps.take(asked, taker, by=lead_of(taker))


def test_the_meeting_moves_to_the_room_of_the_new_host(meeting, firm, member, lancaster):
    VenueFactory(cluster=lancaster, company=firm)
    duty = turns.accept(DutyFactory(meeting=meeting, company=firm, role="host", state="offered"), by=member)
    other = make_willing(lancaster, "Host Ltd", role="host")
    swaps.take(swaps.ask(duty, by=member), other, by=lead_of(other))
    assert Meeting.objects.get(pk=meeting.pk).venue.company == other


def test_either_firm_undoes_it_until_the_cut_off(asked, accepted, taker, member):
    new = swaps.take(asked, taker, by=lead_of(taker))
    swaps.undo(asked, by=member, now=in_days(39))
    assert Duty.objects.get(pk=accepted.pk).state == "accepted"
    assert Duty.objects.get(pk=new.pk).state == "withdrawn"
    assert SwapRequest.objects.get().state == "undone"
    assert accepted.meeting.agenda.get(kind="showcase").company == accepted.company
    assert mails("swap-undone").count() == 2


def test_after_the_cut_off_nobody_undoes_it(asked, taker, member):
    swaps.take(asked, taker, by=lead_of(taker))
    with pytest.raises(Refused, match="too late to undo"):
        swaps.undo(asked, by=member, now=in_days(40))


def test_a_late_swap_can_be_undone_the_day_after(accepted, taker, member):
    request = swaps.ask(accepted, by=member, now=in_days(50))
    swaps.take(request, taker, by=lead_of(taker), now=in_days(51))
    assert swaps.can_undo(request, in_days(52)) and not swaps.can_undo(request, in_days(53))


def test_the_firm_keeps_its_turn_after_all(asked, taker, member):
    swaps.withdraw(asked, by=member)
    with pytest.raises(Refused, match="no longer asks"):
        swaps.take(asked, taker, by=lead_of(taker))
    with pytest.raises(Refused, match="no longer asks"):
        swaps.undo(asked, by=member)


def test_giving_the_turn_back_ends_the_request(asked, accepted, member):
    turns.give_back(accepted, by=member)
    assert SwapRequest.objects.get().state == "withdrawn"


def test_nobody_takes_it_in_time_and_the_firm_hears(asked, taker, member):
    assert swaps.expire_due(in_days(53)) == 0
    turns.run_clock(in_days(54))
    assert SwapRequest.objects.get().state == "past-due"
    assert mails("swap-past-due").get().user == member
    with pytest.raises(Refused, match="too late"):
        swaps.take(SwapRequest.objects.get(), taker, by=lead_of(taker), now=in_days(54))


def test_on_the_last_day_it_is_too_late_to_ask(accepted, taker, member):
    with pytest.raises(Refused, match="too near"):
        swaps.ask(accepted, by=member, now=in_days(60) - timedelta(hours=3))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_of_two_firms_at_the_same_moment_one_takes_the_turn(round_, asked, taker, lancaster):
    rival = make_willing(lancaster, "Rival Ltd")
    asked.asked.add(rival)
    outcomes = at_once(
        *(
            lambda firm=firm: swaps.take(SwapRequest.objects.get(), firm, by=lead_of(firm))
            for firm in (taker, rival)
        )
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Duty", "Refused"]
    assert Duty.objects.filter(state="accepted").count() == 1
    assert mails("swap-taken").values("user").distinct().count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_of_two_people_who_answer_at_the_same_moment_one_does(round_, meeting, firm, member):
    deputy = RepresentativeFactory(company=firm, role="deputy").user
    duty = DutyFactory(meeting=meeting, company=firm, state="offered")
    outcomes = at_once(
        lambda: turns.accept(Duty.objects.get(pk=duty.pk), by=member),
        lambda: turns.decline(Duty.objects.get(pk=duty.pk), by=deputy),
    )
    refused = [str(outcome) for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 1 and refused[0].startswith("Fellside Analytics has said")
    assert Act.objects.filter(verb__in=["accepted the turn of", "declined the turn of"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_noes_in_one_cluster_at_the_same_moment_do_not_wait_for_each_other_for_ever(lancaster):
    firms = [make_willing(lancaster, f"Firm {letter}") for letter in "ABCD"]
    offered = [
        DutyFactory(
            meeting=MeetingFactory(cluster=lancaster, state="draft", starts_at=in_days(60 + n)),
            company=firm,
            state="offered",
        )
        for n, firm in enumerate(firms[:2])
    ]
    acts = [(duty.pk, lead_of(duty.company)) for duty in offered]
    outcomes = at_once(
        *(lambda pk=pk, by=by: turns.decline(Duty.objects.get(pk=pk), by=by) for pk, by in acts)
    )
    assert [outcome.state for outcome in outcomes] == ["declined", "declined"]
    assert connection.is_usable()
