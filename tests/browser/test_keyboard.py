"""The main acts by keyboard alone: each stop is seen, none is hidden, and they come in the order of the page."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from clusters.models import Cluster
from meetings.models import Duty, Meeting, Registration
from meetings.turns.links import turn_token
from members.models import Membership
from tests import factories
from tests.conftest import client_of

pytestmark = pytest.mark.django_db(transaction=True)
MOST_STOPS = 150
# Where the keyboard is: its name, whether a ring shows it, whether something lies over it, and its place in the page.
STOP = """
    () => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const box = one.getBoundingClientRect();
      const style = getComputedStyle(one);
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, innerHeight / 2));
      const words = [...(one.labels || [])].map((label) => label.textContent).join(" ") ||
        one.getAttribute("aria-label") || one.value || one.textContent;
      return {
        name: words.trim().replace(/\\s+/g, " "),
        tag: one.tagName,
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        seen: box.width === 0 || top === null || one.contains(top) || top.contains(one) || top.tagName === "LABEL",
        inside: box.bottom > 0 && box.top < innerHeight,
        place: [...document.querySelectorAll("*")].indexOf(one),
      };
    }
"""


@pytest.fixture
def keyboard(open_page, site):
    """A page of somebody who has no mouse."""

    def page_of(user=None) -> Page:
        page = open_page()
        if user:
            name = settings.SESSION_COOKIE_NAME
            value = client_of(user).cookies[name].value
            page.context.add_cookies([{"name": name, "value": value, "url": site}])
        return page

    return page_of


def go_to(page: Page, name: str) -> None:
    """Press Tab until the thing of that name is reached; look at every stop on the way."""
    before = -1
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        assert stop, f"{name} is not reached"
        assert stop["ring"] and stop["seen"] and stop["inside"], stop
        assert stop["place"] > before, f"{stop} comes before the last"
        before = stop["place"]
        if re.search(name, stop["name"]):
            return
    raise AssertionError(f"{name} is not reached in {MOST_STOPS} stops")


def press(page: Page, name: str) -> None:
    go_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_first_stop_skips_to_the_content(lancaster, keyboard):
    page = keyboard()
    page.goto("/clusters/lancaster/")
    go_to(page, "^Skip to the content$")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    go_to(page, "^(Clusters|Join this cluster)$")


def test_a_firm_joins(lancaster, keyboard):
    page = keyboard(factories.UserFactory())
    page.goto(reverse("members:join-company"))
    press(page, "^Continue$")
    expect(
        page.locator(".alert-danger")
    ).to_be_focused()  # what is wrong comes first, and leads to the fields
    go_to(page, "^Name of your firm:")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of your firm")).to_be_focused()
    page.keyboard.type("Lune Valley Systems")
    for name, typed in (
        ("^Postcode", "la14yw"),
        ("^How many people", "2"),
        ("^What you do", "Booking software."),
    ):
        go_to(page, name)
        page.keyboard.type(typed)
    press(page, "^Continue$")
    press(page, "^(Apply|Ask|Join|Send)")
    assert Membership.objects.get().company.name == "Lune Valley Systems"


def test_a_member_answers_a_meeting(lancaster, member, keyboard):
    meeting = factories.MeetingFactory(cluster=lancaster)
    page = keyboard(member)
    page.goto(meeting.get_absolute_url())
    press(page, "^Yes, save me a place$")
    assert meeting.registrations.get().state == Registration.State.REGISTERED


def test_a_member_accepts_a_turn(lancaster, firm, member, keyboard):
    duty = factories.DutyFactory(
        meeting=factories.MeetingFactory(cluster=lancaster), company=firm, state=Duty.State.OFFERED
    )
    page = keyboard()
    page.goto(reverse("meetings:turn", args=[turn_token(duty, member)]))
    press(page, "^Yes")
    duty.refresh_from_db()
    assert duty.state == Duty.State.ACCEPTED


def test_a_coordinator_plans_and_publishes(lancaster, firm, coordinator, keyboard):
    Cluster.objects.filter(pk=lancaster.pk).update(usual_week=3, usual_weekday=3, usual_start="17:30")
    page = keyboard(coordinator)
    page.goto(f"{reverse('admin:meetings_meeting_plan_ahead')}?cluster={lancaster.pk}")
    press(page, "^Draft the meetings ticked$")
    meeting = lancaster.meetings.order_by("starts_at").first()
    assert meeting.state == Meeting.State.DRAFT
    for role in Duty.Role:
        factories.DutyFactory(meeting=meeting, company=firm, role=role, state=Duty.State.ACCEPTED)
    Meeting.objects.filter(pk=meeting.pk).update(
        title="Cyber insurance", venue=factories.VenueFactory(cluster=lancaster)
    )
    page.goto(reverse("admin:meetings_meeting_change", args=[meeting.pk]))
    press(page, "^Save and continue editing$")  # the chair's showcase comes by itself
    press(page, "^Publish the agenda$")
    press(page, "^Publish the agenda")
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.PUBLISHED


def test_one_of_many_clusters_is_found_by_typing_its_name(
    keyboard, operator, lancaster, furness, monkeypatch
):
    monkeypatch.setattr("clusters.scoping.MOST_CHOICES", 1)
    page = keyboard(operator)
    page.goto(reverse("admin:members_import_add"))
    box = page.get_by_role("combobox", name="Or for one cluster")
    box.press("Enter")
    page.get_by_role("searchbox").press_sequentially("furn")
    expect(page.get_by_role("option", name=furness.name)).to_be_visible()
    expect(page.get_by_role("option", name=lancaster.name)).to_have_count(0)
    page.keyboard.press("Enter")
    chosen = page.get_by_role("combobox", name=re.compile(f"^Or for one cluster:.*{furness.name}$"))
    expect(chosen).to_be_visible()
