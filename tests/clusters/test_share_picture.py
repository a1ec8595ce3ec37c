"""The picture that goes with a link: drawn from words, bounded, kept for ever, of nothing that is not public."""

import io
import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from clusters.share_picture import SharePicture
from meetings.models import Meeting
from tests import factories
from tests.conftest import client_of

MARK = (("carlisle", 2.0, 0), ("kendal", 1.5, 1), ("lancaster", 1.0, 2))


def drawn(picture: SharePicture) -> Image.Image:
    return Image.open(io.BytesIO(picture.png()), formats=["PNG"]).convert("RGB")


class TestDrawing:
    def test_draws_the_same_bytes_from_the_same_words(self):
        one, other = (SharePicture(title="Two firms, one tender", mark=MARK) for _ in range(2))
        assert one.png() == other.png() and one.version == other.version
        assert drawn(one).size == (1200, 630)

    def test_each_thing_drawn_counts_in_the_version(self):
        whole = {"title": "Two firms", "kicker": "News", "line": "Kendal", "accent": "#ff9b5e", "mark": MARK}
        versions = {SharePicture(**(whole | {name: ""})).version for name in ("title", "kicker", "line")}
        versions |= {SharePicture(**whole, lit="kendal").version, SharePicture(**whole).version}
        assert len(versions) == 5

    def test_wears_the_accent_on_the_lit_dot(self):
        picture = drawn(SharePicture(title="Kendal", accent="#ff9b5e", mark=MARK, lit="kendal"))
        assert (0xFF, 0x9B, 0x5E) in [colour for _, colour in picture.getcolors()]

    @pytest.mark.parametrize(
        "words",
        ["", "\0", "😀" * 50, "word " * 1000, "W" * 5000, "'\"<script>", "\u202e\u0301\u200f", "漢字"],
        ids=["empty", "NUL", "emoji", "many words", "one long word", "quotes", "marks", "no letters of ours"],
    )
    def test_whatever_is_typed_stays_within_its_place_and_its_time(self, words):
        began = time.thread_time()
        picture = drawn(SharePicture(title=words, kicker=words, line=words, name_lines=(words,), mark=MARK))
        assert time.thread_time() - began < 2
        between_words_and_mark = picture.crop((860, 0, 920, 630))
        assert between_words_and_mark.getcolors() == [(60 * 630, picture.getpixel((0, 0)))]


def picture_url(response) -> str:
    found = re.search(r'<meta property="og:image" content="https?://[^/]+([^"]+)">', response.text)
    return found[1] if found else ""


@pytest.mark.django_db
class TestOnThePages:
    def test_cluster_meeting_and_article_lead_to_theirs(self, client, lancaster):
        article = factories.ArticleFactory(association=lancaster.association, title='Tea & "tenders"')
        meeting = factories.MeetingFactory(cluster=lancaster)
        for thing in (lancaster, meeting, article):
            page = client.get(thing.get_absolute_url())
            assert '<meta property="og:image:width" content="1200">' in page.text
            picture = client.get(picture_url(page))
            assert picture["Content-Type"] == "image/png" and "immutable" in picture["Cache-Control"]
            assert Image.open(io.BytesIO(picture.content)).size == (1200, 630)
        assert "Tea &amp; &quot;tenders&quot;" in page.text

    def test_an_older_version_leads_to_todays_and_is_not_kept(self, client, lancaster):
        old = picture_url(client.get(lancaster.get_absolute_url()))
        lancaster.name = "Lancaster"
        lancaster.save()
        new = picture_url(client.get(lancaster.get_absolute_url()))
        response = client.get(old)
        assert old != new and response.url == new and "Cache-Control" not in response

    def test_nothing_is_drawn_of_what_not_everybody_may_see(self, lancaster, member, coordinator):
        hidden = [
            factories.ArticleFactory(association=lancaster.association, state="draft", published_at=None),
            factories.ArticleFactory(
                association=lancaster.association, published_at=timezone.now() + timedelta(days=1)
            ),
            factories.MeetingFactory(cluster=lancaster, openness=Meeting.Openness.MEMBERS),
            factories.MeetingFactory(cluster=lancaster, state=Meeting.State.DRAFT),
        ]
        for article in hidden[:2]:
            article.clusters.add(lancaster)
        client = client_of(coordinator)
        for thing in hidden:
            page = client.get(thing.get_absolute_url())
            assert page.status_code == 200 and "og:image" not in page.text
            assert client.get(f"{thing.get_absolute_url()}share-0.png").status_code == 404

    def test_a_members_address_is_not_drawn(self, client, lancaster):
        venue = factories.VenueFactory(cluster=lancaster, name="Secret cellar", town="Lancaster")
        meeting = factories.MeetingFactory(
            cluster=lancaster, venue=venue, openness=Meeting.Openness.AGENDA_MEMBERS
        )
        assert "Secret cellar" not in client.get(meeting.get_absolute_url()).text
