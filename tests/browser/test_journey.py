"""The main job, end to end: a firm joins, a coordinator publishes an agenda, the cluster gets it.

A real browser, real mail through the real worker, a real Postgres; on a wide screen, and on a phone without JavaScript.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect

from clusters.models import Cluster, Question
from tests import factories
from tests.factories import PASSWORD

from .people import link, save, sign_in, text

ELLEN = "ellen@lunevalley.example"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(lancaster, furness, firm, member, coordinator):
    Cluster.objects.filter(pk=lancaster.pk).update(
        districts=["LA1"],
        usual_week=3,
        usual_weekday=3,
        usual_start="17:30",
        about="Small firms round the bay.",
    )
    factories.QuestionFactory(question="What does it cost?", answer="Nothing.", group=Question.Group.MONEY)
    factories.VenueFactory(cluster=lancaster, name="Halfpenny Hosting")
    factories.TopicFactory(cluster=lancaster, name="Cyber insurance")


@pytest.mark.parametrize(
    ("width", "javascript"), [(1280, True), (375, False)], ids=["desk", "phone-no-script"]
)
def test_a_firm_joins_and_gets_the_agenda(width, javascript, world, letters, open_page, member, coordinator):
    visitor, office = open_page(width, javascript), open_page(width, javascript)
    finds_the_cluster(visitor)
    signs_up(visitor, letters)
    enters_the_firm_and_applies(visitor)
    approves(office, letters, coordinator)
    welcome = letters(ELLEN, "Welcome")
    assert "/clusters/lancaster/calendar.ics" in text(welcome)
    plans_a_meeting(office)
    is_nowhere_yet(visitor)
    publishes(office)
    agenda = everybody_has_the_agenda(letters, member)
    changes_and_sends_the_difference(office)
    everybody_has_the_difference(letters, member)
    is_in_the_calendar(visitor, agenda)
    everybody_has_the_agenda(letters, member)  # still once, after all that


def finds_the_cluster(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Your postcode or town").first.fill("la14yw")
    page.get_by_role("button", name="Find my cluster").click()
    page.get_by_role("link", name="Lancaster & Morecambe").first.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Small firms round the bay.")
    expect(main).to_contain_text("Every month, third Thursday")
    expect(main).to_contain_text("Nothing. Not now, not after a trial.")
    expect(main).to_contain_text("Ruth Ackroyd")
    expect(main).to_contain_text("Fellside Analytics")
    page.goto("/faq/")
    expect(page.get_by_role("main")).to_contain_text("What does it cost?")


def signs_up(page: Page, letters) -> None:
    page.goto("/clusters/lancaster/")
    page.get_by_role("link", name="Join this cluster").click()
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("Your name").fill("Ellen Thwaite")
    page.get_by_label("Email").fill("Ellen@LuneValley.example")
    page.get_by_label(re.compile(r"^\s*Password")).fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    letter = letters(ELLEN, "code")
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", text(letter), re.M)[1]
    page.get_by_label(re.compile("Code")).fill(code)
    page.get_by_role("button", name="Confirm").click()


def enters_the_firm_and_applies(page: Page) -> None:
    page.get_by_label("Name of your firm").fill("Lune Valley Systems")
    page.get_by_label("Website (optional)").fill("www.lunevalley.example")
    page.get_by_label("Postcode").fill("la14yw")
    page.get_by_label("How many people").select_option("2-9")
    page.get_by_label("What you do").fill("Booking software for muddy places.")
    page.get_by_role("main").locator("form[method=post] button, form[method=post] [type=submit]").last.click()
    expect(page.get_by_label("Lancaster & Morecambe")).to_be_checked()
    page.get_by_role("main").locator("form[method=post] button, form[method=post] [type=submit]").last.click()
    expect(page.get_by_role("main")).to_contain_text("Ellen")


def approves(page: Page, letters, coordinator) -> None:
    application = letters(coordinator.email, "Lune Valley Systems")
    page.goto(link(application, "/admin/members/membership/"))
    sign_in(page, coordinator.email)
    expect(page.get_by_role("main")).to_contain_text("Lune Valley Systems")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("body")).to_contain_text("is a member of Lancaster & Morecambe")


def plans_a_meeting(page: Page) -> None:
    day = timezone.localdate() + timedelta(days=30)
    page.goto("/admin/meetings/meeting/add/")
    page.get_by_label("Title").first.fill("Cyber insurance for ten-person firms")
    for name, clock in (("starts_at", "17:30"), ("ends_at", "19:30")):
        page.locator(f"[name={name}_0]").fill(f"{day:%d/%m/%Y}")
        page.locator(f"[name={name}_1]").fill(clock)
    page.locator("[name=venue]").select_option(label="Halfpenny Hosting, Lancaster")
    page.locator("[name=chair]").select_option(label="Lune Valley Systems")
    page.locator("[name=host]").select_option(label="Fellside Analytics")
    save(page)
    titles = page.locator("[name^=agenda-][name$=-title]")
    values = [titles.nth(number).input_value() for number in range(titles.count())]
    assert len([value for value in values if "showcase" in value.lower()]) == 1
    first = page.locator("[name=agenda-0-minutes]")
    was = first.input_value()
    first.fill("500")
    save(page)
    expect(page.locator("body")).to_contain_text(re.compile(r"\d+ minutes"))
    expect(page.locator(".errornote")).to_be_visible()
    page.locator("[name=agenda-0-minutes]").fill(was)
    save(page)
    expect(page.locator(".errornote")).to_have_count(0)


def is_nowhere_yet(page: Page) -> None:
    for address in (
        "/clusters/lancaster/",
        "/meetings/",
        "/",
        "/sitemap.xml",
        "/clusters/lancaster/calendar.ics",
    ):
        assert "Cyber insurance for" not in page.request.get(address).text(), address


def publishes(page: Page) -> None:
    page.get_by_role("link", name="Publish the agenda").click()
    expect(page.locator("body")).to_contain_text("2 people")
    page.get_by_role("button", name="Publish the agenda").click()
    expect(page.locator("body")).to_contain_text("on its way")
    page.get_by_role("link", name="Send the changes").click()
    page.get_by_role("button", name="Send the changes").click()
    expect(page.locator("body")).to_contain_text(re.compile("nothing has changed|nothing is different", re.I))


def everybody_has_the_agenda(letters, member):
    letters(member.email, "Agenda: Cyber insurance for ten-person firms")
    agenda = letters(ELLEN, "Agenda: Cyber insurance for ten-person firms")
    assert "17:30" in text(agenda)
    assert agenda["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert agenda["Auto-Submitted"] == "auto-generated"
    return agenda


def changes_and_sends_the_difference(page: Page) -> None:
    page.goto("/admin/meetings/meeting/")
    page.get_by_role("link", name="Cyber insurance for ten-person firms").click()
    page.locator("[name=agenda-0-title]").fill("Doors and parkin")
    save(page)
    page.get_by_role("link", name="Send the changes").click()
    page.get_by_role("button", name="Send the changes").click()
    expect(page.locator("body")).to_contain_text("Sent.")


def everybody_has_the_difference(letters, member) -> None:
    difference = letters(member.email, "Changed")
    assert "Doors and parkin" in text(difference)
    assert "showcase" not in text(difference).lower()
    letters(ELLEN, "Changed")


def is_in_the_calendar(page: Page, agenda) -> None:
    page.goto("/clusters/lancaster/")
    expect(page.get_by_role("main")).to_contain_text("Cyber insurance for ten-person firms")
    page.goto("/meetings/")
    page.get_by_role("link", name="Cyber insurance for ten-person firms").click()
    expect(page.get_by_role("main")).to_contain_text("Doors and parkin")
    expect(page.get_by_role("main")).to_contain_text("Lune Valley Systems")
    feed = Calendar.from_ical(page.request.get("/clusters/lancaster/calendar.ics").text())
    mailed = Calendar.from_ical(next(agenda.iter_attachments()).get_content())
    assert [event["UID"] for event in feed.walk("VEVENT")] == [
        event["UID"] for event in mailed.walk("VEVENT")
    ]
    page.goto("/me/")
    expect(page.get_by_role("main")).to_contain_text("Lancaster & Morecambe")
