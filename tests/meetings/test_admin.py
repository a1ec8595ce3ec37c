import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters.models import Act
from meetings import agendas
from meetings.models import AgendaItem, Meeting, Presentation
from meetings.series import usual_date
from meetings.turns import duties
from members.models import OutgoingMail
from tests.conftest import client_of
from tests.factories import (
    AgendaItemFactory,
    ClusterFactory,
    DutyFactory,
    MeetingFactory,
    MembershipFactory,
    PresentationFactory,
    TopicFactory,
    VenueFactory,
)

ADD = "/admin/meetings/meeting/add/"
LIST = "/admin/meetings/meeting/"
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def venue(lancaster):
    return VenueFactory(cluster=lancaster, name="White Cross")


@pytest.fixture
def meeting(lancaster, venue):
    return MeetingFactory(cluster=lancaster, venue=venue, state="draft", title="Cyber insurance")


@pytest.fixture
def ready(meeting, firm, member, coordinator):
    agendas.draft(meeting)
    duties.assign(meeting, "chair", firm, by=coordinator)
    return meeting


def agendas_sent():
    return OutgoingMail.objects.filter(kind__startswith="agenda")


def change_url(meeting) -> str:
    return reverse("admin:meetings_meeting_change", args=[meeting.pk])


def act_url(meeting, name) -> str:
    return reverse("admin:meetings_meeting_act", args=[meeting.pk, name])


class FormReader(HTMLParser):
    """What a browser would send for a page's form as it stands."""

    def __init__(self):
        super().__init__()
        self.data, self.select, self.text, self.forms = {}, "", "", 0

    def handle_starttag(self, tag, attributes):
        attrs = dict(attributes)
        name = attrs.get("name") or ""
        self.forms += attrs.get("id") == "meeting_form"
        if not self.forms or "__prefix__" in name or "disabled" in attrs:
            return
        if tag == "input" and attrs.get("type") not in ("submit", "checkbox", "file") and name:
            self.data[name] = attrs.get("value") or ""
        elif tag == "select":
            self.select = name
            self.data[name] = ""
        elif tag == "option" and "selected" in attrs and self.select:
            self.data[self.select] = attrs.get("value") or ""
        elif tag == "textarea":
            self.text = name
            self.data[name] = ""

    def handle_data(self, data):
        if self.text:
            self.data[self.text] += data.removeprefix("\n")

    def handle_endtag(self, tag):
        self.select = "" if tag == "select" else self.select
        self.text = "" if tag == "textarea" else self.text


def form_of(html: str) -> dict:
    reader = FormReader()
    reader.feed(html)
    return reader.data


def new_meeting(lancaster, place, **fields) -> dict:
    day = timezone.localdate() + timedelta(days=20)
    return {
        "cluster": lancaster.pk,
        "kind": "meeting",
        "title": "Cyber insurance",
        "starts_at_0": f"{day:%d/%m/%Y}",
        "starts_at_1": "18:30",
        "ends_at_0": f"{day:%d/%m/%Y}",
        "ends_at_1": "20:30",
        "venue": place.pk,
        "openness": "public",
        "_continue": "Save and continue editing",
        "agenda-TOTAL_FORMS": 0,
        "agenda-INITIAL_FORMS": 0,
        **fields,
    }


def saved_form(client, meeting, **fields):
    """Open the meeting's page and save it with some fields changed."""
    data = form_of(client.get(change_url(meeting)).content.decode())
    return client.post(change_url(meeting), {**data, "_continue": "Save", **fields}, follow=True)


