"""The reply box in all its states, the pages behind mailed links, guests, and one's own calendar."""

import re

import pytest
from django.urls import reverse
from icalendar import Calendar

from meetings.models import Meeting, PrivateCalendar, Registration, StandingAnswer
from meetings.registration import guests, registrations
from meetings.registration.notices import answer_token
from members.models import OutgoingMail
from tests.conftest import client_of
from tests.factories import (
    MeetingFactory,
    MembershipFactory,
    RegistrationFactory,
    RepresentativeFactory,
    UserFactory,
    VenueFactory,
)

State = Registration.State


@pytest.fixture
def meeting(lancaster):
    """Two places."""
    return MeetingFactory(cluster=lancaster, venue=VenueFactory(cluster=lancaster, capacity=2))


@pytest.fixture
def strangers(lancaster):
    """Four other members."""
    return [
        RepresentativeFactory(company=MembershipFactory(cluster=lancaster).company).user for _ in range(4)
    ]


def box(client, meeting, query="") -> str:
    html = client.get(meeting.get_absolute_url() + query).content.decode()
    return re.search(r'<section class="panel rsvp".*?</section>', html, re.DOTALL)[0]


def press(client, act, meeting, **data):
    response = client.post(reverse(f"meetings:{act}", args=[meeting.pk]), data)
    assert response.status_code == 302
    return response.url


def fill(meeting, people, number=2):
    for person in people[:number]:
        registrations.register(meeting, person, or_wait=True)


class TestBox:
    def test_signed_out_it_leads_to_signing_in_and_to_coming_as_a_guest(self, client, meeting, lancaster):
        shown = box(client, meeting)
        assert "Sign in to reply" in shown and "Come as a guest" in shown and "2 places left" in shown
        lancaster.guests_welcome = False
        lancaster.save()
        assert "Come as a guest" not in box(client, meeting)

    def test_one_press_makes_one_go(self, as_member, member, meeting):
        assert "Yes, save me a place" in box(as_member, meeting)
        to = press(as_member, "answer-yes", meeting, needs="No nuts", shares_name="on")
        assert to == f"{meeting.get_absolute_url()}#rsvp"
        shown = box(as_member, meeting)
        assert "You are going" in shown and 'role="status"' in shown and "pic-lit" in shown
        answer = meeting.registrations.get()
        assert (answer.needs, answer.shares_name, answer.company.name) == (
            "No nuts",
            True,
            "Fellside Analytics",
        )
        assert answer.code in shown
        press(as_member, "answer-no", meeting)
        assert "Not this time" in box(as_member, meeting)
        press(as_member, "answer-yes", meeting)
        answer.refresh_from_db()
        assert answer.state == State.REGISTERED and answer.needs == "No nuts"

    def test_not_this_time_is_an_answer_too(self, as_member, meeting):
        press(as_member, "answer-no", meeting)
        assert "I can come after all" in box(as_member, meeting)

    def test_the_last_place_gone_a_moment_before(self, as_member, meeting, strangers):
        fill(meeting, strangers)
        to = press(as_member, "answer-yes", meeting)
        assert to == f"{meeting.get_absolute_url()}?reply=full#rsvp"
        shown = box(as_member, meeting, "?reply=full")
        assert "Somebody took the last place a moment before you" in shown and 'role="alert"' in shown
        assert meeting.registrations.count() == 2
        press(as_member, "answer-wait", meeting)
        assert "You are number 1 in line" in box(as_member, meeting, "?reply=full")

    def test_full_waiting_and_off_the_list_again(self, as_member, meeting, strangers):
        fill(meeting, strangers, 4)
        shown = box(as_member, meeting)
        assert "Full" in shown and "2 waiting" in shown
        press(as_member, "answer-wait", meeting)
        assert "You are number 3 in line" in box(as_member, meeting)
        press(as_member, "answer-no", meeting)
        assert "Join the waiting list" in box(as_member, meeting)

    def test_over_called_off_and_draft_take_no_answers(self, as_coordinator, meeting):
        for fields, words in (
            ({"state": "draft"}, "Answers open later"),
            ({"state": "cancelled", "called_off_because": "Flooding."}, "Flooding."),
            ({"state": "held"}, "This meeting is over"),
        ):
            Meeting.objects.filter(pk=meeting.pk).update(**fields)
            shown = box(as_coordinator, meeting)
            assert words in shown and "<form" not in shown
            press(as_coordinator, "answer-yes", meeting)
            assert not Registration.objects.exists()

    def test_too_long_a_need_is_said_and_kept(self, as_member, meeting):
        url = reverse("meetings:answer-yes", args=[meeting.pk])
        html = as_member.post(url, {"needs": "x" * 301}).content.decode()
        assert "At most 300 characters" in html and "x" * 301 in html and "<title>Error:" in html
        assert not Registration.objects.exists()

    def test_nobody_reads_who_comes_or_what_they_need(
        self, client, as_member, as_coordinator, meeting, strangers
    ):
        registrations.register(meeting, strangers[0], needs="No nuts", shares_name=True)
        for reader in (client, as_member, as_coordinator):
            html = reader.get(meeting.get_absolute_url()).content.decode()
            assert strangers[0].name not in html and "No nuts" not in html and "1 of 2 places taken" in html

    def test_by_when_the_door_wants_names(self, as_member, meeting):
        meeting.venue.names_days = 3
        meeting.venue.save()
        assert "Please reply by" in box(as_member, meeting)

    def test_acts_are_posts_and_need_signing_in(self, client, as_member, meeting):
        for name in ("answer-yes", "answer-no", "answer-wait", "answer-bring"):
            url = reverse(f"meetings:{name}", args=[meeting.pk])
            assert as_member.get(url).status_code == 405
            assert "/accounts/login/" in client.post(url).url
        assert not Registration.objects.exists()


