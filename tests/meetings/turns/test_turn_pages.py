from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import Duty, Meeting, RotaOffer, SwapRequest, Unavailability, Venue
from meetings.turns import swaps, turns
from meetings.turns.links import swap_token, turn_token
from members.models import OutgoingMail
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of


def in_days(days: int):
    return (timezone.localtime() + timedelta(days=days)).replace(hour=17, minute=30, second=0, microsecond=0)


@pytest.fixture
def meeting(lancaster):
    return factories.MeetingFactory(cluster=lancaster, state="draft", starts_at=in_days(60))


@pytest.fixture
def offered(meeting, firm, member):
    duty = factories.DutyFactory(meeting=meeting, company=firm, state="proposed", reason="Never chaired.")
    return turns.offer(duty, by=None)


@pytest.fixture
def accepted(offered, member):
    return turns.accept(offered, by=member)


@pytest.fixture
def colleague(firm):
    return factories.RepresentativeFactory(company=firm, role="member").user


@pytest.fixture
def taker(lancaster):
    company = factories.MembershipFactory(cluster=lancaster, company__name="Sandside Maps").company
    factories.RepresentativeFactory(company=company)
    factories.RotaOfferFactory(cluster=lancaster, company=company)
    return company


def link(duty, user, act="turn") -> str:
    return reverse(f"meetings:{act}", args=[turn_token(duty, user)])


def state_of(duty) -> str:
    return Duty.objects.get(pk=duty.pk).state


# --- links in mails -----------------------------------------------------------------------------------
def test_the_mail_leads_to_a_page_that_says_what_is_asked(client, offered, member):
    mail = OutgoingMail.objects.get(kind="turn-offer")
    assert link(offered, member) in mail.text and link(offered, member) in mail.html
    page = client.get(link(offered, member))
    words = text_of(page)
    assert "Your turn to chair?" in words and "Never chaired." in words and "Please answer by" in words
    assert "Lancaster & Morecambe" in words


def test_a_mail_scanner_changes_nothing(client, offered, member):
    for _ in range(3):
        assert client.get(link(offered, member)).status_code == 200
        assert client.head(link(offered, member)).status_code == 200
    for act in ("turn-accept", "turn-decline", "turn-showcase"):
        assert client.get(link(offered, member, act)).status_code == 405
    assert state_of(offered) == "offered"
    assert not client.cookies.get("session")


def test_the_address_stays_secret(client, offered, member):
    page = client.get(link(offered, member))
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert 'name="robots" content="noindex"' in page.content.decode()


def test_one_click_says_yes_and_the_showcase_is_named_on_the_next_page(offered, member):
    client = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
    page = client.post(link(offered, member, "turn-accept"), follow=True)
    assert "Fellside Analytics chairs" in text_of(page)
    duty = Duty.objects.get()
    assert (duty.state, duty.decided_by) == ("accepted", member)
    named = client.post(
        link(duty, member, "turn-showcase"),
        {"title": "Maps of mud", "summary": "Where it shifts."},
        follow=True,
    )
    assert "Saved." in text_of(named)
    assert duty.meeting.agenda.get(kind="showcase").title == "Maps of mud"


def test_a_no_with_a_line(client, offered, member):
    page = client.post(link(offered, member, "turn-decline"), {"note": "Away at a fair."}, follow=True)
    assert "Not this time" in text_of(page) and "You come next." in text_of(page)
    assert state_of(offered) == "declined"


def test_a_line_too_long_is_kept_and_nothing_answered(client, offered, member):
    page = client.post(link(offered, member, "turn-decline"), {"note": "x" * 301})
    assert "At most 300 characters" in text_of(page) and "x" * 301 in page.content.decode()
    assert state_of(offered) == "offered"


def test_a_link_clicked_twice_says_so(client, offered, member):
    url, act = link(offered, member), link(offered, member, "turn-accept")
    client.post(act)
    assert "You have said yes already" in text_of(client.post(act))
    assert "You have said yes already" in text_of(client.get(url))
    assert Duty.objects.get().version == offered.version + 1


def test_who_comes_second_in_the_firm_hears_it(client, offered, member, firm):
    deputy = factories.RepresentativeFactory(company=firm, role="deputy").user
    client.post(link(offered, member, "turn-decline"))
    page = client.post(link(offered, deputy, "turn-accept"))
    assert page.status_code == 200 and "Fellside Analytics has said no to this turn." in text_of(page)


def test_an_old_link_points_to_the_newer_mail(client, offered, member):
    old = link(offered, member)
    turns.ask_again(offered.meeting)
    assert "There is a newer mail" in text_of(client.get(old))
    client.post(old + "accept/")
    assert state_of(offered) == "offered"