class TestPlanning:
    def test_a_new_meeting_gets_the_standard_agenda_with_the_chairs_showcase_in_it(
        self, as_coordinator, lancaster, venue, firm, coordinator
    ):
        response = as_coordinator.post(
            ADD, new_meeting(lancaster, venue, chair=firm.pk, host=firm.pk), follow=True
        )
        meeting = Meeting.objects.get()
        assert response.status_code == 200 and meeting.state == "draft"
        assert f"{timezone.localtime(meeting.starts_at):%H:%M}" == "18:30"
        assert meeting.agreed_company("chair") == meeting.agreed_company("host") == firm
        assert meeting.agenda.get(kind="showcase").company == firm
        assert agendas.problems(meeting) == []
        assert Act.objects.filter(actor=coordinator, verb="planned", cluster=lancaster).exists()

    def test_what_is_missing_is_said(self, as_coordinator, lancaster, venue):
        html = as_coordinator.post(ADD, new_meeting(lancaster, venue), follow=True).content.decode()
        assert "Before you publish: No firm has agreed to chair yet." in html

    def test_the_form_knows_the_usual_day_and_hour(self, as_coordinator, lancaster):
        lancaster.usual_week, lancaster.usual_weekday = 3, 3
        lancaster.usual_start, lancaster.usual_minutes = "18:00", 90
        lancaster.save()
        data = form_of(as_coordinator.get(ADD).content.decode())
        assert data["cluster"] == str(lancaster.pk)
        assert (data["starts_at_1"], data["ends_at_1"]) == ("18:00", "19:30")

    @time_machine.travel("2026-11-22 12:00")
    def test_the_form_suggests_a_day_that_is_free(self, as_coordinator, lancaster):
        lancaster.usual_week, lancaster.usual_weekday = 3, 3
        lancaster.save()
        for taken in (datetime(2026, 12, 17, 17, 30, tzinfo=UTC), datetime(2027, 1, 21, 17, 30, tzinfo=UTC)):
            MeetingFactory(cluster=lancaster, starts_at=taken)
        assert form_of(as_coordinator.get(ADD).content.decode())["starts_at_0"] == "18/02/2027"

    def test_a_second_meeting_on_a_day_is_told_of(self, as_coordinator, lancaster, venue, furness):
        MeetingFactory(cluster=furness, starts_at=timezone.now() + timedelta(days=20))
        for title, is_told in (("Cyber insurance", False), ("Passkeys", True)):
            form = new_meeting(lancaster, venue, title=title)
            page = as_coordinator.post(ADD, form, follow=True).content.decode()
            assert ("There is another meeting on that day: Cyber insurance." in page) is is_told

    @pytest.mark.parametrize(("week", "day"), [(1, 4), (3, 18), (-1, 25)])
    def test_the_usual_day_of_a_month(self, week, day):
        cluster = ClusterFactory.build(usual_week=week, usual_weekday=3)
        assert usual_date(cluster, date(2027, 3, 10)).date() == date(2027, 3, day)

    def test_a_chair_from_elsewhere_is_refused_beside_the_field(self, as_officer, lancaster, venue, furness):
        stranger = MembershipFactory(cluster=furness, company__name="Bay Horse Robotics").company
        html = as_officer.post(ADD, new_meeting(lancaster, venue, chair=stranger.pk)).content.decode()
        assert "Bay Horse Robotics is not a member of Lancaster &amp; Morecambe. Only members chair." in html
        assert not Meeting.objects.exists()

    def test_an_end_before_the_start_is_refused(self, as_coordinator, lancaster, venue):
        html = as_coordinator.post(ADD, new_meeting(lancaster, venue, ends_at_1="17:00")).content.decode()
        assert "The meeting ends before it starts." in html

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            ("28/03/2027", "01:30 does not exist that night, because the clocks change."),
            ("31/10/2027", "01:30 happens twice that night, because the clocks change."),
        ],
    )
    def test_a_time_that_the_clock_change_swallows_is_refused(
        self, as_coordinator, lancaster, venue, day, sentence
    ):
        data = new_meeting(lancaster, venue, starts_at_0=day, starts_at_1="01:30", ends_at_0=day)
        assert sentence in as_coordinator.post(ADD, data).content.decode()
        assert not Meeting.objects.exists()

    def test_nonsense_for_a_date_is_refused_and_kept(self, as_coordinator, lancaster, venue):
        html = as_coordinator.post(
            ADD, new_meeting(lancaster, venue, starts_at_0="32/13/2027")
        ).content.decode()
        assert "Enter a valid date." in html and 'value="32/13/2027"' in html

    @pytest.mark.parametrize("title", ["x" * 160, "لقاء مع القهوة", "Coffee & code 🙂"])
    def test_any_title_can_be_given(self, as_coordinator, lancaster, venue, title):
        as_coordinator.post(ADD, new_meeting(lancaster, venue, title=title))
        assert Meeting.objects.get().title == title

    def test_a_title_too_long_is_refused(self, as_coordinator, lancaster, venue):
        html = as_coordinator.post(ADD, new_meeting(lancaster, venue, title="x" * 200)).content.decode()
        assert "at most 160 characters" in html


