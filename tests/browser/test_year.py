"""A coordinator plans the year, firms agree their turns by mail, the agenda goes out, a meeting moves.

A real browser, real mail through the real worker; on a wide screen, and on a phone without JavaScript.
"""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect

from clusters.models import Cluster
from meetings.models import Duty, Meeting
from tests import factories

from .people import link, save, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(lancaster, coordinator):
    """Three firms that chair, one of them with a room, in a cluster that meets on third Thursdays."""
    Cluster.objects.filter(pk=lancaster.pk).update(usual_week=3, usual_weekday=3, usual_start="17:30")
    people = {}
    for number, name in enumerate(["Anvil Apps", "Beacon Bytes", "Crag Cloud"]):
        joined = timezone.now() - timedelta(days=900 - number)
        company = factories.MembershipFactory(
            cluster=lancaster, company__name=name, applied_at=joined, joined_at=joined
        ).company
        people[name] = factories.RepresentativeFactory(company=company).user
        factories.RotaOfferFactory(cluster=lancaster, company=company)
    venue = factories.VenueFactory(cluster=lancaster, company=company, name="Crag House")
    factories.RotaOfferFactory(cluster=lancaster, company=company, role=Duty.Role.HOST, venue=venue)
    return SimpleNamespace(cluster=lancaster, people=people, coordinator=coordinator)


@pytest.mark.parametrize(
    ("width", "javascript"), [(1280, True), (375, False)], ids=["desk", "phone-no-script"]
)
def test_a_year_is_planned_agreed_published_and_moved(width, javascript, world, letters, open_page):
    office, firm = open_page(width, javascript), open_page(width, javascript)
    plans_the_year(office, world)
    first, second = Meeting.objects.order_by("starts_at")[:2]
    chair, refuser = chair_of(first), chair_of(second)
    accepts_by_mail(firm, letters(world.people[chair].email, f"chair on {day(first)}"))
    accepts_by_mail(firm, letters(world.people["Crag Cloud"].email, f"host on {day(first)}"))
    declines_by_mail(firm, letters(world.people[refuser].email, f"chair on {day(second)}"))
    assert chair_of(second) not in (refuser, None)
    swaps_by_mail(open_page(width, javascript), firm, world, letters, first, chair)
    publishes(office, first)
    for person in world.people.values():
        agenda = letters(person.email, f"Agenda: {first.title}")
    moves(office, first)
    for person in world.people.values():
        moved = letters(person.email, f"Moved: {first.title}")
    before, after = event_of(agenda), event_of(moved)
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt - before["DTSTART"].dt == timedelta(days=1)


def day(meeting) -> str:
    return f"{timezone.localtime(meeting.starts_at):%-d %B}"


def chair_of(meeting) -> str | None:
    duty = meeting.duties.filter(role="chair", state__in=Duty.OPEN).select_related("company").first()
    return duty.company.name if duty else None


def event_of(letter):
    return Calendar.from_ical(next(letter.iter_attachments()).get_content()).walk("VEVENT")[0]


def press(page: Page, name) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def plans_the_year(page: Page, world) -> None:
    page.goto("/admin/")
    sign_in(page, world.coordinator.email)
    page.get_by_role("link", name=re.compile("^Plan ahead")).first.click()
    press(page, "Show the dates") if page.get_by_role("button", name="Show the dates").count() else None
    press(page, "Draft the meetings ticked")
    page.goto("/admin/")
    page.get_by_role("link", name=re.compile("^Rota")).first.click()
    press(page, "Plan the rota")
    expect(page.locator("#content")).to_contain_text("Never chaired; member since")
    page.get_by_label(re.compile("due|Offer|for", re.I)).last.select_option("53")
    press(page, "Send the offers")


def accepts_by_mail(page: Page, offer) -> None:
    accepted = Duty.objects.filter(state=Duty.State.ACCEPTED)
    before = accepted.count()
    page.goto(link(offer, "/turns/"))
    assert accepted.count() == before  # looking changes nothing
    press(page, re.compile("^Yes"))
    assert accepted.count() == before + 1
    page.goto(link(offer, "/turns/"))
    expect(page.get_by_role("button", name=re.compile("^Yes"))).to_have_count(0)


def declines_by_mail(page: Page, offer) -> None:
    page.goto(link(offer, "/turns/"))
    press(page, re.compile("^(No|Say no)"))


def swaps_by_mail(chairs: Page, other: Page, world, letters, meeting, chair) -> None:
    chairs.goto("/me/turns/")
    sign_in(chairs, world.people[chair].email)
    chairs.get_by_role("link", name=re.compile("^Swap")).first.click()
    press(chairs, "Ask them")
    asked = next(name for name in world.people if name != chair)
    other.goto(link(letters(world.people[asked].email, f"Could you chair on {day(meeting)}"), "/swaps/"))
    press(other, re.compile("^Yes"))
    assert chair_of(meeting) == asked
    letters(world.people[chair].email, f"{asked} will chair")


def publishes(page: Page, meeting) -> None:
    page.goto(f"/admin/meetings/meeting/{meeting.pk}/change/")
    page.locator("[name=title]").fill("Cyber insurance for ten-person firms")
    save(page)
    meeting.refresh_from_db()
    page.get_by_role("link", name="Publish the agenda").click()
    press(page, "Publish the agenda")
    expect(page.locator("body")).to_contain_text("on its way")


def moves(page: Page, meeting) -> None:
    new = timezone.localtime(meeting.starts_at) + timedelta(days=1)
    page.goto(f"/admin/meetings/meeting/{meeting.pk}/change/")
    page.get_by_role("link", name="Move", exact=True).click()
    page.locator("[name=starts_at_0]").fill(f"{new:%d/%m/%Y}")
    page.get_by_label("Also on a holiday or at a weekend").check()
    press(page, "Move")
    expect(page.locator("body")).to_contain_text("Moved.")
