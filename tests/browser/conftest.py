"""A real browser against a live server. Debian's Chromium, told to leave the network alone."""

import os
import time

import pytest
from django.db import connections
from playwright.sync_api import sync_playwright

# Playwright's own loop runs in this thread; Django sees it and would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    connections.close_all()  # Django opens others for this thread while Playwright's loop runs in it
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server, settings):
    """The address of the live server, which mails and calendars name as well."""
    settings.SITE_URL = live_server.url
    # The N+1 watch takes the few rows of an act for a loop; the pages' own tests have it on.
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "*"}]
    return live_server.url


@pytest.fixture
def open_page(chromium, site):
    """Opens a page of somebody new: their own cookies, width, colours, with or without JavaScript.

    A message of the browser about a broken rule of the content security policy or a missing file fails the test.
    """
    contexts, complaints = [], []

    def new_page(width: int = 1280, javascript: bool = True, dark: bool = False):
        context = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def letters(sink, start_worker):
    """Waits for the one mail to a person whose subject says something. A second such mail fails."""
    start_worker()

    def to(address: str, subject: str):
        deadline = time.monotonic() + 20
        while True:
            found = [
                mail for mail in list(sink.letters) if mail["To"] == address and subject in mail["Subject"]
            ]
            if found:
                assert len(found) == 1, [mail["Subject"] for mail in found]
                return found[0]
            assert time.monotonic() < deadline, [(mail["To"], mail["Subject"]) for mail in sink.letters]
            time.sleep(0.05)

    return to
