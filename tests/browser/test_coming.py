"""The life of a meeting: people answer, wait, are promoted and ticked at the door; slides end up in the archive.

A real browser, real mail through the real worker; on a wide screen, and on a phone without JavaScript.
"""

import re
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect

from meetings import agendas, closing
from meetings.models import Meeting, Presentation, Registration
from meetings.slides import presentations
from meetings.turns import duties
from tests import factories
from tests.meetings.slides import documents

from .people import link, sign_in

GUEST = "jan@hilltop.example"

pytestmark = pytest.mark.django_db(transaction=True)
sizes = pytest.mark.parametrize(
    ("width", "javascript"), [(1280, True), (375, False)], ids=["desk", "phone-no-script"]
)


@pytest.fixture
def world(lancaster, firm, member, coordinator):
    """A meeting with two places that has just begun, so that people can still answer, and be ticked."""
    start = timezone.now() - timedelta(minutes=5)
    venue = factories.VenueFactory(cluster=lancaster, name="White Cross")
    meeting = factories.MeetingFactory(
        cluster=lancaster, title="Cyber insurance", venue=venue, capacity=2, starts_at=start
    )
    late = factories.RepresentativeFactory(
        company=factories.MembershipFactory(cluster=lancaster).company, user__name="Late Larry"
    ).user
    return SimpleNamespace(meeting=meeting, member=member, late=late, coordinator=coordinator)


@sizes
def test_members_and_guests_come_wait_and_are_ticked(width, javascript, world, letters, open_page):
    member, guest, late = (open_page(width, javascript) for _ in range(3))
    a_member_answers_with_one_press(member, world, letters)
    a_guest_confirms_by_the_link(guest, world, letters)
    who_comes_late_waits(late, world)
    the_guest_gives_the_place_back(guest, letters)
    who_waited_has_it_without_doing_anything(late, world, letters)
    everybody_is_found_at_the_door(open_page(375, javascript), world)


def a_member_answers_with_one_press(page: Page, world, letters) -> None:
    page.goto(world.meeting.get_absolute_url())
    box = page.locator("#rsvp")
    expect(box).to_contain_text("2 places left")
    box.get_by_role("link", name="Sign in to reply").click()
    sign_in(page, world.member.email)
    box.get_by_label("Anything the host should know?").fill("No nuts, please")
    box.get_by_role("button", name="Yes, save me a place").click()
    expect(box).to_contain_text("You are going")
    expect(box.get_by_role("img")).to_have_attribute("aria-label", re.compile("1 of 2 .* one of them yours"))
    invitation = calendar_in(letters(world.member.email, "You are going"))
    assert (invitation["METHOD"], invitation.events[0]["ATTENDEE"]) == (
        "REQUEST",
        f"mailto:{world.member.email}",
    )
    box.get_by_role("button", name="I cannot come after all").click()
    expect(box).to_contain_text("Not this time")
    box.get_by_role("button", name="I can come after all").click()
    expect(box).to_contain_text("You are going")


def calendar_in(letter) -> Calendar:
    [part] = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_payload(decode=True))


def a_guest_confirms_by_the_link(page: Page, world, letters) -> None:
    page.goto(world.meeting.get_absolute_url())
    page.get_by_role("link", name="Come as a guest").click()
    page.get_by_label("Your name").fill("Jan Kowalski")
    page.get_by_label("Email address").fill("jan@hilltop")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("main")).to_contain_text("That is not a whole address.")
    expect(page.get_by_label("Your name")).to_have_value("Jan Kowalski")
    page.get_by_label("Email address").fill(GUEST)
    page.get_by_role("button", name="Send me the link").click()
    page.goto(link(letters(GUEST, "Confirm that you come"), "/answers/"))
    page.get_by_role("button", name="Yes, I come").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are going")


def who_comes_late_waits(page: Page, world) -> None:
    page.goto(world.meeting.get_absolute_url())
    page.locator("#rsvp").get_by_role("link", name="Sign in to reply").click()
    sign_in(page, world.late.email)
    expect(page.locator("#rsvp")).to_contain_text("All 2 places are taken.")
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.locator("#rsvp")).to_contain_text("You are number 1 in line")


def the_guest_gives_the_place_back(page: Page, letters) -> None:
    page.goto(link(letters(GUEST, "You are going"), "/answers/"))
    page.get_by_role("button", name="I can’t come after all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not this time")


