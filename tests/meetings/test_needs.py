import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meetings.models import Meeting, Presentation
from meetings.needs import FIRST, needs_of, of_clusters
from members.models import Representative
from tests.factories import (
    AgendaEditionFactory,
    ClusterFactory,
    DutyFactory,
    MeetingFactory,
    MembershipFactory,
    OfficerFactory,
    PresentationFactory,
    RepresentativeFactory,
    VenueFactory,
)


@pytest.fixture
def in_hand(lancaster):
    """A meeting for which everything is done, so that the cluster needs nothing."""
    meeting = ahead(lancaster, 14, venue=VenueFactory(cluster=lancaster))
    DutyFactory(meeting=meeting, role="chair")
    AgendaEditionFactory(meeting=meeting)
    return meeting


def ahead(cluster, days, **fields):
    start = (timezone.localtime() + timedelta(days=days)).replace(hour=17, minute=30, second=0, microsecond=0)
    return MeetingFactory(cluster=cluster, **{"starts_at": start, **fields})


def day_of(meeting):
    return timezone.localdate(meeting.starts_at)


def sentences(user):
    return [need.sentence for need in needs_of(user).shown]


def words(meeting):
    return f"{day_of(meeting).day} {day_of(meeting):%B}"


def test_nothing_is_needed_when_all_is_in_hand(in_hand, coordinator, as_coordinator):
    assert sentences(coordinator) == []
    page = as_coordinator.get(reverse("admin:index")).content.decode()
    assert "Nothing. Everybody who waits has an answer, and the next meetings are in hand." in page


def test_applications_wait_with_their_number_and_button(in_hand, lancaster, coordinator):
    applied_at = timezone.now() - timedelta(days=2)
    MembershipFactory.create_batch(2, cluster=lancaster, state="applied", applied_at=applied_at)
    (need,) = needs_of(coordinator).shown
    assert need.sentence.startswith("2 firms wait to join, since ")
    assert need.due == timezone.localdate(applied_at) + timedelta(days=3)
    assert need.url.endswith(f"?state__exact=applied&cluster__id__exact={lancaster.pk}")


@pytest.mark.parametrize(
    ("days", "state", "answer_in", "said"),
    [
        (20, None, None, "nobody chairs yet."),
        (22, None, None, None),
        (27, "proposed", None, "Fellside Analytics is meant to chair, but has not been asked."),
        (29, "proposed", None, None),
        (40, "offered", 6, "Fellside Analytics has not said yet whether it chairs."),
        (40, "offered", 9, None),
        (20, "accepted", None, None),
    ],
)
def test_turns_are_needed_by_the_cut_off(in_hand, lancaster, coordinator, firm, days, state, answer_in, said):
    meeting = ahead(lancaster, days, venue=VenueFactory(cluster=lancaster))
    AgendaEditionFactory(meeting=meeting)
    if state:
        answer_by = timezone.localdate() + timedelta(days=answer_in) if answer_in else None
        DutyFactory(meeting=meeting, company=firm, state=state, answer_by=answer_by)
    expected = [f"{words(meeting)}: {said}"] if said else []
    assert sentences(coordinator) == expected
    for need in needs_of(coordinator).shown:
        assert need.url == f"{reverse('admin:meetings_rota', args=[lancaster.pk])}#meeting-{meeting.pk}"


def test_a_host_is_needed_only_while_there_is_no_place(in_hand, lancaster, coordinator):
    meeting = ahead(lancaster, 20)
    DutyFactory(meeting=meeting, role="chair")
    AgendaEditionFactory(meeting=meeting)
    assert sentences(coordinator) == [f"{words(meeting)}: nobody hosts yet."]
    Meeting.objects.filter(pk=meeting.pk).update(venue=VenueFactory(cluster=lancaster))
    assert sentences(coordinator) == []


@pytest.mark.parametrize(("days", "is_needed"), [(6, True), (13, True), (16, False)])
def test_the_agenda_goes_out_in_time(in_hand, lancaster, coordinator, days, is_needed):
    meeting = ahead(lancaster, days, state="draft", title="Pricing", venue=VenueFactory(cluster=lancaster))
    DutyFactory(meeting=meeting, role="chair")
    needs = needs_of(coordinator).shown
    assert bool(needs) == is_needed
    for need in needs:
        assert need.sentence == f"{words(meeting)}: the agenda of “Pricing” has not gone out."
        assert need.due == day_of(meeting) - timedelta(days=7)
        assert need.url == reverse("admin:meetings_meeting_act", args=[meeting.pk, "publish"])


def test_after_a_meeting_slides_and_notes_are_needed(in_hand, lancaster, coordinator):
    meeting = ahead(lancaster, -10, state="held", title="Pricing")
    slides = PresentationFactory(meeting=meeting, state=Presentation.State.EXPECTED)
    assert sentences(coordinator) == [
        f"{words(meeting)}: slides of “Pricing” are missing.",
        f"{words(meeting)}: what you took away is not written down.",
    ]
    Presentation.objects.filter(pk=slides.pk).update(state=Presentation.State.SUBMITTED)
    Meeting.objects.filter(pk=meeting.pk).update(notes="Charge more.")
    assert sentences(coordinator) == [f"{words(meeting)}: slides have come and wait for you."]
    Presentation.objects.filter(pk=slides.pk).update(state=Presentation.State.WAIVED)
    assert sentences(coordinator) == []