def test_after_the_last_day_the_link_says_so(client, offered, member):
    Duty.objects.update(answer_by=timezone.localdate() - timedelta(days=1))
    for page in (client.get(link(offered, member)), client.post(link(offered, member, "turn-accept"))):
        assert "The day to answer has passed" in text_of(page)
    assert state_of(offered) == "offered"


def test_a_year_later_the_link_remembers(client, offered, member):
    url = link(offered, member)
    last_year = in_days(-365)
    Meeting.objects.update(starts_at=last_year, ends_at=last_year + timedelta(hours=2), state="held")
    Duty.objects.update(state="fulfilled")
    words = text_of(client.get(url))
    assert "This meeting is over" in words and "Thank you for taking the turn." in words


def test_of_a_meeting_called_off_nothing_is_answered(client, offered, member):
    Meeting.objects.update(state="cancelled", called_off_because="Snow.")
    assert "This meeting is called off" in text_of(client.get(link(offered, member)))


@pytest.mark.parametrize("state", ["declined", "expired", "swapped", "withdrawn"])
def test_a_turn_that_has_moved_on_says_how_it_stands(client, offered, member, state):
    Duty.objects.update(state=state)
    page = client.get(link(offered, member))
    assert page.status_code == 200 and "Fellside Analytics" in text_of(page)
    assert '<form method="post" action="/turns/' not in page.content.decode()


def test_another_person_who_is_signed_in_gets_nowhere(offered, member, coordinator):
    client = client_of(coordinator)
    page = client.post(link(offered, member, "turn-accept"))
    assert "This link is somebody else’s" in text_of(page) and "Fellside" not in text_of(page)
    assert state_of(offered) == "offered"


def test_who_no_longer_acts_for_the_firm_gets_nowhere(client, offered, member):
    member.representations.update(state="ended")
    page = client.post(link(offered, member, "turn-accept"))
    assert "This link no longer works" in text_of(page) and "Fellside" not in text_of(page)
    assert state_of(offered) == "offered"


@pytest.mark.parametrize("token", ["1-1-1", "1-1-1:forged", "x"])
def test_a_broken_link_says_so(client, offered, token):
    for name in ("turn", "swap"):
        page = client.get(reverse(f"meetings:{name}", args=[token]))
        assert page.status_code == 200 and "This link is not whole" in text_of(page)


def test_a_room_too_small_is_said_on_the_page(client, meeting, firm, member):
    factories.VenueFactory(cluster=meeting.cluster, company=firm, capacity=2)
    for _ in range(3):
        factories.RegistrationFactory(meeting=meeting)
    duty = factories.DutyFactory(meeting=meeting, company=firm, role="host", state="offered")
    assert "holds 2" in text_of(client.post(link(duty, member, "turn-accept")))


def test_a_swap_is_taken_from_the_mail(client, accepted, member, taker):
    request = swaps.ask(accepted, by=member, note="Away at a fair.")
    url = reverse("meetings:swap", args=[swap_token(request, taker, taker.representatives.get().user)])
    assert url in OutgoingMail.objects.get(kind="swap-asked").text
    assert "Away at a fair." in text_of(client.get(url))
    page = client.post(url + "take/", follow=True)
    assert "Sandside Maps will chair" in text_of(page)
    assert Meeting.objects.get().agreed_company("chair") == taker
    assert "Sandside Maps will chair" in text_of(client.post(url + "take/"))


def test_a_swap_somebody_else_took_says_who(client, accepted, member, taker, lancaster):
    late = factories.MembershipFactory(cluster=lancaster).company
    user = factories.RepresentativeFactory(company=late).user
    factories.RotaOfferFactory(cluster=lancaster, company=late)
    request = swaps.ask(accepted, by=member)
    swaps.take(request, taker, by=member)
    url = reverse("meetings:swap", args=[swap_token(request, late, user)])
    assert "Sandside Maps has taken this turn already." in text_of(client.get(url))


# --- my turns -----------------------------------------------------------------------------------------
URL = "/me/turns/"


def test_all_of_a_firm_s_turns_on_one_page(as_member, offered, firm, lancaster, member, taker):
    agreed = factories.DutyFactory(
        meeting=factories.MeetingFactory(cluster=lancaster, starts_at=in_days(80)),
        company=firm,
        state="offered",
    )
    turns.accept(agreed, by=member)
    past = factories.MeetingFactory(
        cluster=lancaster, starts_at=in_days(-40), state="held", title="Cyber insurance"
    )
    factories.DutyFactory(meeting=past, company=firm, role="host", state="fulfilled")
    theirs = factories.DutyFactory(
        meeting=factories.MeetingFactory(cluster=lancaster, starts_at=in_days(90)), company=taker
    )
    factories.RotaOfferFactory(cluster=lancaster, company=firm)
    swaps.ask(theirs, by=taker.representatives.get().user, companies=[firm])
    factories.UnavailabilityFactory(company=firm, note="Summer fair")
    words = text_of(as_member.get(URL))
    for part in (
        "Fellside Analytics: chair on",
        "Fellside Analytics chairs Lancaster & Morecambe",
        "hosted Cyber insurance",
        "Sandside Maps asks: could you chair",
        "Chairs in turn.",
        "Summer fair",
    ):
        assert part in words


