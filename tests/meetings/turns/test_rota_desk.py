"""The page of a cluster's rota on the coordinators' desk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from clusters.models import Act
from meetings.models import Duty, Unavailability
from members.models import OutgoingMail
from tests.conftest import client_of
from tests.factories import DutyFactory, MembershipFactory, RegistrationFactory

from .test_rota import came, firm_of, meeting_in, turns_of

DOORS = ["", "_plan", "_undo", "_offers", "_csv"]


def address(cluster, door=""):
    return reverse(f"admin:meetings_rota{door}", args=[cluster.pk])


def act(duty, name):
    return reverse("admin:meetings_duty_act", args=[duty.pk, name])


def choose(meeting, role, pk=None):
    return reverse("admin:meetings_rota_choose", args=[pk or meeting.cluster_id, meeting.pk, role])


def page_of(client, cluster):
    return client.get(address(cluster)).content.decode()


def said(response):
    """What the next page says about what was done."""
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def planned(lancaster):
    """Two firms that chair, one that hosts, one meeting."""
    firm_of(lancaster, "Ash", "chair", joined_at=timezone.now().replace(year=2023))
    firm_of(lancaster, "Birch", "chair")
    firm_of(lancaster, "Cedar", "host")
    return meeting_in(lancaster, 60, title="Pricing")


# --- who gets in ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_rota_of_a_strange_cluster_is_not_there(as_coordinator, furness, door, method):
    firm_of(furness, "Secret", "chair")
    meeting_in(furness, 60)
    answer = getattr(as_coordinator, method)(address(furness, door))
    assert answer.status_code in (404, 405)
    assert not Duty.objects.exists()


def test_a_strange_meeting_is_not_reached_through_the_own_cluster(as_coordinator, lancaster, furness):
    strange = meeting_in(furness, 60)
    assert as_coordinator.get(choose(strange, "chair")).status_code == 404
    assert as_coordinator.get(choose(strange, "chair", pk=lancaster.pk)).status_code == 404
    assert as_coordinator.get(choose(meeting_in(lancaster, 60), "president")).status_code == 404


@pytest.mark.parametrize("role", ["member", "former_coordinator"])
def test_without_an_office_held_today_there_is_no_rota(role, request, lancaster, planned):
    client = client_of(request.getfixturevalue(role))
    for door in DOORS:
        assert client.get(address(lancaster, door)).status_code == 302
        assert client.post(address(lancaster, door)).status_code == 302
    assert not Duty.objects.exists()


@pytest.mark.parametrize("door", ["_plan", "_undo", "_offers"])
def test_looking_changes_nothing(as_coordinator, lancaster, planned, door):
    assert as_coordinator.get(address(lancaster, door)).status_code == 405
    page_of(as_coordinator, lancaster)
    assert not Duty.objects.exists()


# --- what it shows ------------------------------------------------------------------------------------------
def test_each_turn_has_its_firm_its_state_and_its_reason(as_coordinator, lancaster, planned):
    before = page_of(as_coordinator, lancaster)
    assert "One meeting ahead. One chair and one host not agreed yet." in " ".join(before.split())
    assert "A new plan would choose Ash." in before
    as_coordinator.post(address(lancaster, "_plan"))
    page = page_of(as_coordinator, lancaster)
    assert "Never chaired; member since " in page and "Proposed" in page
    duty = planned.duties.get(role="chair")
    as_coordinator.post(act(duty, "offer"))
    duty.refresh_from_db()
    assert f"Offered until {duty.answer_by.day} {duty.answer_by:%b}" in page_of(as_coordinator, lancaster)
    as_coordinator.post(act(duty, "accept"))
    assert "Agreed" in page_of(as_coordinator, lancaster)


def test_the_fair_order_shows_who_came_chaired_hosted_and_was_away(as_coordinator, lancaster, planned):
    ash = lancaster.memberships.get(company__name="Ash").company
    birch = lancaster.memberships.get(company__name="Birch").company
    first, second = meeting_in(lancaster, -60), meeting_in(lancaster, -30)
    DutyFactory(meeting=first, company=ash, state="fulfilled")
    came(birch, first)
    came(ash, second)
    picture = as_coordinator.get(address(lancaster)).context["picture"]
    marks = {str(place.company): (place.marks, place.words) for place in picture.places}
    assert marks == {
        "Birch": (["came", "away"], "Came to 1 of 2"),
        "Ash": (["chaired", "came"], "Came to 2 of 2"),
        "Cedar": (["away", "away"], "Came to 0 of 2"),
    }
    assert [str(place.company) for place in picture.places] == ["Birch", "Ash", "Cedar"]


def test_who_is_passed_over_is_said_with_the_reason(as_coordinator, lancaster, planned):
    ash = lancaster.memberships.get(company__name="Ash").company
    Unavailability.objects.create(
        company=ash, start=timezone.localdate(), end=timezone.localdate(planned.ends_at)
    )
    as_coordinator.post(address(lancaster, "_plan"))
    assert "<li>Ash: away that day</li>" in page_of(as_coordinator, lancaster)


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(as_coordinator, lancaster, number):
    for index in range(number):
        company = firm_of(lancaster, f"Firm {index}", "chair", "host")
        came(company, meeting_in(lancaster, -30 * (index + 1)))
        meeting_in(lancaster, 30 * (index + 1))
    as_coordinator.post(address(lancaster, "_plan"))
    with CaptureQueriesContext(connection) as queries:
        page_of(as_coordinator, lancaster)
    assert len(queries) == 23


# --- what it does -------------------------------------------------------------------------------------------
def test_a_plan_is_made_and_undone(as_coordinator, lancaster, planned):
    answer = as_coordinator.post(address(lancaster, "_plan"), follow=True)
    assert said(answer) == ["Planned. No firm has been asked yet. You can undo this."]
    assert turns_of(planned) == [("chair", "Ash"), ("host", "Cedar")]
    assert "Undo the last plan" in answer.content.decode()
    answer = as_coordinator.post(address(lancaster, "_undo"), follow=True)
    assert said(answer) == ["Undone. The rota is as it was before you planned it."]
    assert turns_of(planned) == []
    assert said(as_coordinator.post(address(lancaster, "_undo"), follow=True)) == [
        "There is nothing to undo."
    ]


def test_a_plan_that_was_acted_on_is_not_undone(as_coordinator, lancaster, planned):
    as_coordinator.post(address(lancaster, "_plan"))
    as_coordinator.post(act(planned.duties.get(role="chair"), "offer"))
    assert "Undo the last plan" not in page_of(as_coordinator, lancaster)
    answer = as_coordinator.post(address(lancaster, "_undo"), follow=True)
    assert said(answer) == [
        "The rota has changed since, so the plan before no longer fits. Plan the rota again."
    ]
    assert planned.duties.count() == 2


def test_a_resting_cluster_is_not_planned(as_coordinator, lancaster, planned):
    lancaster.state = "resting"
    lancaster.save()
    answer = as_coordinator.post(address(lancaster, "_plan"), follow=True)
    assert said(answer) == ["Lancaster & Morecambe is resting. Start it again, then plan its rota."]


def test_offers_go_to_the_firms_of_the_next_weeks(as_coordinator, lancaster, planned):
    later = meeting_in(lancaster, 120)
    as_coordinator.post(address(lancaster, "_plan"))
    with zeal_ignore():  # each mail asks for the address of the site
        answer = as_coordinator.post(address(lancaster, "_offers"), {"weeks": "13"}, follow=True)
    assert said(answer)[-1] == "2 firms are being asked by mail."
    assert set(planned.duties.values_list("state", flat=True)) == {"offered"}
    assert set(later.duties.values_list("state", flat=True)) == {"proposed"}
    assert OutgoingMail.objects.count() == 2
    answer = as_coordinator.post(address(lancaster, "_offers"), {"weeks": "forever"}, follow=True)
    assert said(answer) == ["Choose for which weeks the firms are asked."]


def test_another_firm_is_chosen_with_a_reason_and_stays(as_coordinator, coordinator, lancaster, planned):
    birch = lancaster.memberships.get(company__name="Birch").company
    as_coordinator.post(address(lancaster, "_plan"))
    answer = as_coordinator.post(choose(planned, "chair"), {"company": birch.pk, "reason": ""})
    assert "Say why, in a sentence." in answer.content.decode()
    form = {"company": birch.pk, "reason": "They launch a product that week."}
    answer = as_coordinator.post(choose(planned, "chair"), form)
    assert answer.url == f"{address(lancaster)}#meeting-{planned.pk}"
    as_coordinator.post(address(lancaster, "_plan"))
    duty = planned.duties.get(role="chair", state="proposed")
    assert (duty.company, duty.pinned, duty.reason) == (birch, True, "They launch a product that week.")
    trail = Act.objects.filter(actor=coordinator, subject_id=duty.pk)
    assert "They launch a product that week." in trail.values_list("note", flat=True)


def test_a_firm_that_agreed_on_the_phone_has_its_turn_at_once(as_coordinator, lancaster, planned):
    birch = lancaster.memberships.get(company__name="Birch").company
    form = {"company": birch.pk, "reason": "Agreed on the phone.", "agreed": "on"}
    as_coordinator.post(choose(planned, "chair"), form)
    assert planned.agreed_company("chair") == birch


def test_only_members_can_be_chosen(as_coordinator, lancaster, furness, planned):
    stranger = MembershipFactory(cluster=furness, company__name="Walney Controls").company
    assert "Walney Controls" not in as_coordinator.get(choose(planned, "chair")).content.decode()
    answer = as_coordinator.post(choose(planned, "chair"), {"company": stranger.pk, "reason": "Why not."})
    assert "Select a valid choice" in answer.content.decode()
    assert not Duty.objects.exists()


def test_a_pinned_turn_is_unpinned_and_an_unanswered_one_answered_for_the_firm(
    as_coordinator, lancaster, planned
):
    as_coordinator.post(address(lancaster, "_plan"))
    duty = planned.duties.get(role="chair")
    as_coordinator.post(act(duty, "pin"))
    duty.refresh_from_db()
    assert duty.pinned
    as_coordinator.post(act(duty, "unpin"))
    as_coordinator.post(act(duty, "offer"))
    as_coordinator.post(act(duty, "decline"), {"note": "On holiday."})
    states = planned.duties.filter(role="chair").values_list("company__name", "state")
    assert sorted(states) == [("Ash", "declined"), ("Birch", "offered")]


# --- to take away ---------------------------------------------------------------------------------------------
def test_the_csv_is_text_to_every_spreadsheet(as_coordinator, lancaster):
    firm_of(lancaster, '=HYPERLINK("http://evil.example")', "chair")
    meeting = meeting_in(lancaster, 60, title="@SUM(1+1)*cmd|' /C calc'!A0")
    RegistrationFactory.create_batch(2, meeting=meeting)
    as_coordinator.post(address(lancaster, "_plan"))
    answer = as_coordinator.get(address(lancaster, "_csv"))
    assert answer["Content-Disposition"] == 'attachment; filename="rota-lancaster.csv"'
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Date,Meeting,Chair,")
    day = timezone.localdate(meeting.starts_at)
    assert line.startswith(
        f'{day},\'@SUM(1+1)*cmd|\' /C calc\'!A0,"\'=HYPERLINK(""http://evil.example"")",Proposed,'
    )
    assert line.endswith(",No firm has offered to host,2,Needs a chair")