def who_waited_has_it_without_doing_anything(page: Page, world, letters) -> None:
    letters(world.late.email, "A place came free for you")
    page.reload()
    expect(page.locator("#rsvp")).to_contain_text("You are going")


def everybody_is_found_at_the_door(page: Page, world) -> None:
    """By the code as it is typed, by the list, and by one field for who did not reply."""
    code = Registration.objects.get(user=world.member).code
    page.goto(f"{world.meeting.get_absolute_url()}check-in/")
    sign_in(page, world.coordinator.email)
    expect(page.get_by_role("status").last).to_contain_text("0 here, 2 still expected")
    page.get_by_label("Short code").fill(f" {code[:3].lower()}-{code[3:].lower()} ")
    page.get_by_role("button", name="Find").last.click()
    expect(page.get_by_role("heading", level=2, name="Priya Nair")).to_be_visible()
    page.get_by_role("button", name="Tick as here").click()
    page.get_by_label("Name or firm").fill("larry")
    page.get_by_role("button", name="Find").first.click()
    page.get_by_role("main").get_by_role("button", name=re.compile("Late Larry")).click()
    page.get_by_label("Somebody who did not reply").fill("Walter Walk-in")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status").last).to_contain_text("3 here, 0 still expected")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert Registration.objects.filter(state="attended").count() == 3


@pytest.fixture
def talk(lancaster, firm, member, coordinator, settings, tmp_path):
    """Given an hour ago at a meeting whose agenda was published; its slides are expected."""
    settings.MEDIA_ROOT = tmp_path / "media"
    venue = factories.VenueFactory(cluster=lancaster)
    meeting = factories.MeetingFactory(cluster=lancaster, state="draft", title="Cyber insurance", venue=venue)
    agendas.draft(meeting)
    duties.assign(meeting, "chair", firm, by=coordinator)
    agendas.publish(meeting, by=coordinator)
    over = timezone.now() - timedelta(hours=1)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=over - timedelta(hours=2), ends_at=over)
    closing.mark_held()
    return Presentation.objects.get()


@sizes
def test_slides_go_from_the_mail_through_the_worker_to_a_hit_in_the_archive(
    width, javascript, talk, member, coordinator, letters, start_worker, open_page, tmp_path
):
    speaker, office = open_page(width, javascript), open_page(width, javascript)
    presentations.ask_for_slides()
    speaker.goto(link(letters(member.email, "Thank you for speaking"), "/slides/"))
    hands_in(speaker, tmp_path / "notes.pdf", b"not slides at all")
    expect(speaker.get_by_role("main")).to_contain_text(re.compile("PDF, PowerPoint"))
    hands_in(speaker, tmp_path / "slides.pdf", documents.pdf("What the word zettelkasten means to insurers"))
    expect(speaker.get_by_role("heading", level=1)).to_have_text("Your slides are in")
    start_worker()  # reads them when it begins, and not only a minute later
    are_read(talk)  # a row that somebody has in hand just then, who publishes it, waits for that minute
    publishes(office, talk, coordinator)
    reader = open_page(width, javascript)
    is_found(reader, talk)


def hands_in(page: Page, path, content: bytes) -> None:
    path.write_bytes(content)
    page.get_by_label("Title").fill("Claims, with the names taken off")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("radio", name="Everybody").check()
    page.get_by_role("button", name="Hand in the slides").click()


def are_read(talk) -> None:
    deadline = time.monotonic() + 30
    while not Presentation.objects.filter(pk=talk.pk, reading=Presentation.Reading.DONE).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def publishes(page: Page, talk, coordinator) -> None:
    page.goto(f"/admin/meetings/presentation/{talk.pk}/change/")
    sign_in(page, coordinator.email)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".messagelist")).to_be_visible()


def is_found(page: Page, talk) -> None:
    for _ in range(40):
        page.goto("/presentations/?q=zettelkasten")
        if page.get_by_text("1 presentation").count():
            break
        page.wait_for_timeout(500)
    hit = page.locator(".talks > li")
    expect(hit).to_contain_text("Claims, with the names taken off")
    expect(hit.locator("mark")).to_have_text("zettelkasten")
    assert hit.locator("img").evaluate("picture => picture.naturalWidth") > 0
    with page.expect_download() as download:
        hit.get_by_role("link", name="Claims, with the names taken off", exact=True).click()
    assert download.value.suggested_filename == "claims-with-the-names-taken-off.pdf"
