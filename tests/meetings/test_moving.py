from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from icalendar import Calendar

from clusters.errors import Refused
from clusters.models import Act
from meetings import agendas
from meetings.models import Meeting, Registration
from meetings.moving import move
from members.models import MailChoice, OutgoingMail
from tests import factories
from tests.pages import text_of

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
START = datetime(2027, 1, 21, 18, 30, tzinfo=LONDON)
LATER = datetime(2027, 4, 15, 18, 30, tzinfo=LONDON)  # the clocks have changed
MOVED = "Now on Thursday 15 April 2027, 18:30 to 20:30, instead of Thursday 21 January 2027, 18:30 to 20:30."


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def venue(lancaster):
    return factories.VenueFactory(cluster=lancaster, name="InfoLab")


@pytest.fixture
def draft(lancaster, venue):
    return factories.MeetingFactory(
        cluster=lancaster, title="January meeting", starts_at=START, venue=venue, state=Meeting.State.DRAFT
    )


@pytest.fixture
def published(draft, firm, member, coordinator):
    """Chaired by the member's firm, its agenda sent to the member."""
    agendas.draft(draft)
    factories.DutyFactory(meeting=draft, company=firm)
    agendas.bind_showcase(draft)
    agendas.publish(draft, by=coordinator)
    return draft


def moved_mails():
    return OutgoingMail.objects.filter(kind="moved")


def event_of(mail):
    calendar = Calendar.from_ical(mail.calendar)
    return calendar["METHOD"], next(iter(calendar.events))


def test_a_draft_just_moves_and_its_usual_title_with_it(draft, coordinator):
    assert move(draft, starts_at=LATER, by=coordinator) == 0
    draft.refresh_from_db()
    assert (draft.starts_at, draft.ends_at) == (LATER, LATER + timedelta(hours=2))
    assert (draft.title, draft.sequence) == ("April meeting", 0)
    assert not OutgoingMail.objects.exists()
    assert (
        Act.objects.get(verb="moved").note
        == f"{MOVED} Now called “April meeting” instead of “January meeting”."
    )


def test_all_who_reckon_with_it_are_told_once_and_their_calendars_follow(published, member, coordinator):
    before = event_of(OutgoingMail.objects.get(kind="agenda"))[1]
    coming = factories.RegistrationFactory(meeting=published).user
    waiting = factories.RegistrationFactory(meeting=published, state=Registration.State.WAITLISTED).user
    factories.RegistrationFactory(meeting=published, state=Registration.State.WITHDRAWN)
    factories.RegistrationFactory(
        meeting=published, user=None, name="A guest", email="guest@elsewhere.example"
    )
    factories.RegistrationFactory(meeting=published, user=member)  # also had the agenda
    MailChoice.objects.refuse(coming, MailChoice.Kind.AGENDAS)  # but this is about what they said yes to
    assert move(published, starts_at=LATER, by=coordinator) == 4
    to = {mail.to for mail in moved_mails()}
    assert to == {member.email, coming.email, waiting.email, "guest@elsewhere.example"}
    mail = moved_mails().get(to=coming.email)
    assert MOVED in mail.text and not mail.unsubscribe_url
    method, after = event_of(mail)
    assert method == "REQUEST" and after["UID"] == before["UID"]  # so that the date moves by itself
    assert after["ATTENDEE"] == f"mailto:{coming.email}"
    assert event_of(moved_mails().get(to=waiting.email))[0] == "PUBLISH"  # has no date yet
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["DTSTART"].dt == LATER


def test_what_was_told_by_the_move_is_not_told_again_but_other_changes_are(published, firm, coordinator):
    published.agenda.filter(kind="talk").update(title="Cyber insurance")
    move(published, starts_at=START + timedelta(minutes=30), by=coordinator)
    agendas.publish(published, by=coordinator)
    mail = OutgoingMail.objects.get(kind="agenda-changes")
    assert "“Cyber insurance” instead of “Talk”." in mail.text
    assert "Now at" not in mail.text


def test_only_another_date_asks_the_firms_again(published, firm, coordinator):
    chair = published.duties.get()
    move(published, starts_at=START + timedelta(minutes=30), by=coordinator)
    chair.refresh_from_db()
    assert chair.state == "accepted"
    move(published, starts_at=LATER, by=coordinator)
    chair.refresh_from_db()
    assert chair.state == "offered"


