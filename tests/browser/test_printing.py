"""The agenda on paper: an A4 page for a meeting of two hours, however much is written in it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from meetings import agendas
from meetings.models import AgendaItem, Duty
from tests import factories

from .people import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "Cyber insurance for ten-person firms, with real claims"
TWO_LINES = (
    "What it cost, what it was worth, and which of the three we would choose again. "
    "Bring your renewal letter and one question."
)
DIRECTIONS = "Ring at the green door beside the bakery, then take the stairs on the left"


def test_the_agenda_of_two_hours_is_one_page(lancaster, firm, coordinator, open_page):
    venue = factories.VenueFactory(
        cluster=lancaster,
        step_free=True,
        **dict.fromkeys(["entrance", "access", "train", "parking", "bicycle", "equipment"], DIRECTIONS),
    )
    meeting = factories.MeetingFactory(
        cluster=lancaster,
        venue=venue,
        title=TITLE,
        summary=TWO_LINES,
    )
    for role in Duty.Role:
        factories.DutyFactory(meeting=meeting, role=role, company=firm)
    agendas.draft(meeting)
    meeting.agenda.filter(kind__in=[AgendaItem.Kind.SHOWCASE, AgendaItem.Kind.TALK]).update(
        title=TITLE,
        summary=TWO_LINES,
        presenter_name="Yusuf Patel",
        company=firm,
    )
    page = open_page()
    page.goto(meeting.get_absolute_url())
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    words = " ".join(" ".join(paper.extract_text() for paper in pages).split())
    assert len(pages) == 1
    assert (round(pages[0].mediabox.width), round(pages[0].mediabox.height)) == (595, 842)
    for item in meeting.agenda.all():
        assert item.title in words
    assert DIRECTIONS in words
    assert "Add to calendar" not in words and "Sign in" not in words


def test_the_report_to_funders_is_a_few_pages_of_figures_and_pictures(lancaster, coordinator, open_page):
    factories.MembershipFactory.create_batch(3, cluster=lancaster)
    meeting = factories.MeetingFactory(
        cluster=lancaster,
        state="held",
        starts_at=timezone.now() - timedelta(days=20),
        ends_at=timezone.now() - timedelta(days=20, hours=-2),
    )
    factories.RegistrationFactory.create_batch(5, meeting=meeting, state="attended")
    page = open_page()
    page.goto("/reports/")
    sign_in(page, coordinator.email)
    page.goto("/reports/")
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    words = " ".join(" ".join(paper.extract_text() for paper in pages).split())
    assert 1 < len(pages) <= 4
    assert "3 At the end" in words and "5 Attendances" in words
    assert "5 came to 1 meeting" in words
    assert "As CSV" not in words and "The same as a table" not in words
