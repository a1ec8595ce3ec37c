"""An hour of an officer: a list comes in, its people are invited, an application is answered, the drive and the report
say so on the screen, in a file and on paper, all data leave."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from members.models import Membership
from tests import factories

from .people import link, say_again_who_you_are, sign_in

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
        cluster=furness,
        state="applied",
        applied_at=timezone.now() - timedelta(days=2),
        company__name="Walney Controls",
    )
    drive = factories.DriveFactory(association=lancaster.association, name="Ten more by March")
    factories.TargetFactory(drive=drive, number=10)
    evening = timezone.now() - timedelta(days=20)
    meeting = factories.MeetingFactory(
        cluster=lancaster, state="held", starts_at=evening, ends_at=evening + timedelta(hours=2)
    )
    factories.RegistrationFactory.create_batch(3, meeting=meeting, company=firm, state="attended")
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
    sees_the_drive(page, drive)
    reads_the_report(page)
    opens_it_in_a_spreadsheet(page)
    if javascript:
        prints_it(page)
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


def sees_the_drive(page: Page, drive) -> None:
    """Both new firms; the one whose date of joining is years ago is not the drive's."""
    page.goto(drive.get_absolute_url())
    expect(page.get_by_role("heading", name="Ten more by March")).to_be_visible()
    page.get_by_role("link", name="Which firms").click()
    rows = page.get_by_role("main")
    expect(rows.get_by_text("Walney Controls")).to_be_visible()
    expect(rows.get_by_text("Heysham Robotics Ltd")).to_have_count(0)


def reads_the_report(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="Report to funders").click()
    expect(page.get_by_role("link", name=re.compile(r"^3\s?: the rows behind Attendances"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"^3\s?: the rows behind At the end"))).to_be_visible()
    expect(page.get_by_role("heading", name="Ten more by March")).to_be_visible()


def opens_it_in_a_spreadsheet(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV, for a spreadsheet").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        numbers = {(group, figure): number for group, figure, number, _ in csv.reader(file)}
    assert numbers["Attendance", "Attendances"] == "3"
    assert numbers["Member firms", "At the end"] == "3"


def prints_it(page: Page) -> None:
    page.goto(reverse("meetings:report"))
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    words = " ".join(" ".join(paper.extract_text() for paper in pages).split())
    assert "3 Attendances" in words and "3 At the end" in words and "Ten more by March" in words
    assert "As CSV" not in words and "Sign out" not in words


def takes_everything_away(page: Page, association) -> None:
    page.goto("/admin/members/export/add/")
    say_again_who_you_are(page)
    page.get_by_label("All data of").select_option(label=f"{association}, all of it")
    page.get_by_role("button", name="Make the file").click()
    waits_for(page, "What is in it")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download the ZIP")).click()
    with zipfile.ZipFile(download.value.path()) as archive:
        companies = archive.read("csv/companies.csv").decode()
    assert "Heysham Robotics Ltd" in companies and "Walney Controls" in companies
