"""Two firms are introduced through the coordinator, and two others directly, by mail and on the site.

A real browser, real mail through the real worker; on a wide screen, and on a phone without JavaScript.
"""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from members.models import Company, Introduction
from tests import factories

from .people import link, sign_in, text

pytestmark = pytest.mark.django_db(transaction=True)

BY_MAIL = "/introductions/by-mail/"


@pytest.fixture
def world(lancaster, coordinator):
    """Anvil goes through the coordinator to Beacon, and straight to Crag, which lets members write to it."""
    people = {}
    for name in ("Anvil Apps", "Beacon Bytes", "Crag Cloud"):
        company = factories.MembershipFactory(cluster=lancaster, company__name=name).company
        people[name] = factories.RepresentativeFactory(company=company).user
    Company.objects.filter(name="Crag Cloud").update(introductions="direct")
    return SimpleNamespace(people=people, coordinator=coordinator)


@pytest.mark.parametrize(
    ("width", "javascript"), [(1280, True), (375, False)], ids=["desk", "phone-no-script"]
)
def test_firms_are_introduced_both_ways(width, javascript, world, letters, open_page):
    anvil, beacon, crag = world.people.values()
    asks, answers = open_page(width, javascript), open_page(width, javascript)
    asks.goto("/introductions/")
    sign_in(asks, anvil.email)

    ask(asks, "Beacon Bytes", "You shift bytes and we stack apps.")
    expect(asks.locator("main")).to_contain_text("The coordinator of Lancaster & Morecambe has your words")
    to_coordinator = letters(world.coordinator.email, "Anvil Apps would like to meet Beacon Bytes")
    open_link(answers, to_coordinator)
    answers.get_by_label(re.compile("A word of yours")).fill("Both of them are nice.")
    press(answers, "Pass it on")
    to_beacon = letters(beacon.email, "Anvil Apps would like to meet you")
    assert "Both of them are nice." in text(to_beacon) and anvil.email not in str(to_beacon)
    says_yes(answers, to_beacon, anvil.email)
    told = letters(anvil.email, "You and Beacon Bytes are introduced")
    assert told["Reply-To"] == beacon.email

    ask(asks, "Crag Cloud", "Could your cloud hold our apps?", "Write to them directly")
    says_yes(answers, letters(crag.email, "Anvil Apps would like to meet you"), anvil.email)
    asks.reload()
    expect(asks.locator("main")).to_contain_text(crag.email)
    asks.get_by_label("Your message").fill("Tuesday at ten?")
    press(asks, "Send")
    letter = letters(crag.email, "Anvil Apps writes to you")
    assert letter["Reply-To"] == anvil.email and "Tuesday at ten?" in text(letter)


def ask(page: Page, firm: str, reason: str, how: str = "") -> None:
    slug = Company.objects.get(name=firm).slug
    page.goto(f"/companies/{slug}/introduce/")
    page.get_by_label("Why you would like to meet").fill(reason)
    if how:
        page.get_by_label(how).check()
    press(page, "Ask to meet")


def open_link(page: Page, letter) -> None:
    """Looking changes nothing."""
    before = list(Introduction.objects.order_by("pk").values())
    page.goto(link(letter, BY_MAIL))
    assert list(Introduction.objects.order_by("pk").values()) == before


def says_yes(page: Page, letter, address: str) -> None:
    open_link(page, letter)
    expect(page.locator("main")).not_to_contain_text(address)
    press(page, "Yes, introduce us")
    expect(page.locator("main")).to_contain_text(address)


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()
