"""A story from its draft to the feed, with the firm in it asked by mail; and the finder without JavaScript."""

import feedparser
import pytest
from playwright.sync_api import expect

from tests import factories

from .people import link, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("width", "javascript"), [(1280, True), (375, False)], ids=["desk", "phone-no-script"]
)
def test_a_story_from_draft_to_feed(
    width, javascript, open_page, letters, site, client, firm, member, coordinator, furness
):
    other = factories.MembershipFactory(cluster=furness, company__name="Walney Controls").company
    jess = factories.RepresentativeFactory(company=other).user
    author, office, stranger = (open_page(width, javascript) for _ in range(3))

    author.goto("/news/write/")
    sign_in(author, member.email)
    author.get_by_label("Headline").fill("Two firms, one tender")
    author.get_by_role("button", name="Keep the draft and go on").click()
    author.get_by_role("button", name="Send it in").click()
    expect(author.get_by_role("alert")).to_contain_text("things need another look")
    author.get_by_label("In one or two sentences").fill("A chat about hiring became a contract.")
    author.get_by_label("What was the problem?").fill("Neither could bid alone.")
    author.get_by_label("What did you do together?").fill("We met in Lancaster.")
    author.get_by_label("What came of it?", exact=True).fill("A contract, **three jobs**.")
    author.get_by_label("Other firms in it").fill("walney controls")
    author.get_by_role("button", name="Send it in").click()
    expect(author.get_by_role("main")).to_contain_text("Walney Controls: has not answered")

    asked = link(letters(jess.email, "May we name Walney Controls"), "/stories/")
    stranger.goto(asked)
    expect(stranger.get_by_role("main")).to_contain_text("Neither could bid alone.")
    stranger.get_by_role("button", name="Yes, we agree").click()
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("Walney Controls agrees")

    office.goto(link(letters(coordinator.email, "to read: Two firms"), "/admin/news/article/"))
    sign_in(office, coordinator.email)
    expect(office.get_by_text("Walney Controls: Agrees")).to_be_visible()
    office.get_by_role("button", name="Publish").click()
    letters(member.email, "Published: Two firms, one tender")

    stranger.goto("/news/")
    href = stranger.locator('link[type="application/atom+xml"]').get_attribute("href")
    [entry] = feedparser.parse(client.get(href).content).entries
    assert entry.title == "Two firms, one tender" and entry.link.endswith("/news/two-firms-one-tender/")
    stranger.goto("/news/two-firms-one-tender/")
    expect(stranger.get_by_role("heading", name="What came of it")).to_be_visible()


ASKED = [
    ("LA1 4YW", "Lancaster & Morecambe is your local cluster"),
    ("la14yw", "Lancaster & Morecambe is your local cluster"),
    ("LA1", "Lancaster & Morecambe is your local cluster"),
    ("Carlisle", "Carlisle & Borders is your local cluster"),
    ("Barrow in Furness", "Furness is your local cluster"),
    ("ST4", "Staffordshire is your local cluster"),
    ("W1A 1AA", "No cluster near W1A 1AA yet"),
    ("WV14 8TU", "Black Country is your local cluster"),
    ("XM45 HQ", "That is not a postcode we know"),
    ("BT1 1AA", "We can't look up BT1 1AA"),
    ("Bernard", "We know no place called Bernard"),
]
CLUSTERS = [
    ("Lancaster & Morecambe", "Lancaster", 54.047, -2.801, "LA1 LA2"),
    ("Furness", "Barrow", 54.111, -3.226, "LA14"),
    ("Carlisle & Borders", "Carlisle", 54.895, -2.934, "CA1"),
    ("Staffordshire", "Stafford", 52.807, -2.117, "ST4"),
    ("Black Country", "Wolverhampton", 52.586, -2.129, "WV14"),
]


def test_the_finder_answers_each_question_without_javascript(open_page, association):
    for name, town, latitude, longitude, districts in CLUSTERS:
        factories.ClusterFactory(
            association=association,
            name=name,
            town=town,
            latitude=latitude,
            longitude=longitude,
            districts=districts.split(),
        )
    page = open_page(375, javascript=False)
    page.goto("/clusters/")
    for asked, answer in ASKED:
        page.get_by_label("Your postcode or town").fill(asked)
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("main")).to_contain_text(answer)
    page.get_by_label("Your postcode or town").fill("Truro")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Tell me when one starts near me").click()
    page.get_by_label("Your email address").fill("somebody@far.example")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Look into your mailbox")
