"""What people do in a browser and with their mails."""

import re

from playwright.sync_api import Page

from tests.factories import PASSWORD


def text(letter) -> str:
    return letter.get_body(("plain",)).get_content()


def link(letter, containing: str) -> str:
    return re.search(rf"http\S*{re.escape(containing)}\S*", text(letter))[0]


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label(re.compile(r"^\s*Password")).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").first.click()


def say_again_who_you_are(page: Page) -> None:
    """Before what must not happen from a computer that was left open."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def save(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue editing").click()