class TestAgendaOnTheDesk:
    def test_saving_it_unchanged_changes_nothing(self, as_coordinator, ready):
        before = list(ready.agenda.values())
        assert saved_form(as_coordinator, ready).status_code == 200
        assert list(ready.agenda.values()) == before

    def test_start_times_and_the_total_are_shown(self, as_coordinator, ready):
        html = as_coordinator.get(change_url(ready)).content.decode()
        assert re.findall(r'<div class="readonly">(\d\d:\d\d)</div>', html)[:4] == [
            "17:30",
            "17:45",
            "17:55",
            "18:15",
        ]
        assert "120 of 120 minutes" in html

    def test_an_overrun_is_refused_with_a_sentence(self, as_coordinator, ready):
        html = saved_form(as_coordinator, ready, **{"agenda-0-minutes": "30"}).content.decode()
        assert "The agenda is 15 minutes longer than the meeting, which takes 120." in html
        assert ready.agenda.first().minutes == 15

    def test_an_item_is_moved_by_its_number(self, as_coordinator, ready):
        saved_form(as_coordinator, ready, **{"agenda-0-position": "25"})
        assert [item.kind for item in ready.agenda.all()][:2] == ["welcome", "arrival"]

    def test_an_item_without_a_number_goes_to_the_end(self, as_coordinator, ready):
        ready.agenda.filter(kind="talk").update(minutes=20)
        count = ready.agenda.count()
        new = {
            f"agenda-{count}-title": "Demo",
            f"agenda-{count}-minutes": "15",
            f"agenda-{count}-kind": "talk",
        }
        saved_form(as_coordinator, ready, **new)
        assert ready.agenda.last().title == "Demo"

    def test_the_showcase_cannot_be_given_to_another_firm_by_a_forged_form(
        self, as_coordinator, ready, firm, lancaster
    ):
        other = MembershipFactory(cluster=lancaster).company
        index = [item.kind for item in ready.agenda.all()].index("showcase")
        forged = {f"agenda-{index}-company": other.pk, f"agenda-{index}-minutes": "5"}
        saved_form(as_coordinator, ready, **forged)
        showcase = ready.agenda.get(kind="showcase")
        assert (showcase.company, showcase.minutes) == (firm, 20)

    def test_a_removed_showcase_comes_back(self, as_coordinator, ready, firm):
        index = [item.kind for item in ready.agenda.all()].index("showcase")
        saved_form(as_coordinator, ready, **{f"agenda-{index}-DELETE": "on"})
        assert ready.agenda.get(kind="showcase").company == firm

    def test_a_new_chair_takes_the_showcase(self, as_coordinator, ready, lancaster):
        other = MembershipFactory(cluster=lancaster).company
        saved_form(as_coordinator, ready, chair=other.pk)
        assert ready.agenda.get(kind="showcase").company == other

    def test_no_slides_are_expected_of_a_talk_taken_off_the_published_agenda(
        self, as_coordinator, ready, firm, coordinator
    ):
        talk = ready.agenda.filter(kind="talk").first()
        AgendaItem.objects.filter(pk=talk.pk).update(title="Paid in 30 days", company=firm)
        agendas.publish(ready, by=coordinator)
        assert Presentation.objects.filter(title="Paid in 30 days").exists()
        form = list(ready.agenda.values_list("pk", flat=True)).index(talk.pk)
        saved_form(as_coordinator, ready, **{f"agenda-{form}-DELETE": "on"})
        assert not ready.agenda.filter(pk=talk.pk).exists()
        assert not Presentation.objects.filter(title="Paid in 30 days").exists()

    def test_a_change_after_publishing_is_heard_of_by_calendars_and_said_to_be_unsent(
        self, as_coordinator, ready, coordinator
    ):
        agendas.publish(ready, by=coordinator)
        html = saved_form(as_coordinator, ready, title="Insurance").content.decode()
        assert "Members don&#x27;t know yet what you changed." in html
        ready.refresh_from_db()
        assert ready.sequence == 2

    def test_queries_do_not_grow_with_the_items(self, as_coordinator, ready):
        as_coordinator.get(change_url(ready))  # which fills Django's cache of content types
        numbers = []
        for _ in range(3):
            with CaptureQueriesContext(connection) as queries:
                as_coordinator.get(change_url(ready))
            numbers.append(len(queries))
            AgendaItemFactory(meeting=ready, topic=TopicFactory(cluster=ready.cluster))
        # The places looked after are kept, but not in tests.
        assert numbers[0] == numbers[1] == numbers[2] <= 71