def test_the_page_asks_the_database_no_more_for_more_turns(
    as_member, firm, lancaster, django_assert_num_queries
):
    def add(number):
        for n in range(number):
            meeting = factories.MeetingFactory(cluster=lancaster, starts_at=in_days(30 + n))
            for role, state in (("chair", "accepted"), ("host", "offered")):
                factories.DutyFactory(meeting=meeting, company=firm, role=role, state=state)
            other = factories.DutyFactory(
                meeting=factories.MeetingFactory(cluster=lancaster, starts_at=in_days(90))
            )
            factories.SwapRequestFactory(duty=other).asked.add(firm)
            factories.UnavailabilityFactory(company=firm)
            past = factories.MeetingFactory(cluster=lancaster, starts_at=in_days(-90), state="held")
            factories.DutyFactory(meeting=past, company=firm, state="fulfilled")

    add(1)
    with django_assert_num_queries(17) as few:
        as_member.get(URL)
    add(3)
    with django_assert_num_queries(len(few)):
        as_member.get(URL)


def test_proposals_and_other_firms_turns_are_not_shown(as_member, firm, meeting, taker):
    factories.DutyFactory(meeting=meeting, company=firm, state="proposed", reason="Secret plan.")
    factories.DutyFactory(meeting=meeting, company=taker, role="host", state="accepted")
    words = text_of(as_member.get(URL))
    assert "Secret plan." not in words and "Sandside" not in words


def test_yes_and_no_by_one_button(as_member, offered):
    page = as_member.post(f"{URL}{offered.pk}/accept/", {"version": offered.version}, follow=True)
    assert "Thank you. Fellside Analytics will chair." in text_of(page)
    page = as_member.post(f"{URL}{offered.pk}/decline/", follow=True)
    assert "has said yes already" in text_of(page)


def test_a_no_with_its_line(as_member, offered):
    as_member.post(f"{URL}{offered.pk}/decline/", {"version": offered.version, "note": "Fair."})
    assert state_of(offered) == "declined"


def test_a_colleague_looks_and_does_not_act(offered, colleague, firm):
    client = client_of(colleague)
    page = client.get(URL)
    assert "A lead or deputy of your firm answers." in text_of(page)
    assert f'action="{URL}' not in page.content.decode()
    membership = firm.memberships.get()
    for method, path in (
        ("post", f"{URL}{offered.pk}/accept/"),
        ("get", f"{URL}{offered.pk}/showcase/"),
        ("get", f"/me/offers/{membership.pk}/"),
        ("post", "/me/absences/"),
    ):
        assert getattr(client, method)(path).status_code == 403, path
    assert state_of(offered) == "offered"


def test_what_is_another_firm_s_is_not_there(offered, accepted, taker, firm, member):
    request = swaps.ask(accepted, by=member, companies=[taker])
    absence = factories.UnavailabilityFactory(company=firm)
    room = factories.VenueFactory(cluster=offered.meeting.cluster, company=firm)
    outsider = client_of(factories.RepresentativeFactory().user)
    for path in (
        f"{URL}{offered.pk}/accept/",
        f"{URL}{offered.pk}/decline/",
        f"{URL}{offered.pk}/give-back/",
        f"{URL}{offered.pk}/swap/",
        f"/me/swaps/{request.pk}/withdraw/",
        f"/me/swaps/{request.pk}/undo/",
        f"/me/swaps/{request.pk}/take/{taker.pk}/",
        f"/me/offers/{firm.memberships.get().pk}/",
        f"/me/rooms/{room.pk}/",
        f"/me/absences/{absence.pk}/remove/",
    ):
        assert outsider.post(path).status_code == 404, path
    assert (
        client_of(taker.representatives.get().user).post(f"/me/swaps/{request.pk}/withdraw/").status_code
        == 403
    )


def test_the_showcase_is_named_and_after_the_agenda_waits_for_the_coordinator(as_member, accepted):
    path = f"{URL}{accepted.pk}/showcase/"
    assert "Give it a title" in text_of(as_member.post(path, {"title": "", "summary": "x"}))
    assert "Saved. Members read it with the agenda." in text_of(
        as_member.post(path, {"title": "Maps of mud", "summary": "x"}, follow=True)
    )
    factories.AgendaEditionFactory(meeting=accepted.meeting)
    assert "The agenda is out already." in text_of(as_member.get(path))
    assert "when the coordinator sends the change" in text_of(
        as_member.post(path, {"title": "Maps of sand", "summary": "x"}, follow=True)
    )


