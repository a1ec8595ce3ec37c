"""Every page there is, as everybody has it before them: no fault that axe finds, no scrolling sideways, valid HTML.

The pages are those of the tables of addresses, of the accounts and of the desk, and what comes back when their forms
are sent empty. What is wrong is collected from all of them before it is told.
"""

import json
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Error, Page, Response

from clusters.acts import ObjectActs
from tests.access.answers import OK
from tests.access.world import world_of
from tests.conftest import client_of
from tests.test_access import ROWS
from tests.test_hostile_requests import ACCOUNT_PAGES
from tests.test_hostile_text import pages_of_the_desk
from tests.test_scoping import DESK

from .looks import Eyes

pytestmark = pytest.mark.django_db(transaction=True)
VALIDATOR = settings.BASE_DIR / ".venv/vnu/node_modules/vnu-jar/build/dist/vnu.jar"
SEEING = ["visitor", "newcomer", "member", "other_member", "coordinator", "officer", "operator"]
EMPTY = [
    "/", "/clusters/", "/meetings/", "/meetings/past/", "/companies/", "/news/", "/faq/", "/presentations/",
    "/supporters/", "/privacy/", "/accessibility/", "/join/",
]  # fmt: skip
# What a form of the page's own lets one fill in.
FREE = """
    () => {
      const isFree = (one) => !["hidden", "submit", "checkbox", "radio"].includes(one.type) && !one.readOnly;
      const free = (form) => [...form.elements].filter((one) => one.name && isFree(one) && one.checkVisibility());
      const forms = [...document.querySelectorAll("main form[method=post]")];
      const form = forms.find((form) => free(form).length);
      return form ? {form, free: free(form)} : null;
    }
"""
# Sent empty, as a hurried person would; what a browser itself would hold back is sent all the same.
SEND_EMPTY = """
    ({form, free}) => {
      for (const one of free) if (one.type !== "file") one.value = "";
      form.noValidate = true;
      form.requestSubmit();
    }
"""


@pytest.fixture
def world(
    lancaster, furness, firm, member, coordinator, other_coordinator, former_coordinator, officer, operator,
    settings, tmp_path,
):  # fmt: skip
    settings.MEDIA_ROOT = tmp_path / "media"
    return world_of(
        lancaster, furness, firm, member, coordinator, other_coordinator, former_coordinator, officer, operator
    )  # fmt: skip


class Looker:
    """Opens addresses as somebody, keeps what is wrong with each page, and the page for the validator."""

    def __init__(self, browser, site: str, sources: Path, eyes: Eyes):
        self.browser, self.site, self.sources, self.eyes = browser, site, sources, eyes
        self.pages, self.faults, self.said = {}, {}, []
        self.addresses = {}  # of the sources, by the names of their files
        self.with_forms = []  # addresses, and for whom

    def page_of(self, user) -> Page:
        if user not in self.pages:
            context = self.browser.new_context(base_url=self.site, reduced_motion="reduce")
            context.set_default_timeout(15_000)
            if user:
                name = settings.SESSION_COOKIE_NAME
                value = client_of(user).cookies[name].value
                context.add_cookies([{"name": name, "value": value, "url": self.site}])
            page = self.pages[user] = context.new_page()
            page.on("console", lambda message: message.type == "error" and self.complain(page, message))
        return self.pages[user]

    def complain(self, page: Page, message: ConsoleMessage) -> None:
        if message.location["url"] != page.url:  # that of the page itself, if it is not there, is no surprise
            self.said.append(message.text)

    def look_at(self, address: str, user) -> None:
        page = self.page_of(user)
        answer = self.open(page, address)
        if is_page(answer):
            self.keep(f"{address} for {user}", page, answer)
            if page.evaluate(f"Boolean(({FREE})())"):
                self.with_forms.append((address, user))

    def open(self, page: Page, address: str):
        """What came back, or nothing for a file to keep."""
        self.said.clear()  # by a feed, which is no page of ours
        try:
            return page.goto(address)
        except Error as error:
            if "Download is starting" not in str(error):
                raise

    def send_empty(self) -> int:
        """The forms of all pages looked at; looks at what comes back, if it is the form once more. Returns how many."""
        before = len(self.addresses)
        for address, user in self.with_forms:
            page = self.page_of(user)
            if is_page(self.open(page, address)) and page.evaluate(f"Boolean(({FREE})())"):
                with page.expect_navigation() as sent:
                    page.evaluate(f"({SEND_EMPTY})(({FREE})())")
                if is_page(sent.value) and sent.value.request.method == "POST":
                    self.keep(f"{address} sent empty by {user}", page, sent.value)
        return len(self.addresses) - before

    def keep(self, name: str, page: Page, answer: Response) -> None:
        file = self.sources / f"{len(self.addresses)}.html"
        file.write_text(answer.text())
        self.addresses[file.name] = name
        found = [*self.said, *self.eyes.faults_of(page)]
        self.said.clear()
        if answer.status >= 500:
            found.append(f"answers {answer.status}")
        if found:
            self.faults.setdefault(name, []).extend(found)

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()

    def tell(self) -> None:
        """All that was wrong, if anything was."""
        for name, found in invalid(self.sources).items():
            self.faults.setdefault(self.addresses[name], []).extend(found)
        lines = [f"{name}\n    {fault}" for name, found in self.faults.items() for fault in found]
        if lines:
            pytest.fail("\n".join(lines), pytrace=False)