class TestActs:
    def test_publishing_asks_first_and_says_to_how_many(self, as_coordinator, ready):
        html = as_coordinator.get(act_url(ready, "publish")).content.decode()
        assert "all members of Lancaster &amp; Morecambe: 1 person" in html
        assert "17:55  The chair's showcase (20 min)".replace("'", "&#x27;") in html
        assert not agendas_sent().exists()

    def test_publishing(self, as_coordinator, ready, member):
        response = as_coordinator.post(act_url(ready, "publish"), follow=True)
        assert "The agenda is on its way to the members." in response.content.decode()
        assert agendas_sent().get().user == member

    def test_a_second_press_says_kindly_that_nothing_was_sent(self, as_coordinator, ready):
        as_coordinator.post(act_url(ready, "publish"))
        html = as_coordinator.post(act_url(ready, "send_changes"), follow=True).content.decode()
        assert "Nothing has changed since" in html and "no mail has been sent" in html
        assert agendas_sent().count() == 1

    def test_what_keeps_it_from_being_published_is_said(self, as_coordinator, meeting):
        for response in (
            as_coordinator.get(act_url(meeting, "publish")),
            as_coordinator.post(act_url(meeting, "publish"), follow=True),
        ):
            assert "No firm has agreed to chair yet." in response.content.decode()

    def test_sending_changes_shows_them_first(self, as_coordinator, ready):
        as_coordinator.post(act_url(ready, "publish"))
        ready.agenda.filter(kind="talk").update(minutes=30)
        html = as_coordinator.get(act_url(ready, "send_changes")).content.decode()
        assert "Talk: 30 minutes instead of 35." in html
        as_coordinator.post(act_url(ready, "send_changes"))
        assert agendas_sent().count() == 2

    def test_the_mail_can_be_looked_at_but_can_do_nothing(self, as_coordinator, ready):
        response = as_coordinator.get(reverse("admin:meetings_meeting_mail", args=[ready.pk]))
        assert "Cyber insurance" in response.content.decode()
        assert "sandbox" in response["Content-Security-Policy"]
        assert "script-src" not in response["Content-Security-Policy"]

    def test_calling_off_needs_a_reason_and_tells_the_members(self, as_coordinator, ready):
        as_coordinator.post(act_url(ready, "publish"))
        url = act_url(ready, "call_off")
        assert "1 person" in as_coordinator.get(url).content.decode()
        assert "This field is required." in as_coordinator.post(url, {"because": ""}).content.decode()
        assert Meeting.objects.get(pk=ready.pk).state == "published"
        html = as_coordinator.post(url, {"because": "Flooding on Caton Road."}, follow=True).content.decode()
        assert "Called off. 1 person is being told by mail." in html
        assert Meeting.objects.get(pk=ready.pk).state == "cancelled"

    def test_the_standard_agenda_at_one_press(self, as_coordinator, meeting):
        assert as_coordinator.get(act_url(meeting, "draft_agenda")).status_code == 405
        as_coordinator.post(act_url(meeting, "draft_agenda"))
        assert meeting.agenda.count() == 7

    def test_a_draft_can_be_deleted_a_published_meeting_cannot(self, as_coordinator, ready):
        url = reverse("admin:meetings_meeting_delete", args=[ready.pk])
        assert as_coordinator.get(url).status_code == 200
        Meeting.objects.update(state="published")
        assert as_coordinator.post(url, {"post": "yes"}).status_code == 403
        assert Meeting.objects.exists()

    def test_states_are_not_fields(self, as_coordinator, ready):
        saved_form(as_coordinator, ready, state="published", sequence="99")
        ready.refresh_from_db()
        assert (ready.state, ready.sequence) == ("draft", 0)


