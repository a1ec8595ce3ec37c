"""Places are never given twice, and a free one goes to who has waited longest, whatever freed it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from clusters.errors import Refused
from clusters.models import Act
from meetings import moving
from meetings.models import Meeting, Registration, StandingAnswer
from meetings.registration import clock, guests, registrations
from meetings.registration.notices import answer_token, read_answer_token
from meetings.registration.registrations import (
    Full,
    bring_colleague,
    decline,
    fill_places,
    register,
    remove,
    withdraw,
)
from meetings.turns import duties
from members.models import OutgoingMail
from tests.factories import (
    AgendaItemFactory,
    CompanyFactory,
    DutyFactory,
    MeetingFactory,
    MembershipFactory,
    RegistrationFactory,
    RepresentativeFactory,
    UserFactory,
    VenueFactory,
)
from tests.members.at_once import at_once

State = Registration.State


@pytest.fixture
def meeting(lancaster):
    """Two places."""
    return MeetingFactory(cluster=lancaster, venue=VenueFactory(cluster=lancaster), capacity=2)


@pytest.fixture
def members(lancaster):
    """Five people, of a firm each."""
    return [
        RepresentativeFactory(company=MembershipFactory(cluster=lancaster).company).user for _ in range(5)
    ]


@pytest.fixture
def full(meeting, members):
    """Two are seated, three wait."""
    return [register(meeting, person, or_wait=True) for person in members]


def states(meeting) -> str:
    """In the order of answering: r(egistered), w(aitlisted: number in line), - for not coming."""
    signs = {State.REGISTERED: "r", State.WAITLISTED: "w", State.WITHDRAWN: "-", State.AWAITING: "?"}
    return "".join(signs[answer.state] for answer in meeting.registrations.order_by("pk"))


def mails(kind: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind=kind).order_by("pk"))


class TestPlaces:
    def test_the_smaller_of_meeting_and_venue_limits_them(self, meeting, full):
        assert states(meeting) == "rrwww"
        assert [answer.queue_number for answer in meeting.registrations.in_line()] == [1, 2, 3]

    def test_who_wants_a_place_and_no_waiting_is_told_that_it_has_gone(self, meeting, members):
        for person in members[:2]:
            register(meeting, person)
        with pytest.raises(Full, match="Somebody took the last place a moment before you"):
            register(meeting, members[2])
        assert states(meeting) == "rr"

    def test_nobody_overtakes_the_line(self, meeting, full):
        Registration.objects.filter(pk=full[0].pk).delete()  # a place is free by a way no act knows of
        newcomer = RepresentativeFactory(company=MembershipFactory(cluster=meeting.cluster).company).user
        assert register(meeting, newcomer, or_wait=True).state == State.WAITLISTED
        clock.run_clock()
        assert states(meeting) == "rrwww"

    def test_a_second_click_changes_nothing_and_mails_nobody(self, meeting, full, members):
        register(meeting, members[0])
        register(meeting, members[4], or_wait=True)
        assert states(meeting) == "rrwww" and OutgoingMail.objects.count() == 5

    def test_who_comes_back_is_the_last_in_line(self, meeting, full, members):
        withdraw(full[2], by=members[2])
        again = register(meeting, members[2], or_wait=True)
        assert again.pk == full[2].pk
        assert list(meeting.registrations.in_line()) == [full[3], full[4], again]

    def test_the_firm_that_is_a_member_here_is_whom_one_comes_for(self, meeting, members):
        RepresentativeFactory(user=members[0], company=CompanyFactory(name="Aardvark"))
        assert register(meeting, members[0]).company.memberships.get().cluster == meeting.cluster


class TestFreedPlaces:
    def test_by_a_withdrawal(self, meeting, full, members):
        withdraw(full[0], by=members[0])
        assert states(meeting) == "-rrww"
        [mail] = mails("promoted")
        assert mail.user == members[2] and "A place came free" in mail.subject
        withdraw(full[0], by=members[0])
        assert len(mails("promoted")) == 1

    def test_whoever_withdraws_gets_the_date_out_of_their_calendar(self, meeting, full, members):
        withdraw(full[0], by=members[0])
        withdraw(full[0], by=members[0])
        withdraw(full[3], by=members[3])  # who waited had no date
        [told] = mails("registered-withdrawn")
        assert told.user == members[0] and "You are no longer going" in told.subject
        asked = mails("registered")[0]
        invited, gone = (Calendar.from_ical(mail.calendar) for mail in (asked, told))
        assert (invited["method"], gone["method"]) == ("REQUEST", "CANCEL")
        [date], [end] = invited.events, gone.events
        assert date["uid"] == end["uid"] and date["dtstamp"].dt <= end["dtstamp"].dt
        assert members[0].email in str(end["attendee"]) and "status" not in end

    def test_by_the_coordinator(self, meeting, full, coordinator, members):
        remove(full[1], by=coordinator, because="You told me on the phone.")
        assert states(meeting) == "r-rww"
        assert "You told me on the phone." in mails("registered-removed")[0].text
        assert Act.objects.filter(actor=coordinator, verb="removed somebody from").exists()

    def test_by_a_larger_room(self, meeting, full, coordinator, lancaster):
        Meeting.objects.filter(pk=meeting.pk).update(capacity=None)
        small = VenueFactory(cluster=lancaster, capacity=2)
        Meeting.objects.filter(pk=meeting.pk).update(venue=small)
        small.capacity = 4
        small.save()
        registrations.fill_places_in(small)
        assert states(meeting) == "rrrrw" and len(mails("promoted")) == 2

    def test_by_a_move_to_another_place(self, meeting, full, coordinator, lancaster):
        Meeting.objects.filter(pk=meeting.pk).update(capacity=None)
        hall = VenueFactory(cluster=lancaster, capacity=5)
        moving.move(meeting, starts_at=meeting.starts_at, venue=hall, by=coordinator)
        assert states(meeting) == "rrrrr"

    def test_by_a_new_host_with_more_chairs(self, meeting, full, coordinator, lancaster):
        old, new = (MembershipFactory(cluster=lancaster).company for _ in range(2))
        room = VenueFactory(cluster=lancaster, company=old, capacity=2)
        Meeting.objects.filter(pk=meeting.pk).update(capacity=None, venue=room)
        VenueFactory(cluster=lancaster, company=new, capacity=3)
        DutyFactory(meeting=meeting, role="host", company=old)
        duties.assign(meeting, "host", new, by=coordinator)
        assert states(meeting) == "rrrww"

    def test_nobody_is_promised_a_chair_in_a_room_yet_to_be_found(self, meeting, full):
        Meeting.objects.filter(pk=meeting.pk).update(capacity=None, venue=None)
        assert fill_places(meeting) == [] and states(meeting) == "rrwww"

    def test_a_lower_limit_throws_nobody_out_and_the_coordinator_is_told_once(
        self, meeting, full, coordinator
    ):
        Meeting.objects.filter(pk=meeting.pk).update(capacity=None)
        fill_places(meeting)
        assert states(meeting) == "rrrrr"
        Meeting.objects.filter(pk=meeting.pk).update(capacity=3)
        for _ in range(2):
            assert fill_places(meeting) == []
        assert states(meeting) == "rrrrr"
        [mail] = mails("overbooked")
        assert mail.user == coordinator and "5 people for 3 places" in mail.subject

    def test_on_the_desk_by_a_larger_capacity(self, meeting, full, as_coordinator):
        page = as_coordinator.get(f"/admin/meetings/meeting/{meeting.pk}/change/").content.decode()
        form = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page))
        for name, chosen in re.findall(
            r'<select name="([^"]+)".*?<option value="([^"]*)" selected', page, re.DOTALL
        ):
            form.setdefault(name, chosen)
        answer = as_coordinator.post(
            f"/admin/meetings/meeting/{meeting.pk}/change/",
            {**form, "title": meeting.title, "kind": "meeting", "openness": "public", "capacity": "4"},
        )
        assert answer.status_code == 302
        assert states(meeting) == "rrrrw"


class TestWhenAnswersAreRefused:
    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"state": "draft"}, "not announced yet"),
            ({"state": "cancelled"}, "called off"),
            ({"state": "held"}, "is over"),
            ({"ends_at": timezone.now() - timedelta(minutes=1)}, "is over"),
        ],
    )
    def test_before_after_and_instead_of_the_meeting(self, meeting, full, members, fields, sentence):
        if "ends_at" in fields:
            fields["starts_at"] = fields["ends_at"] - timedelta(hours=2)
        Meeting.objects.filter(pk=meeting.pk).update(**fields)
        acts = [
            lambda: register(meeting, members[0]),
            lambda: decline(meeting, members[1]),
            lambda: withdraw(full[2], by=members[2]),
            lambda: bring_colleague(full[0], "Jan Kowalski"),
            lambda: guests.invite(meeting, name="Jan", email="jan@new.example"),
        ]
        for act in acts[1:]:
            with pytest.raises(Refused, match=sentence):
                act()
        assert states(meeting) == "rrwww"

    def test_a_stranger_comes_once_and_then_joins(self, meeting, lancaster):
        stranger = UserFactory()
        Meeting.objects.filter(pk=meeting.pk).update(capacity=20)
        register(meeting, stranger)
        next_one = MeetingFactory(cluster=lancaster)
        with pytest.raises(Refused, match="To come again, join"):
            register(next_one, stranger)
        event = MeetingFactory(cluster=lancaster, kind="public")
        assert register(event, stranger).state == State.REGISTERED

    def test_where_guests_are_not_wanted_nobody_else_comes(self, meeting, lancaster):
        lancaster.guests_welcome = False
        lancaster.save()
        with pytest.raises(Refused, match="meets among its members"):
            register(meeting, UserFactory())
        with pytest.raises(Refused, match="meets among its members"):
            guests.invite(meeting, name="Jan", email="jan@new.example")

    def test_members_of_a_sister_cluster_come_as_often_as_they_like(self, lancaster, furness):
        neighbour = RepresentativeFactory(company=MembershipFactory(cluster=furness).company).user
        for _ in range(2):
            register(MeetingFactory(cluster=lancaster), neighbour)


class TestColleague:
    def test_takes_a_second_place_and_goes_with_who_brought_them(self, meeting, members):
        answer = register(meeting, members[0])
        colleague = bring_colleague(answer, "Jan Kowalski")
        assert (colleague.state, colleague.person, colleague.company) == (
            State.REGISTERED, "Jan Kowalski", answer.company,
        )  # fmt: skip
        waiting = register(meeting, members[1], or_wait=True)
        assert waiting.state == State.WAITLISTED
        withdraw(answer, by=members[0])
        assert states(meeting) == "--r"

    def test_waits_behind_all_others(self, meeting, full):
        colleague = bring_colleague(full[0], "Jan Kowalski")
        assert colleague.state == State.WAITLISTED and list(meeting.registrations.in_line())[-1] == colleague
        assert mails("waiting")[-1].user == full[0].user and "Jan Kowalski" in mails("waiting")[-1].subject

    def test_is_one_and_can_be_another(self, meeting, members):
        answer = register(meeting, members[0])
        bring_colleague(answer, "Jan Kowalski")
        bring_colleague(answer, "Ela Nowak")
        assert list(answer.brings.values_list("name", flat=True)) == ["Ela Nowak"]
        assert len(mails("registered")) == 2


class TestGuests:
    def invite(self, meeting, email="jan@new.example", **fields):
        guests.invite(meeting, name="Jan Kowalski", email=email, **fields)
        return meeting.registrations.filter(email=email).first()

    def test_hold_no_place_until_they_confirm(self, meeting, members):
        guest = self.invite(meeting)
        assert guest.state == State.AWAITING
        for person in members[:2]:
            register(meeting, person)
        guests.confirm(guest)
        assert guest.state == State.WAITLISTED
        guests.confirm(guest)
        assert states(meeting) == "wrr" and len(mails("waiting")) == 1

    def test_the_mail_repeats_nothing_that_a_stranger_typed_nor_the_address_of_the_house(self, meeting):
        Meeting.objects.filter(pk=meeting.pk).update(openness="agenda-members")
        meeting.refresh_from_db()
        guests.invite(meeting, name="Cheap pills at www.evil.example", email="victim@new.example")
        [mail] = mails("guest-confirm")
        for secret in ("evil", meeting.venue.address, meeting.venue.name):
            assert secret not in mail.text and secret not in mail.html

    def test_sending_the_form_again_mails_at_most_once_an_hour(self, meeting):
        for _ in range(3):
            self.invite(meeting)
        self.invite(meeting, "JAN@new.example")
        assert len(mails("guest-confirm")) == 1 and meeting.registrations.count() == 1

    def test_with_a_members_address_the_mail_says_to_sign_in(self, meeting, members):
        assert self.invite(meeting, members[0].email) is None
        [mail] = mails("guest-confirm-member")
        assert mail.to == members[0].email and "sign in" in mail.text

    def test_a_second_visit_is_for_members(self, meeting, lancaster):
        earlier = MeetingFactory(cluster=lancaster, state="held")
        RegistrationFactory(meeting=earlier, user=None, email="jan@new.example", state="attended")
        assert self.invite(meeting) is None
        assert "Joining costs nothing" in mails("guest-confirm-again")[0].text

    def test_two_open_invitations_make_one_visit(self, meeting, lancaster):
        first, second = self.invite(meeting), self.invite(MeetingFactory(cluster=lancaster))
        guests.confirm(first)
        with pytest.raises(Refused, match="To come again, join"):
            guests.confirm(second)

    def test_a_stranger_can_not_rename_who_has_confirmed(self, meeting):
        guests.confirm(self.invite(meeting))
        guests.invite(meeting, name="Somebody Else", email="jan@new.example")
        assert meeting.registrations.get().name == "Jan Kowalski"

    def test_a_link_is_ours_or_nothing(self, meeting):
        guest = self.invite(meeting)
        assert read_answer_token(answer_token(guest)) == guest
        assert read_answer_token(f"{guest.pk}:forged") is None
        guest.delete()
        assert read_answer_token(answer_token(RegistrationFactory.build(pk=10**9))) is None


class TestClock:
    def test_a_reminder_the_day_before_with_agenda_and_place_once(self, meeting, full, members):
        AgendaItemFactory(meeting=meeting, title="Three real claims")
        early = (meeting.starts_at - timedelta(days=1)).replace(hour=8)
        clock.run_clock(early)
        assert mails("reminder") == []
        for _ in range(2):
            clock.run_clock(early.replace(hour=9, minute=5))
        sent = mails("reminder")
        assert {mail.user for mail in sent} == set(members[:2]) and len(sent) == 2
        assert "Three real claims" in sent[0].text and meeting.venue.address in sent[0].text
        assert "I can’t come after all" in sent[0].text

    def test_of_whom_all_are_reminded_nothing_more_is_asked(
        self, meeting, full, lancaster, django_assert_num_queries
    ):
        begins = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at}
        other = MeetingFactory(cluster=lancaster, **begins)
        RegistrationFactory(meeting=other)
        the_day_before = (meeting.starts_at - timedelta(days=1)).replace(hour=10)
        clock.remind(the_day_before)
        assert len(mails("reminder")) == 3
        with django_assert_num_queries(2):  # which meetings, and who comes to them
            clock.remind(the_day_before)

    def test_a_moved_meeting_is_told_of_again(self, meeting, full):
        clock.run_clock((meeting.starts_at - timedelta(days=1)).replace(hour=10))
        later = timedelta(days=7)
        Meeting.objects.filter(pk=meeting.pk).update(
            starts_at=meeting.starts_at + later, ends_at=meeting.ends_at + later
        )
        clock.run_clock((meeting.starts_at + later - timedelta(days=1)).replace(hour=10))
        assert len(mails("reminder")) == 4

    def test_yes_to_all_meetings_but_one(self, lancaster, members):
        now = MeetingFactory(cluster=lancaster)
        draft = MeetingFactory(cluster=lancaster, state="draft")
        registrations.come_to_all(lancaster, members[0])
        decline(now, members[0])
        assert (states(now), states(draft)) == ("-", "")
        Meeting.objects.filter(pk=draft.pk).update(state="published")
        for _ in range(2):
            clock.run_clock()
        assert (states(now), states(draft)) == ("-", "r")
        assert len(mails("registered")) == 2

    def test_yes_to_all_ends_with_the_membership(self, lancaster, members):
        registrations.come_to_all(lancaster, members[0])
        lancaster.memberships.update(state="left")
        meeting = MeetingFactory(cluster=lancaster)
        clock.run_clock()
        assert states(meeting) == ""

    def test_only_members_say_yes_to_all(self, lancaster):
        with pytest.raises(Refused, match="Only members"):
            registrations.come_to_all(lancaster, UserFactory())
        assert not StandingAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def crowd(self, lancaster):
        company = MembershipFactory(cluster=lancaster).company
        return [RepresentativeFactory(company=company, role="member").user for _ in range(30)]

    def test_thirty_people_for_five_places_and_then_five_leave(self, lancaster, crowd):
        meeting = MeetingFactory(cluster=lancaster, capacity=5)

        def fresh():
            return Meeting.objects.get(pk=meeting.pk)

        outcomes = at_once(
            *(lambda person=person: register(fresh(), person, or_wait=True) for person in crowd)
        )
        assert all(isinstance(outcome, Registration) for outcome in outcomes)
        seated = list(meeting.registrations.seated())
        line = list(meeting.registrations.in_line())
        assert (len(seated), [answer.queue_number for answer in line]) == (5, list(range(1, 26)))

        at_once(*(lambda answer=answer: withdraw(answer, by=answer.user) for answer in seated))
        assert set(meeting.registrations.seated()) == set(line[:5])
        assert list(meeting.registrations.in_line()) == line[5:]
        told = OutgoingMail.objects.filter(kind="promoted").values_list("user", flat=True)
        assert sorted(told) == sorted(answer.user_id for answer in line[:5])

    def test_two_tabs_make_one_answer(self, lancaster, crowd):
        meeting = MeetingFactory(cluster=lancaster)
        at_once(*(lambda: register(Meeting.objects.get(pk=meeting.pk), crowd[0]) for _ in range(4)))
        assert meeting.registrations.count() == OutgoingMail.objects.count() == 1

    def test_a_guest_who_sends_the_form_twice_is_one_guest(self, lancaster, crowd):
        meeting = MeetingFactory(cluster=lancaster)
        outcomes = at_once(
            *(
                lambda: guests.invite(Meeting.objects.get(pk=meeting.pk), name="Jan", email="jan@new.example")
                for _ in range(4)
            )
        )
        assert outcomes == [None] * 4
        assert meeting.registrations.count() == OutgoingMail.objects.count() == 1


def test_the_worker_does_all_this(meeting, members, settings):
    assert "meetings.registration.clock.run_clock" in settings.WORKER_JOBS
