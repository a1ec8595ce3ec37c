from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act
from meetings import agendas
from meetings.models import AgendaEdition, AgendaItem, Duty, Meeting
from meetings.timetables import timetable
from meetings.turns import duties
from members.models import OutgoingMail
from tests.factories import (
    AgendaItemFactory,
    ClusterFactory,
    DutyFactory,
    MailChoiceFactory,
    MeetingFactory,
    MembershipFactory,
    RepresentativeFactory,
    UserFactory,
    VenueFactory,
)

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def meeting(lancaster):
    return MeetingFactory(
        cluster=lancaster, state="draft", title="Cyber insurance", venue=VenueFactory(cluster=lancaster)
    )


@pytest.fixture
def ready(meeting, firm, coordinator):
    """A meeting with all that publishing needs."""
    agendas.draft(meeting)
    duties.assign(meeting, "chair", firm, by=coordinator)
    return meeting


def kinds(meeting) -> list[str]:
    return [item.kind for item in meeting.agenda.all()]


def mails_to(user):
    return OutgoingMail.objects.filter(user=user).order_by("pk")


class TestTimetable:
    def test_each_item_starts_when_the_one_before_it_ends(self, meeting):
        items = [AgendaItemFactory.build(minutes=minutes) for minutes in (15, 10, 20)]
        times = timetable(meeting, items)
        start = meeting.starts_at
        assert [begin for _, begin, _ in times] == [start + timedelta(minutes=n) for n in (0, 15, 25)]
        assert times[-1][2] == start + timedelta(minutes=45)

    def test_no_items_take_no_time(self, meeting):
        assert timetable(meeting, []) == []

    def test_minutes_are_real_minutes_in_the_night_of_a_clock_change(self):
        meeting = MeetingFactory.build(starts_at=datetime(2027, 3, 28, 0, 30, tzinfo=LONDON))
        [(_, _, end)] = timetable(meeting, [AgendaItemFactory.build(minutes=60)])
        assert end == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
        assert f"{end.astimezone(LONDON):%H:%M}" == "02:30"


class TestDraft:
    def test_a_two_hour_meeting_gets_the_usual_evening(self, meeting):
        agendas.draft(meeting)
        assert [(item.kind, item.minutes) for item in meeting.agenda.all()] == [
            ("arrival", 15),
            ("welcome", 10),
            ("talk", 35),
            ("break", 10),
            ("opportunities", 15),
            ("next-turn", 5),
            ("any-other", 10),
        ]

    def test_with_the_showcase_it_fills_the_meeting(self, ready):
        assert kinds(ready)[:4] == ["arrival", "welcome", "showcase", "talk"]
        assert sum(item.minutes for item in ready.agenda.all()) == 120

    @pytest.mark.parametrize("minutes", [*range(20, 125), 180, 240, 600])
    def test_with_its_showcase_it_fits_a_meeting_of_any_length(self, minutes):
        start = datetime(2027, 1, 14, 17, 30, tzinfo=UTC)
        meeting = MeetingFactory.build(starts_at=start, ends_at=start + timedelta(minutes=minutes))
        items = agendas.standard(meeting)
        assert sum(item.minutes for item in items) <= minutes
        assert [item.kind for item in items].count("showcase") == 1
        assert all(item.minutes >= 5 for item in items)

    def test_training_has_no_showcase(self, meeting):
        meeting.kind = Meeting.Kind.TRAINING
        assert "showcase" not in [item.kind for item in agendas.standard(meeting)]

    def test_it_does_not_overwrite_what_was_written(self, meeting):
        AgendaItemFactory(meeting=meeting, title="Our own plan")
        with pytest.raises(Refused, match="has an agenda already"):
            agendas.draft(meeting)
        assert [item.title for item in meeting.agenda.all()] == ["Our own plan"]

    def test_a_showcase_that_is_there_keeps_its_words_and_gets_its_place(self, meeting, firm, coordinator):
        duties.assign(meeting, "chair", firm, by=coordinator)
        meeting.agenda.update(title="2,000 water meters an hour")
        agendas.draft(meeting)
        assert kinds(meeting)[:3] == ["arrival", "welcome", "showcase"]
        assert meeting.agenda.get(kind="showcase").title == "2,000 water meters an hour"


