"""A representative tends the firm's page, on a wide screen and on a phone without JavaScript; visitors find it."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests import factories

from .people import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media_of_our_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def logo() -> dict:
    out = io.BytesIO()
    Image.new("RGB", (600, 300), "teal").save(out, "PNG")
    return {"name": "logo.png", "mimeType": "image/png", "buffer": out.getvalue()}


@pytest.mark.parametrize(
    ("width", "javascript"), [(1280, True), (375, False)], ids=["desk", "phone-no-script"]
)
def test_a_firm_changes_its_page_with_a_logo(width, javascript, firm, member, open_page):
    factories.RepresentativeFactory(company=firm, role="deputy", user__email="dora@fellside.example")
    visitor, ours, deputys = (open_page(width, javascript) for _ in range(3))
    opens_the_form(ours, firm, member.email)
    opens_the_form(deputys, firm, "dora@fellside.example")
    is_told_what_is_wrong(ours)
    saves_with_logo(ours)
    saves_at_the_same_time(deputys)
    finds_it(visitor)


def opens_the_form(page: Page, firm, email: str) -> None:
    page.goto(f"/companies/{firm.slug}/edit/")
    sign_in(page, email)
    expect(page.get_by_role("heading", name="Edit your page")).to_be_visible()


def is_told_what_is_wrong(page: Page) -> None:
    page.get_by_label("What you look for").fill("- A drone pilot")
    page.get_by_label("Logo").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("This is not a logo we can show")
    expect(page.get_by_label("What you look for")).to_have_value("- A drone pilot")


def saves_with_logo(page: Page) -> None:
    page.get_by_label("Logo").set_input_files(logo())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    picture = page.locator("img.logo-lg")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 512)


def saves_at_the_same_time(page: Page) -> None:
    page.get_by_label("What you look for").fill("- A van driver")
    page.get_by_label("What you can offer").fill("- A room")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("It is now: “- A drone pilot”")
    page.get_by_label("What you look for").fill("- A drone pilot\n- A van driver")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def finds_it(page: Page) -> None:
    page.goto("/companies/")
    page.get_by_label("What are you looking for?").fill("drone pilots")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"q=drone"))
    page.get_by_role("link", name="Fellside Analytics").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("A van driver")
    expect(main).to_contain_text("A room")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