class TestScope:
    """What another cluster's coordinator, a former one, a member and a visitor do not get."""

    @pytest.fixture
    def strangers(self, client, as_member, as_other_coordinator, former_coordinator):
        return [client, as_member, as_other_coordinator, client_of(former_coordinator)]

    def test_others_meetings_are_not_listed_counted_or_found(self, as_other_coordinator, ready):
        html = as_other_coordinator.get(LIST).content.decode()
        assert "Cyber insurance" not in html and "0 in all" in html
        assert "Cyber insurance" not in as_other_coordinator.get(f"{LIST}?q=Cyber").content.decode()

    def test_nor_opened_nor_acted_upon(self, strangers, ready):
        paths = [change_url(ready), reverse("admin:meetings_meeting_mail", args=[ready.pk])]
        paths += [act_url(ready, name) for name in ("publish", "call_off", "draft_agenda")]
        paths += [
            reverse(f"admin:meetings_meeting_{name}", args=[ready.pk]) for name in ("delete", "history")
        ]
        for stranger in strangers:
            for path in paths:
                for response in (stranger.get(path), stranger.post(path, {"because": "x", "post": "yes"})):
                    assert response.status_code in (302, 403, 404, 405), path
                    assert "Cyber insurance" not in response.content.decode()
        assert Meeting.objects.get().state == "draft" and not agendas_sent().exists()

    def test_choices_offer_nothing_of_others(self, as_coordinator, furness, firm, ready):
        VenueFactory(cluster=furness, name="Shipyard hall")
        MembershipFactory(cluster=furness, company__name="Keel Systems")
        TopicFactory(cluster=furness, name="Hull sensors")
        for path in (ADD, change_url(ready), f"{LIST}?when=ahead"):
            html = as_coordinator.get(path).content.decode()
            for secret in ("Shipyard hall", "Keel Systems", "Hull sensors", "Furness"):
                assert secret not in html, (path, secret)

    def test_a_forged_cluster_or_venue_is_refused(self, as_coordinator, lancaster, furness, venue):
        other = VenueFactory(cluster=furness)
        for forged in ({"cluster": furness.pk}, {"venue": other.pk}):
            html = as_coordinator.post(ADD, new_meeting(lancaster, venue, **forged)).content.decode()
            assert "Select a valid choice." in html
        assert not Meeting.objects.exists()

    def test_a_coordinator_cannot_make_a_meeting_of_the_association(
        self, as_coordinator, lancaster, association, venue
    ):
        data = new_meeting(lancaster, venue, cluster="", association=association.pk)
        assert "Say whose meeting this is." in as_coordinator.post(ADD, data).content.decode()
        assert not Meeting.objects.exists()

    def test_an_officer_of_the_association_sees_all_its_clusters(self, as_officer, ready, furness):
        MeetingFactory(cluster=furness, title="Shipyards")
        html = as_officer.get(LIST).content.decode()
        assert "Cyber insurance" in html and "Shipyards" in html

    def test_an_item_of_another_meeting_cannot_be_taken_over(self, as_coordinator, ready, furness):
        theirs = AgendaItemFactory(meeting=MeetingFactory(cluster=furness), title="Theirs")
        saved_form(as_coordinator, ready, **{"agenda-0-id": theirs.pk, "agenda-0-title": "Mine now"})
        theirs.refresh_from_db()
        assert (theirs.title, theirs.meeting.cluster) == ("Theirs", furness)

    @pytest.mark.parametrize("model", ["venue", "duty", "presentation"])
    def test_other_lists_have_ones_own_alone(self, as_coordinator, as_other_coordinator, ready, model):
        PresentationFactory(meeting=ready, title="Cyber insurance slides")
        path = f"/admin/meetings/{model}/"
        words = {
            "venue": "White Cross",
            "duty": "Fellside Analytics",
            "presentation": "Cyber insurance slides",
        }[model]
        assert words in as_coordinator.get(path).content.decode()
        assert words not in as_other_coordinator.get(path).content.decode()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_queries_of_the_list_do_not_grow(
        self, as_coordinator, lancaster, django_assert_num_queries, rows
    ):
        for _ in range(rows):
            DutyFactory(meeting=MeetingFactory(cluster=lancaster))
        as_coordinator.get(LIST)
        with django_assert_num_queries(9):
            as_coordinator.get(LIST)


def test_half_past_six_stays_half_past_six_on_the_desk(as_coordinator, meeting):
    for month in (2, 7, 11):
        start = datetime(2027, month, 18, 18, 30, tzinfo=LONDON)
        Meeting.objects.update(starts_at=start, ends_at=start + timedelta(hours=2))
        data = form_of(as_coordinator.get(change_url(meeting)).content.decode())
        assert data["starts_at_1"] == "18:30"
        as_coordinator.post(change_url(meeting), data)
        meeting.refresh_from_db()
        assert meeting.starts_at == start
    assert AgendaItem.objects.count() == 0