class TestDetails:
    def test_a_colleague_comes_and_can_not(self, as_member, member, meeting):
        registrations.register(meeting, member)
        press(as_member, "answer-bring", meeting, name="Jan Kowalski")
        assert "Jan Kowalski comes with you" in box(as_member, meeting)
        assert "Full" in box(client_of(UserFactory()), meeting)
        press(as_member, "answer-unbring", meeting)
        assert "Jan Kowalski" not in box(as_member, meeting)

    def test_a_nameless_colleague_is_refused_beside_the_field(self, as_member, member, meeting):
        registrations.register(meeting, member)
        html = as_member.post(reverse("meetings:answer-bring", args=[meeting.pk]), {"name": " "}).content
        assert "Give the name of your colleague" in html.decode()

    def test_the_square_code_leads_to_the_door(self, as_member, member, meeting):
        answer = registrations.register(meeting, member)
        html = as_member.get(reverse("meetings:answer-details", args=[meeting.pk])).content.decode()
        assert 'class="qr"' in html and answer.code in html and "style=" not in html

    def test_there_are_none_without_a_yes(self, as_member, meeting):
        assert as_member.get(reverse("meetings:answer-details", args=[meeting.pk])).status_code == 404


class TestGuestPages:
    def send(self, client, meeting, **data):
        data = {"name": "Jan Kowalski", "email": "jan@new.example", **data}
        return client.post(reverse("meetings:guest", args=[meeting.pk]), data).content.decode()

    def test_from_the_form_to_a_place(self, client, meeting):
        assert "Look into your mailbox" in self.send(client, meeting, needs="Step-free")
        mail = OutgoingMail.objects.get()
        path = re.search(r"/answers/[^\s]+", mail.text)[0]
        assert "Do you come?" in client.get(path).content.decode()
        assert meeting.registrations.get().state == State.AWAITING
        assert "2 places left" in box(client, meeting)
        assert client.post(f"{path}confirm/").status_code == 302
        page = client.get(path)
        assert "You are going" in page.content.decode() and 'class="qr"' in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in page["Cache-Control"]
        client.post(f"{path}withdraw/")
        assert meeting.registrations.get().state == State.WITHDRAWN

    def test_the_page_says_the_same_of_every_address(self, client, meeting, member, lancaster):
        RegistrationFactory(
            meeting=MeetingFactory(cluster=lancaster), user=None, email="again@new.example", state="attended"
        )
        pages = {
            re.sub(r'name="csrfmiddlewaretoken"[^>]*', "", self.send(client, meeting, email=address))
            for address in ("jan@new.example", member.email, "again@new.example")
        }
        assert len(pages) == 1

    def test_what_is_wrong_is_said_and_what_was_typed_kept(self, client, meeting):
        html = self.send(client, meeting, email="jan at new")
        assert "That is not a whole address" in html and "Jan Kowalski" in html
        assert "What may we call you?" in self.send(client, meeting, name="")
        assert not OutgoingMail.objects.exists()

    def test_it_is_not_for_sending_mail_to_the_world(self, client, meeting):
        pages = [self.send(client, meeting, email=f"person{number}@new.example") for number in range(25)]
        assert "That was often for one hour" in pages[-1]
        assert OutgoingMail.objects.count() < 25

    def test_members_meetings_do_not_exist_for_guests(self, client, meeting):
        Meeting.objects.filter(pk=meeting.pk).update(openness="members")
        assert client.get(reverse("meetings:guest", args=[meeting.pk])).status_code == 404


class TestMailedLinks:
    def test_looking_changes_nothing_and_one_press_frees_the_place(self, client, meeting, strangers):
        fill(meeting, strangers, 3)
        first = meeting.registrations.get(user=strangers[0])
        path = reverse("meetings:answer", args=[answer_token(first)])
        assert "I can’t come after all" in client.get(path).content.decode()
        first.refresh_from_db()
        assert first.state == State.REGISTERED
        client.post(f"{path}withdraw/")
        assert meeting.registrations.get(user=strangers[2]).state == State.REGISTERED
        client.post(f"{path}confirm/")
        assert meeting.registrations.get(user=strangers[0]).state == State.WAITLISTED

    def test_one_of_another_person_does_nothing_for_who_is_signed_in(self, as_member, meeting, strangers):
        fill(meeting, strangers, 1)
        path = reverse("meetings:answer", args=[answer_token(meeting.registrations.get())])
        assert as_member.get(path).status_code == as_member.post(f"{path}withdraw/").status_code == 404
        assert client_of(strangers[0]).get(path).status_code == 200

    def test_after_the_end_it_says_so(self, client, meeting, strangers):
        fill(meeting, strangers, 1)
        path = reverse("meetings:answer", args=[answer_token(meeting.registrations.get())])
        Meeting.objects.filter(pk=meeting.pk).update(state="held")
        assert "This meeting is over" in client.post(f"{path}withdraw/").content.decode()
        assert meeting.registrations.get().state == State.REGISTERED

    def test_a_broken_one_is_not_found(self, client, db):
        assert client.get("/answers/12:forged/").status_code == 404