class TestShowcase:
    def test_it_comes_with_the_chair_after_the_welcome(self, ready, firm):
        showcase = ready.agenda.get(kind="showcase")
        assert (showcase.company, showcase.minutes) == (firm, 20)
        assert kinds(ready).index("showcase") == kinds(ready).index("welcome") + 1

    def test_it_changes_hands_with_the_chair_and_forgets_the_words_of_the_former(
        self, ready, lancaster, coordinator
    ):
        ready.agenda.filter(kind="showcase").update(
            title="Ours", summary="All about us", presenter_name="Priya"
        )
        other = MembershipFactory(cluster=lancaster).company
        duties.assign(ready, "chair", other, by=coordinator)
        showcase = ready.agenda.get(kind="showcase")
        assert (showcase.company, showcase.title) == (other, "The chair's showcase")
        assert (showcase.summary, showcase.presenter_name) == ("", "")

    def test_it_goes_with_the_chair(self, ready, coordinator):
        duties.assign(ready, "chair", None, by=coordinator)
        assert "showcase" not in kinds(ready)

    def test_an_offer_is_not_enough(self, meeting, firm):
        DutyFactory(meeting=meeting, company=firm, state=Duty.State.OFFERED)
        agendas.bind_showcase(meeting)
        assert kinds(meeting) == []

    def test_events_other_than_cluster_meetings_have_none(self, meeting, firm, coordinator):
        meeting.kind = Meeting.Kind.PUBLIC
        meeting.save()
        duties.assign(meeting, "chair", firm, by=coordinator)
        assert kinds(meeting) == []

    def test_its_place_is_kept_when_bound_again(self, ready):
        ready.agenda.filter(kind="showcase").update(position=999)
        agendas.bind_showcase(ready)
        assert kinds(ready)[-1] == "showcase"


class TestProblems:
    def test_a_ready_meeting_has_none(self, ready):
        assert agendas.problems(ready) == []

    def test_too_long_says_by_how_much(self, ready):
        AgendaItemFactory(meeting=ready, minutes=15)
        [sentence] = agendas.problems(ready)
        assert sentence.startswith("The agenda is 15 minutes longer than the meeting, which takes 120.")

    def test_a_minute_is_too_long_too(self, ready):
        AgendaItemFactory(meeting=ready, minutes=1)
        assert "is 1 minute longer" in agendas.problems(ready)[0]

    def test_filled_to_the_minute_is_not_too_long(self, ready):
        assert sum(item.minutes for item in ready.agenda.all()) == ready.minutes

    def test_no_chair(self, meeting):
        assert "No firm has agreed to chair yet." in agendas.problems(meeting)[0]

    def test_no_showcase(self, ready, firm):
        ready.agenda.filter(kind="showcase").delete()
        assert agendas.problems(ready)[0].startswith(f"The 20-minute showcase of {firm} is missing.")

    def test_the_showcase_of_another_firm(self, ready, firm, lancaster):
        other = MembershipFactory(cluster=lancaster).company
        ready.agenda.filter(kind="showcase").update(company=other)
        assert agendas.problems(ready) == [f"The showcase is given to {other}, but {firm} chairs."]

    def test_in_the_past(self, ready):
        assert "in the past" in agendas.problems(ready, now=ready.starts_at)[0]

    def test_no_venue(self, ready):
        ready.venue = None
        assert agendas.problems(ready) == ["There is no venue yet. Members need to know where to go."]

    def test_training_needs_neither_chair_nor_showcase(self, meeting):
        meeting.kind = Meeting.Kind.TRAINING
        assert agendas.problems(meeting) == []