@pytest.mark.parametrize(
    ("cadence", "days", "is_needed"),
    [("monthly", 44, False), ("monthly", 47, True), ("two-monthly", 90, False), ("two-monthly", 93, True)],
)
def test_a_meeting_is_planned_within_one_and_a_half_times_the_cadence(
    lancaster, coordinator, cadence, days, is_needed
):
    lancaster.cadence = cadence
    lancaster.save()
    meeting = ahead(lancaster, days)
    needs = needs_of(coordinator).shown
    assert [need.button for need in needs] == (["Plan ahead"] if is_needed else [])
    if is_needed:
        assert needs[0].sentence == f"The next meeting is not before {words(meeting)} {day_of(meeting).year}."
    months = {(timezone.localdate() + timedelta(days=ahead)).month for ahead in range(30)}
    lancaster.pause_months = sorted(months)  # and a pause is no gap
    lancaster.save()
    assert needs_of(coordinator).shown == []


def test_a_forming_cluster_needs_a_next_step_and_a_resting_one_nothing(lancaster, coordinator):
    lancaster.state = "forming"
    lancaster.save()
    (need,) = needs_of(coordinator).shown
    assert (need.sentence, need.button) == (
        "It is forming, and no first meeting is planned.",
        "Plan the first meeting",
    )
    ahead(lancaster, 5)
    lancaster.state = "resting"
    lancaster.save()
    assert needs_of(coordinator).shown == []


# --- whose desk ---------------------------------------------------------------------------------------------
def test_each_sees_the_clusters_of_an_office_held_today(
    lancaster, furness, coordinator, other_coordinator, former_coordinator, officer, operator, member
):
    ahead(furness, 20)
    elsewhere = ClusterFactory(name="Elsewhere")
    of = {
        user: {str(need.of) for need in needs_of(user).shown}
        for user in (coordinator, other_coordinator, former_coordinator, officer, operator, member)
    }
    assert of == {
        coordinator: {"Lancaster & Morecambe"},
        other_coordinator: {"Furness"},
        former_coordinator: set(),
        officer: {"Lancaster & Morecambe", "Furness"},
        operator: {"Lancaster & Morecambe", "Furness", str(elsewhere)},
        member: set(),
    }


def test_the_operator_sees_the_most_urgent_and_how_many_more(operator, as_operator):
    ClusterFactory.create_batch(FIRST + 3)
    needs = needs_of(operator)
    assert (len(needs.shown), needs.more) == (FIRST, 3)
    page = as_operator.get(reverse("admin:index")).content.decode()
    assert "Three more are less urgent." in page


def test_only_what_is_shown_is_put_into_words(operator, monkeypatch):
    """And what is due with the last of it in a place of that name: their words decide which come first."""
    others = ClusterFactory.create_batch(FIRST - 1)
    last = ClusterFactory(name="Zennor", state="forming")
    MembershipFactory(cluster=last, state="applied", applied_at=timezone.now() - timedelta(days=3))
    ClusterFactory(name="Zzz")
    worded = []
    for name in ("_nothing_planned", "_no_first_meeting", "_applications"):
        words_of = getattr(of_clusters, name)

        def words(cluster, *more, words_of=words_of):
            worded.append(cluster)
            return words_of(cluster, *more)

        monkeypatch.setattr(of_clusters, name, words)
    needs = needs_of(operator)
    assert [need.of for need in needs.shown] == [*sorted(others, key=str), last]
    assert needs.shown[-1].sentence.startswith("It is forming")
    assert sorted(worded, key=str) == [*sorted(others, key=str), last, last]


def test_of_very_many_meetings_the_most_urgent_are_read(operator, as_operator, lancaster, monkeypatch):
    monkeypatch.setattr("meetings.needs.MOST", FIRST + 2)
    over = [ahead(lancaster, -days, state="held", notes="") for days in range(2, FIRST + 6)]
    needs = needs_of(operator)
    assert needs.goes_on and needs.shown[0].due == day_of(over[-1]) + timedelta(days=7)
    assert "Many more are less urgent." in as_operator.get(reverse("admin:index")).content.decode()


def test_of_the_people_of_a_firm_only_who_asks_is_counted(in_hand, lancaster, coordinator):
    firm = MembershipFactory(cluster=lancaster).company
    RepresentativeFactory(company=firm, role="deputy")
    since = RepresentativeFactory(company=firm, role="member", state="asked").since
    Representative.objects.filter(role="deputy").update(since=since - timedelta(days=300))
    assert f"Somebody asks to act for a firm, since {since.day} {since:%B}." in sentences(coordinator)


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_clusters(coordinator, number):
    for _ in range(number):
        cluster = OfficerFactory(user=coordinator).cluster
        MembershipFactory.create_batch(2, cluster=cluster, state="applied")
        for days in (-10, 3, 20):
            DutyFactory(meeting=ahead(cluster, days), role="host", state="proposed")
    with CaptureQueriesContext(connection) as queries:
        assert len(needs_of(coordinator).shown) >= 3 * number
    assert len(queries) == 12


def test_the_tables_of_the_desk_stand_in_the_order_of_their_names(as_coordinator):
    page = as_coordinator.get(reverse("admin:index")).content.decode()
    for table in re.findall(r'(?s)<section class="module".*?</section>', page):
        names = [name.lower() for name in re.findall(r"<li>\s*<a [^>]*>([^<]+)</a>", table)]
        assert names and names == sorted(names)