def is_page(answer) -> bool:
    """A page of ours: no file, and no mail, which is shown in a sandbox and looked at elsewhere."""
    headers = answer.headers if answer else {}
    return headers.get("content-type", "").startswith("text/html") and "sandbox" not in headers.get(
        "content-security-policy", ""
    )


def invalid(folder: Path) -> dict[str, list[str]]:
    """What the Nu HTML checker finds in the files of a folder, by their names."""
    assert VALIDATOR.exists(), "tests/run fetches the Nu HTML checker; it runs on Java"
    command = ["java", "-jar", str(VALIDATOR), "--errors-only", "--format", "json", "--stdout", str(folder)]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)["messages"]
    found: dict[str, list[str]] = {}
    for one in said:
        found.setdefault(Path(urlsplit(one["url"]).path).name, []).append(
            f"HTML: {one['message']} {one.get('extract', '')}"
        )
    return found


@pytest.fixture(scope="module")
def eyes():
    return Eyes()


@pytest.fixture
def looker(chromium, site, tmp_path, eyes):
    sources = tmp_path / "sources"
    sources.mkdir()
    looker = Looker(chromium, site, sources, eyes)
    yield looker
    looker.close()


def pages_of_the_site(world):
    """Each page for two who see it: who sees least and who sees most."""
    for name, args, method, expected in ROWS:
        seen_by = [role for role in SEEING if expected[role] == OK] if method == "get" else []
        for role in dict.fromkeys([*seen_by[:1], *seen_by[-1:]]):
            yield reverse(name, args=args(world)), world.people[role]


def test_every_page_of_the_site_and_its_forms_with_their_errors(world, looker):
    for address, user in pages_of_the_site(world):
        looker.look_at(address, user)
    for address in map(reverse, ACCOUNT_PAGES):
        for user in (None, world.people["member"]):
            looker.look_at(address, user)
    looker.look_at("/no-such-page/", None)
    assert len(looker.addresses) > 150
    assert looker.send_empty() > 20
    looker.tell()


def test_every_page_of_the_desk_and_its_forms_with_their_errors(world, looker):
    operator = world.people["operator"]
    for model in DESK:
        looker.look_at(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"), operator)
    assert looker.send_empty() > 10
    for address in [reverse("admin:index"), *pages_of_the_desk(), *questions_of_the_desk()]:
        looker.look_at(address, operator)
    for model in DESK:
        row = model._base_manager.order_by("pk").first()
        if row:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_history"
            looker.look_at(reverse(name, args=[row.pk]), operator)
    assert len(looker.addresses) > 100
    looker.tell()


def questions_of_the_desk():
    """The pages that ask before an act on a row."""
    for model, desk in DESK.items():
        row = model._base_manager.order_by("pk").first()
        if row and isinstance(desk, ObjectActs):
            yield from (desk.act_url(row, name) for name in desk.acts if getattr(desk, name).act.asks_first)


def test_every_page_of_an_empty_site(operator, looker):
    for address in EMPTY:
        looker.look_at(address, None)
    for model in DESK:
        looker.look_at(
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"), operator
        )
    looker.look_at(reverse("admin:index"), operator)
    looker.tell()