class TestMyPage:
    def test_it_shows_what_i_answered_and_where_little_is_left(self, as_member, member, meeting, lancaster):
        going, waiting = (MeetingFactory(cluster=lancaster) for _ in range(2))
        RegistrationFactory(meeting=going, user=member)
        RegistrationFactory(meeting=waiting, user=member, state="waitlisted", queue_number=1)
        html = as_member.get(reverse("members:me")).content.decode()
        for words in ("You are going", "On the waiting list", "2 places left"):
            assert words in html

    def test_yes_to_all_and_no_more(self, as_member, member, meeting, lancaster):
        as_member.post(reverse("meetings:come-to-all", args=[lancaster.slug]))
        assert meeting.registrations.get(user=member).state == State.REGISTERED
        assert "Stop saying yes to all" in as_member.get(reverse("members:me")).content.decode()
        as_member.post(reverse("meetings:stop-coming-to-all", args=[lancaster.slug]))
        assert not StandingAnswer.objects.exists() and meeting.registrations.exists()


class TestPrivateCalendar:
    def events(self, client, url):
        return {event["SUMMARY"]: event for event in Calendar.from_ical(client.get(url).content).events}

    def test_it_has_my_meetings_also_those_for_members_with_my_answers(
        self, client, as_member, member, lancaster, furness
    ):
        secret = MeetingFactory(cluster=lancaster, openness="members", title="Pay")
        going = MeetingFactory(cluster=lancaster, title="Going")
        RegistrationFactory(meeting=going, user=member, needs="No nuts")
        waits = MeetingFactory(cluster=furness, title="Waits")
        RegistrationFactory(meeting=waits, user=member, state="waitlisted", queue_number=1)
        MeetingFactory(cluster=furness, title="Not mine")
        MeetingFactory(cluster=lancaster, state="draft", title="Draft")
        as_member.post(reverse("meetings:private-calendar-make"))
        page = as_member.get(reverse("members:me")).content.decode()
        url = re.search(r'value="http://testserver(/calendars/[^"]+)"', page)[1]
        events = self.events(client, url)
        assert set(events) == {"Lancaster & Morecambe: Pay", "Lancaster & Morecambe: Going", "Furness: Waits"}
        assert events["Lancaster & Morecambe: Going"]["TRANSP"] == "OPAQUE"
        assert "You are going." in events["Lancaster & Morecambe: Going"]["DESCRIPTION"]
        assert events["Furness: Waits"]["STATUS"] == "TENTATIVE"
        body = client.get(url).content.decode()
        assert member.email not in body and member.name not in body and "No nuts" not in body
        assert secret.title in body

    def test_a_new_address_shuts_the_old_one_and_it_can_be_shut(self, client, as_member, member):
        urls = []
        for _ in range(2):
            as_member.post(reverse("meetings:private-calendar-make"))
            urls.append(reverse("meetings:private-calendar", args=[PrivateCalendar.objects.get().token]))
        assert [client.get(url).status_code for url in urls] == [404, 200]
        as_member.post(reverse("meetings:private-calendar-remove"))
        assert client.get(urls[1]).status_code == 404

    def test_who_is_no_longer_a_member_reads_no_more_of_it(self, client, member, lancaster):
        MeetingFactory(cluster=lancaster, openness="members", title="Pay")
        feed = PrivateCalendar.objects.create(user=member)
        url = reverse("meetings:private-calendar", args=[feed.token])
        assert len(self.events(client, url)) == 1
        lancaster.memberships.update(state="left")
        assert self.events(client, url) == {}
        member.is_active = False
        member.save()
        assert client.get(url).status_code == 404

    def test_feeds_of_one_kind(self, client, lancaster):
        MeetingFactory(cluster=lancaster, title="Evening")
        MeetingFactory(cluster=lancaster, title="Welding", kind="training")
        url = reverse("meetings:cluster-calendar", args=[lancaster.slug])
        assert set(self.events(client, f"{url}?kind=training")) == {"Lancaster & Morecambe: Welding"}
        assert client.get(f"{url}?kind=nonsense").status_code == 404


def test_what_guests_type_reaches_no_page_unescaped(as_coordinator, meeting):
    guests.invite(meeting, name="<b>Jan</b>", email="jan@new.example")
    guests.confirm(meeting.registrations.get())
    html = as_coordinator.get(reverse("meetings:check-in", args=[meeting.pk])).content.decode()
    assert "&lt;b&gt;Jan&lt;/b&gt;" in html
