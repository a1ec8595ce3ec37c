"""An hour of an officer: a list comes in, its people are invited, an application is answered, all data leave."""

import csv
import io
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from members.models import Membership
from tests import factories

from .people import link, sign_in

ADA = "ada@heysham-robotics.example"
LIST = [
    ["Company", "Web site", "Contact", "E-mail", "Branch", "Date joined", "Fax"],
    [
        "Heysham Robotics Ltd",
        "www.heysham-robotics.example",
        "Ada Lowe",
        ADA,
        "Lancaster & Morecambe",
        "14/05/2021",
        "1",
    ],
    ["Felside Analytics", "", "Bo Airey", "bo@fellside.example", "Lancaster & Morecambe", "", ""],
    ["Walney Wind", "", "", "", "Nowhere", "31/02/2020", ""],
]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.mark.parametrize(
    ("width", "javascript"), [(1280, True), (375, False)], ids=["desk", "phone-no-script"]
)
def test_an_officers_hour(width, javascript, lancaster, furness, firm, officer, letters, open_page):
    application = factories.MembershipFactory(
        cluster=furness, state="applied", company__name="Walney Controls"
    )
    page, ada = open_page(width, javascript), open_page(width, javascript)
    page.has_script = javascript
    page.goto("/admin/")
    sign_in(page, officer.email)
    brings_the_list(page)
    says_which_firm_is_meant(page, firm)
    puts_it_in(page)
    invites(page)
    says_yes(ada, letters)
    approves(page, application)
    takes_everything_away(page, lancaster.association)


def brings_the_list(page: Page) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(LIST)
    page.goto("/admin/members/import/add/")
    page.get_by_label("File").set_input_files(
        {"name": "members.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode("utf-16")}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Company")).to_have_value("name")
    expect(page.get_by_label("Fax")).to_have_value("")
    page.get_by_role("button", name="Look through the lines").click()
    waits_for(page, "Line by line")


def waits_for(page: Page, heading: str) -> None:
    """A script shows the page anew when the worker is done; without it one looks again."""
    found = page.get_by_role("heading", name=heading)
    again = page.get_by_role("link", name="Look again")
    expect(found.or_(again).first).to_be_visible()
    for _ in range(30):
        page.wait_for_timeout(500)
        if found.is_visible():
            return
        if not page.has_script:
            again.click()
    expect(found).to_be_visible()


def says_which_firm_is_meant(page: Page, firm) -> None:
    expect(page.get_by_text("is not a date we can read")).to_be_visible()
    page.get_by_label("Line 3 is").select_option(str(firm.pk))
    page.get_by_role("button", name="Use these answers").click()
    waits_for(page, "Line by line")
    expect(page.get_by_role("link", name="Refused 1")).to_be_visible()


def puts_it_in(page: Page) -> None:
    page.get_by_role("link", name="Put it in").click()
    expect(page.get_by_text("2 lines are put in, all together or not at all.")).to_be_visible()
    page.get_by_role("button", name="Put it in").click()
    waits_for(page, "Done")


def invites(page: Page) -> None:
    page.get_by_role("link", name="Invite the people").click()
    page.get_by_role("button", name="Invite the people").click()
    expect(page.get_by_text("2 invitations are on the way.")).to_be_visible()


def says_yes(page: Page, letters) -> None:
    letter = letters(ADA, "is it you?")
    page.goto(link(letter, "/invitations/"))
    page.get_by_role("button", name="Yes, I do").click()
    expect(page.get_by_text("You act for Heysham Robotics Ltd now.")).to_be_visible()
    page.goto("/me/")
    expect(page.get_by_text("Heysham Robotics Ltd").first).to_be_visible()


def approves(page: Page, application: Membership) -> None:
    page.goto(f"/admin/members/membership/{application.pk}/change/")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("is a member of Furness")).to_be_visible()


def takes_everything_away(page: Page, association) -> None:
    page.goto("/admin/members/export/add/")
    page.get_by_label("All data of").select_option(label=f"{association}, all of it")
    page.get_by_role("button", name="Make the file").click()
    waits_for(page, "What is in it")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download the ZIP")).click()
    with zipfile.ZipFile(download.value.path()) as archive:
        companies = archive.read("csv/companies.csv").decode()
    assert "Heysham Robotics Ltd" in companies and "Walney Controls" in companies