def test_another_place_alone_is_a_move_too(published, lancaster, member, coordinator):
    hall = factories.VenueFactory(cluster=lancaster, name="Storey Hall")
    move(published, starts_at=START, venue=hall, by=coordinator)
    assert "Now at Storey Hall" in moved_mails().get().text
    assert published.duties.get().state == "accepted"


@pytest.mark.parametrize(
    ("state", "starts_at", "ends_at", "sentence"),
    [
        ("published", START, None, "when and where it is already"),
        ("published", NOW, None, "in the past"),
        ("published", LATER, LATER, "ends before it starts"),
        ("held", LATER, None, "is held"),
        ("cancelled", LATER, None, "is called off"),
    ],
)
def test_what_can_not_be_is_refused_and_nobody_told(
    published, coordinator, state, starts_at, ends_at, sentence
):
    Meeting.objects.update(state=state)
    with pytest.raises(Refused, match=sentence):
        move(published, starts_at=starts_at, ends_at=ends_at, by=coordinator)
    published.refresh_from_db()
    assert (published.starts_at, published.sequence) == (START, 1)
    assert not moved_mails().exists()


def test_calling_off_tells_those_who_answered_too_and_takes_it_out_of_their_calendars(published, coordinator):
    factories.RegistrationFactory(meeting=published)
    factories.RegistrationFactory(meeting=published, user=None, email="guest@elsewhere.example")
    assert agendas.call_off(published, by=coordinator, because="Snow.") == 3
    for mail in OutgoingMail.objects.filter(kind="agenda-called-off"):
        method, event = event_of(mail)
        assert (method, event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)


# --- on the desk ------------------------------------------------------------------------------------
def act_url(meeting, name):
    return reverse("admin:meetings_meeting_act", args=[meeting.pk, name])


def times(day, start="18:30", **more):
    return {"starts_at_0": day, "starts_at_1": start, "ends_at_0": "", "ends_at_1": "", **more}


def test_the_desk_says_who_hears_and_moves(as_coordinator, published):
    published.duties.update(state="declined")
    factories.RegistrationFactory(meeting=published)
    assert "2 people are told by mail" in text_of(as_coordinator.get(act_url(published, "move")))
    answer = as_coordinator.post(act_url(published, "move"), times("15/04/2027"), follow=True)
    assert "Moved. 2 people are being told by mail." in text_of(answer)
    published.refresh_from_db()
    assert published.starts_at == LATER


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (times("26/03/2027"), "Good Friday, a public holiday in England."),
        (times("28/03/2027", "01:30", anyway="on"), "01:30 does not exist that night"),
        (times("31/10/2027", "01:30", anyway="on"), "01:30 happens twice that night"),
        (times("32/13/2027"), "Enter a valid date"),
        (times("01/01/2020"), "in the past"),
        (times("15/04/2027", venue="0"), "Select a valid choice"),
    ],
)
def test_the_desk_refuses_times_that_can_not_be_and_asks_about_holidays(
    as_coordinator, published, form, sentence
):
    if "2020" in form["starts_at_0"]:
        form = {**form, "anyway": "on"}
    assert sentence in text_of(as_coordinator.post(act_url(published, "move"), form))
    published.refresh_from_db()
    assert published.starts_at == START


def test_a_holiday_can_be_meant(as_coordinator, draft):
    as_coordinator.post(act_url(draft, "move"), times("26/03/2027", anyway="on"))
    draft.refresh_from_db()
    assert f"{draft.day:%d %B}" == "26 March"


def test_moving_is_the_only_door_once_members_know(as_coordinator, published):
    page = as_coordinator.get(reverse("admin:meetings_meeting_change", args=[published.pk])).content.decode()
    assert 'name="title"' in page
    assert 'name="starts_at_0"' not in page and 'name="ends_at_0"' not in page and 'name="venue"' not in page


def test_a_draft_of_the_series_is_called_off_not_deleted_or_it_would_come_back(as_coordinator, draft):
    Meeting.objects.update(slot=draft.day)
    delete = reverse("admin:meetings_meeting_delete", args=[draft.pk])
    assert as_coordinator.post(delete, {"post": "yes"}).status_code == 403
    page = text_of(as_coordinator.get(act_url(draft, "call_off")))
    assert "Nobody has heard of this meeting yet" in page