class TestPublish:
    def test_members_get_the_whole_agenda_once(self, ready, member, coordinator):
        edition = agendas.publish(ready, by=coordinator)
        [mail] = OutgoingMail.objects.all()
        assert (mail.user, edition.number) == (member, 1)
        assert mail.subject.startswith("Agenda: Cyber insurance, ")
        for words in (
            "17:55  The chair's showcase (20 min)",
            "Fellside Analytics",
            "19:30  Close",
            "1 Market Street",
        ):
            assert words in mail.text
        assert "The chair&#x27;s showcase" in mail.html
        assert "METHOD:PUBLISH" in mail.calendar
        assert mail.unsubscribe_url

    def test_the_meeting_is_published_and_calendars_hear_of_it(self, ready, coordinator):
        before = ready.sequence
        agendas.publish(ready, by=coordinator)
        ready.refresh_from_db()
        assert (ready.state, ready.sequence) == ("published", before + 1)
        assert Act.objects.filter(
            verb="published the agenda of", actor=coordinator, cluster=ready.cluster
        ).exists()

    def test_a_second_press_sends_nothing(self, ready, member, coordinator):
        agendas.publish(ready, by=coordinator)
        with pytest.raises(Refused, match="Nothing has changed since"):
            agendas.publish(ready, by=coordinator)
        assert OutgoingMail.objects.count() == AgendaEdition.objects.count() == 1

    def test_after_a_change_only_the_difference_is_mailed(self, ready, member, coordinator):
        agendas.publish(ready, by=coordinator)
        ready.agenda.filter(kind="talk").update(title="What insurance pays for", presenter_name="Yusuf Patel")
        assert agendas.publish(ready, by=coordinator).number == 2
        change = mails_to(member).last()
        assert change.subject.startswith("Changed: ")
        assert "“What insurance pays for” instead of “Talk”." in change.text
        assert "Business opportunities" not in change.text
        assert "METHOD:PUBLISH" in change.calendar

    def test_who_joined_since_gets_the_whole_agenda(self, ready, member, coordinator, lancaster):
        agendas.publish(ready, by=coordinator)
        company = MembershipFactory(cluster=lancaster).company
        newcomer = RepresentativeFactory(company=company).user
        ready.agenda.filter(kind="talk").update(minutes=30)
        agendas.publish(ready, by=coordinator)
        assert [mail.kind for mail in mails_to(newcomer)] == ["agenda"]
        assert [mail.kind for mail in mails_to(member)] == ["agenda", "agenda-changes"]

    def test_nothing_is_published_while_there_are_problems(self, meeting, member, coordinator):
        with pytest.raises(Refused, match="No firm has agreed to chair"):
            agendas.publish(meeting, by=coordinator)
        meeting.refresh_from_db()
        assert meeting.state == "draft"
        assert not OutgoingMail.objects.exists() and not AgendaEdition.objects.exists()

    @pytest.mark.parametrize("state", ["held", "cancelled"])
    def test_a_meeting_that_is_over_or_off_is_not_published(self, ready, coordinator, state):
        Meeting.objects.update(state=state)
        with pytest.raises(Refused, match="can't be sent any more"):
            agendas.publish(ready, by=coordinator)

    def test_a_changed_time_is_told(self, ready, member, coordinator):
        agendas.publish(ready, by=coordinator)
        ready.starts_at += timedelta(minutes=30)
        ready.ends_at += timedelta(minutes=30)
        ready.save()
        agendas.publish(ready, by=coordinator)
        assert "Now at 18:00 instead of 17:30." in mails_to(member).last().text

    def test_markup_and_braces_in_a_title_stay_words(self, ready, member, coordinator):
        agendas.publish(ready, by=coordinator)
        ready.agenda.filter(kind="talk").update(title="{old} <script>alert(1)</script> مرحبا 🙂", minutes=30)
        agendas.publish(ready, by=coordinator)
        mail = mails_to(member).last()
        assert "{old} <script>alert(1)</script> مرحبا 🙂: 30 minutes instead of 35." in mail.text
        assert "<script>" not in mail.html