def test_a_swap_from_asking_to_undoing(as_member, accepted, taker):
    page = as_member.post(f"{URL}{accepted.pk}/swap/", {"asked": [taker.pk], "note": "Fair."}, follow=True)
    assert "until then it is yours" in text_of(page)
    theirs = client_of(taker.representatives.get().user)
    request = SwapRequest.objects.get()
    assert "Yes, Sandside Maps will" in text_of(theirs.get(URL))
    theirs.post(f"/me/swaps/{request.pk}/take/{taker.pk}/")
    assert "Sandside Maps chairs instead of Fellside Analytics" in text_of(as_member.get(URL))
    as_member.post(f"/me/swaps/{request.pk}/undo/")
    assert state_of(accepted) == "accepted"


def test_a_swap_is_taken_back(as_member, accepted, taker, member):
    request = swaps.ask(accepted, by=member)
    assert "You keep your turn." in text_of(as_member.post(f"/me/swaps/{request.pk}/withdraw/", follow=True))


def test_a_swap_nobody_can_take_offers_the_other_way_out(as_member, accepted):
    assert "No other firm that offers to chair is free" in text_of(as_member.get(f"{URL}{accepted.pk}/swap/"))
    page = as_member.post(f"{URL}{accepted.pk}/give-back/", {"note": "Flu."}, follow=True)
    assert "The turn is given back." in text_of(page)
    assert state_of(accepted) == "withdrawn"


def test_what_a_firm_offers(as_member, firm, lancaster):
    path = f"/me/offers/{firm.memberships.get().pk}/"
    as_member.post(path, {"chair": "on"})
    first = RotaOffer.objects.get()
    assert (first.role, first.company) == ("chair", firm)
    room = factories.VenueFactory(cluster=lancaster, company=firm)
    as_member.post(path, {"chair": "on", "host": "on", "venue": room.pk})
    offers = {offer.role: offer for offer in RotaOffer.objects.all()}
    assert (offers["host"].venue, offers["host"].both_at_once) == (room, False)
    assert (offers["chair"].pk, offers["chair"].since) == (first.pk, first.since)
    as_member.post(path, {"venue": room.pk})
    assert not RotaOffer.objects.exists()


def test_hosting_in_another_firm_s_room_is_refused(as_member, firm, lancaster):
    factories.VenueFactory(cluster=lancaster, company=firm)
    other = factories.VenueFactory(cluster=lancaster)
    as_member.post(f"/me/offers/{firm.memberships.get().pk}/", {"host": "on", "venue": other.pk})
    assert not RotaOffer.objects.exists()


ROOM = {
    "name": "Fellside",
    "address": "1 Moor Lane",
    "town": "Lancaster",
    "postcode": "la11aa",
    "capacity": "20",
    "step_free": "true",
    "names_days": "2",
}


def test_the_room_is_told_once_and_the_firm_then_hosts(as_member, firm, lancaster):
    path = f"/me/offers/{firm.memberships.get().pk}/room/"
    page = as_member.post(path, {**ROOM, "capacity": "lots", "postcode": "LA2 9"})
    assert "A number, please." in text_of(page) and "only half of it" in text_of(page)
    as_member.post(path, ROOM)
    room = Venue.objects.get()
    assert (room.company, room.cluster, room.postcode, room.step_free, room.names_days) == (
        firm,
        lancaster,
        "LA1 1AA",
        True,
        2,
    )
    assert RotaOffer.objects.get().venue == room
    assert "has a room of this name" in text_of(as_member.post(path, ROOM))
    as_member.post(f"/me/rooms/{room.pk}/", {**ROOM, "capacity": "30"})
    assert Venue.objects.get().capacity == 30


def test_absences_come_and_go_and_a_turn_in_them_is_pointed_out(as_member, accepted, firm):
    day = accepted.meeting.day.isoformat()
    page = as_member.post("/me/absences/", {"start": day, "end": day, "note": "Fair"}, follow=True)
    assert "You have a turn in these days." in text_of(page)
    absence = Unavailability.objects.get(company=firm)
    as_member.post(f"/me/absences/{absence.pk}/remove/")
    assert not Unavailability.objects.exists()


def test_an_absence_that_ends_before_it_starts_is_kept_on_the_page(as_member, firm):
    page = as_member.post("/me/absences/", {"start": "2027-05-02", "end": "2027-05-01"})
    assert (
        "The last day is before the first." in text_of(page) and 'value="2027-05-02"' in page.content.decode()
    )
    assert not Unavailability.objects.exists()