class TestReaders:
    def publish(self, meeting, coordinator) -> set[str]:
        agendas.publish(meeting, by=coordinator)
        return set(OutgoingMail.objects.values_list("to", flat=True))

    def test_all_people_of_a_firm_get_it(self, ready, member, firm, coordinator):
        colleague = RepresentativeFactory(company=firm, role="member").user
        assert self.publish(ready, coordinator) == {member.email, colleague.email}

    def test_a_person_of_two_firms_gets_it_once(self, ready, member, lancaster, coordinator):
        RepresentativeFactory(user=member, company=MembershipFactory(cluster=lancaster).company)
        self.publish(ready, coordinator)
        assert mails_to(member).count() == 1

    @pytest.mark.parametrize("state", ["applied", "left", "rejected"])
    def test_only_members_get_it(self, ready, member, lancaster, coordinator, state):
        RepresentativeFactory(company=MembershipFactory(cluster=lancaster, state=state).company)
        assert self.publish(ready, coordinator) == {member.email}

    @pytest.mark.parametrize("state", ["asked", "ended", "refused"])
    def test_only_who_acts_for_a_firm_gets_it(self, ready, member, firm, coordinator, state):
        RepresentativeFactory(company=firm, state=state)
        assert self.publish(ready, coordinator) == {member.email}

    def test_members_of_other_clusters_do_not(self, ready, member, furness, coordinator):
        RepresentativeFactory(company=MembershipFactory(cluster=furness).company)
        assert self.publish(ready, coordinator) == {member.email}

    def test_closed_accounts_and_unproven_addresses_do_not(self, ready, member, firm, coordinator):
        RepresentativeFactory(company=firm, user__is_active=False)
        RepresentativeFactory(company=firm, user=UserFactory(verified=False))
        assert self.publish(ready, coordinator) == {member.email}

    def test_who_does_not_want_agendas_gets_none(self, ready, member, firm, coordinator):
        MailChoiceFactory(user=RepresentativeFactory(company=firm).user)
        assert self.publish(ready, coordinator) == {member.email}

    def test_an_event_of_the_association_goes_to_all_its_clusters(
        self, association, member, furness, coordinator
    ):
        other = RepresentativeFactory(company=MembershipFactory(cluster=furness).company).user
        RepresentativeFactory(company=MembershipFactory(cluster=ClusterFactory()).company)
        event = MeetingFactory(
            association=association, kind="public", state="draft", venue=VenueFactory(cluster=furness)
        )
        assert self.publish(event, coordinator) == {member.email, other.email}


class TestCallOff:
    def test_those_who_got_the_agenda_are_told(self, ready, member, lancaster, coordinator):
        agendas.publish(ready, by=coordinator)
        RepresentativeFactory(company=MembershipFactory(cluster=lancaster).company)
        assert agendas.call_off(ready, by=coordinator, because="Flooding on Caton Road.") == 1
        mail = mails_to(member).last()
        assert mail.subject.startswith("Called off: Cyber insurance")
        assert "Flooding on Caton Road." in mail.text
        assert "METHOD:CANCEL" in mail.calendar and "STATUS:CANCELLED" in mail.calendar
        ready.refresh_from_db()
        assert (ready.state, ready.sequence) == ("cancelled", 2)

    def test_only_once(self, ready, coordinator):
        agendas.publish(ready, by=coordinator)
        agendas.call_off(ready, by=coordinator, because="Flood.")
        with pytest.raises(Refused, match="already"):
            agendas.call_off(ready, by=coordinator, because="Flood.")

    def test_of_a_draft_only_the_firms_with_a_turn_hear(self, ready, coordinator, firm, member):
        RepresentativeFactory(company=MembershipFactory(cluster=ready.cluster).company)
        assert agendas.call_off(ready, by=coordinator, because="Flood.") == 1
        assert mails_to(member).get().subject.startswith("Called off")

    def test_what_was_held_is_not_called_off(self, ready, coordinator):
        Meeting.objects.update(state=Meeting.State.HELD)
        with pytest.raises(Refused, match="was held"):
            agendas.call_off(ready, by=coordinator, because="Flood.")

    def test_nor_is_one_that_is_over(self, ready, coordinator):
        agendas.publish(ready, by=coordinator)
        with pytest.raises(Refused, match="is over"):
            agendas.call_off(ready, by=coordinator, because="Flood.", now=timezone.now() + timedelta(days=30))


def test_a_big_cluster_is_mailed_with_few_queries(
    ready, lancaster, coordinator, django_assert_max_num_queries
):
    for _ in range(30):
        RepresentativeFactory(company=MembershipFactory(cluster=lancaster).company)
    with django_assert_max_num_queries(36):
        agendas.publish(ready, by=coordinator)
    assert OutgoingMail.objects.count() == 30


def test_positions_leave_room_to_move_an_item(ready):
    assert [item.position for item in ready.agenda.all()] == [10, 20, 30, 40, 50, 60, 70, 80]


def test_the_database_allows_one_showcase_of_twenty_minutes(ready):
    showcase = ready.agenda.get(kind="showcase")
    assert AgendaItem.objects.filter(kind="showcase").count() == 1
    assert showcase.minutes == 20
