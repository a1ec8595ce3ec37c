from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from meetings.models import Presentation
from meetings.views.archive import NearlyFound
from tests import factories
from tests.pages import grow, text_of

ARCHIVE = "/presentations/"


@pytest.fixture
def talk(lancaster, firm):
    """A public one, of whose text the secret word is part."""
    return talk_of(lancaster, title="Paid in 30 days", company=firm, text="About Zettelkasten and invoices")


def talk_of(cluster, days_ago=30, **fields):
    starts = fields.pop("starts_at", timezone.now() - timedelta(days=days_ago))
    meeting = factories.MeetingFactory(
        cluster=cluster, starts_at=starts, ends_at=starts + timedelta(hours=2), state="held"
    )
    presentation = factories.PresentationFactory(meeting=meeting, **fields)
    Presentation.objects.keep_names()
    return presentation


def found(client, q="", **more) -> list[str]:
    response = client.get(ARCHIVE, {"q": q, **more})
    assert response.status_code == 200
    return [talk.title for talk, place in response.context["rows"]]


class TestSearch:
    @pytest.mark.parametrize(
        "words",
        [
            "paid",
            "INVOICED zettelkasten",
            "Zettelkasten",
            "Fellside",
            "Ann Speaker",
            '"in 30 days"',
            "invoice -tax",
        ],
    )
    def test_title_firm_speaker_and_the_text_inside_are_searched(self, client, talk, words):
        Presentation.objects.update(presenter_name="Ann Speaker")
        Presentation.objects.keep_names()
        talk_of(talk.meeting.cluster, title="Something else")
        assert found(client, words) == ["Paid in 30 days"]

    @pytest.mark.parametrize("words", ["cafe", "Café", "CAFÉS"])
    def test_accents_and_endings_do_not_matter(self, client, lancaster, words):
        talk_of(lancaster, title="The café on the corner")
        assert found(client, words) == ["The café on the corner"]

    @pytest.mark.parametrize("words", ["Ransomwear", "ransomwre", "Felside"])
    def test_typing_errors_find_what_comes_close(self, client, lancaster, firm, words):
        talk_of(lancaster, title="Ransomware", company=firm)
        response = client.get(ARCHIVE, {"q": words})
        assert "Nothing has just these words. 1 presentation comes close" in text_of(response)

    def test_of_very_many_that_come_close_some_are_shown_and_the_page_says_so(
        self, client, lancaster, monkeypatch
    ):
        monkeypatch.setattr(NearlyFound, "most", 2)
        for _ in range(3):
            talk_of(lancaster, title="Ransomware")
        response = client.get(ARCHIVE, {"q": "ransomwre"})
        assert "Here are 2 of the presentations that come close" in text_of(response)
        assert len(response.context["rows"]) == 2

    def test_the_title_counts_more_than_the_text(self, client, lancaster):
        talk_of(lancaster, days_ago=1, title="Other things", text="cloud " * 3)
        talk_of(lancaster, days_ago=9, title="Cloud")
        assert found(client, "cloud") == ["Cloud", "Other things"]

    def test_the_place_is_shown_marked_and_escaped(self, client, lancaster):
        talk_of(lancaster, text="before <script>alert(1)</script> Zettelkasten & after")
        page = client.get(ARCHIVE, {"q": "zettelkasten"}).content.decode()
        assert "<mark>Zettelkasten</mark> &amp; after" in page
        assert "<script>alert" not in page

    @pytest.mark.parametrize(
        "words",
        [
            "",
            " ",
            "x" * 5_000,
            "'",
            '"',
            "%",
            "a & | ! b",
            "a <-> b:*",
            "\x00",
            "pa\x00id",
            "🦆",
            "-",
            "()",
            "the",
        ],
    )
    def test_strange_input_is_safe(self, client, talk, words):
        assert client.get(ARCHIVE, {"q": words}).status_code == 200

    def test_firms_and_people_are_found_by_the_names_they_have_now(self, client, talk, firm):
        type(firm).objects.filter(pk=firm.pk).update(name="Ullswater Robotics")
        assert Presentation.objects.keep_names() == 1
        assert Presentation.objects.keep_names() == 0
        assert found(client, "Ullswater") == ["Paid in 30 days"]
        assert found(client, "Fellside") == []


class TestWhatIsNotForOne:
    @pytest.fixture(
        params=["members", "expected", "submitted", "withdrawn", "waived", "members-meeting", "draft"]
    )
    def hidden(self, request, talk):
        change = {
            "members": {"audience": "members"},
            "members-meeting": {"meeting__openness": "members"},
            "draft": {"meeting__state": "draft"},
        }.get(request.param, {"state": request.param})
        for name, value in change.items():
            row = talk.meeting if name.startswith("meeting__") else talk
            type(row).objects.filter(pk=row.pk).update(**{name.removeprefix("meeting__"): value})
        return request.param

    def test_it_leaks_neither_by_words_nor_by_likeness_nor_by_counts_and_choices(
        self, client, as_other_coordinator, hidden, talk
    ):
        for stranger in (client, as_other_coordinator):
            for words in ("", "zettelkasten", "invoices", "Paid in 3O days", "Fellside"):
                page = text_of(stranger.get(ARCHIVE, {"q": words}))
                assert "invoices and" not in page and "30 days" not in page.replace("Paid in 3O days", "")
                assert "Fellside Analytics" not in page and "1 presentation" not in page
            for filters in ({"cluster": "lancaster"}, {"firm": talk.company.slug}, {"year": "2026"}):
                assert found(stranger, **filters) == []

    def test_members_find_what_is_for_members(self, as_member, talk):
        Presentation.objects.update(audience="members")
        assert found(as_member, "zettelkasten") == ["Paid in 30 days"]

    def test_ones_own_unpublished_slides_are_not_in_the_archive(self, as_member, talk):
        Presentation.objects.update(state="submitted")
        assert found(as_member, "zettelkasten") == []


class TestNarrowing:
    def test_by_cluster_theme_topic_firm_and_year(self, client, lancaster, furness, firm):
        topic = factories.TopicFactory(cluster=lancaster, theme="skills", name="Apprentices")
        old = talk_of(lancaster, title="Ours", company=firm, starts_at=datetime(2019, 12, 31, 18, tzinfo=UTC))
        item = factories.AgendaItemFactory(meeting=old.meeting, topic=topic)
        Presentation.objects.filter(pk=old.pk).update(agenda_item=item)
        talk_of(furness, title="Theirs")
        for name, value in {
            "cluster": "lancaster",
            "theme": "skills",
            "topic": "Apprentices",
            "firm": firm.slug,
            "year": "2019",
        }.items():
            assert found(client, **{name: value}) == ["Ours"]
        assert found(client, cluster="furness", year="2019") == []

    @pytest.mark.parametrize("name", ["cluster", "theme", "topic", "firm", "year", "page"])
    @pytest.mark.parametrize("value", ["x", "\x00", "-1", "99999999999", "0000", "9999", "²"])
    def test_what_is_not_to_be_had_gives_nothing(self, client, talk, name, value):
        assert client.get(ARCHIVE, {name: value}).status_code == 200

    def test_the_pages_keep_the_query(self, client, lancaster):
        for number in range(21):
            talk_of(lancaster, days_ago=number + 1, title=f"Cloud {number}")
        page = client.get(ARCHIVE, {"q": "cloud", "cluster": "lancaster"})
        assert "21 presentations" in text_of(page)
        assert "?q=cloud&amp;cluster=lancaster&amp;page=2" in page.content.decode()
        assert len(found(client, "cloud", page=2)) == 1

    def test_an_association_shows_its_own(self, client, talk, association):
        factories.HostnameFactory(association=association, name="lcict.localhost")
        theirs = talk_of(factories.ClusterFactory(), title="Theirs")
        assert theirs.title in found(client)
        response = client.get(ARCHIVE, headers={"host": "lcict.localhost"})
        assert [talk.title for talk, place in response.context["rows"]] == ["Paid in 30 days"]


@pytest.mark.parametrize("query", ["", "presentation", "presentatoin"])
@pytest.mark.parametrize("size", [1, 3])
def test_the_number_of_queries_is_fixed(client, association, django_assert_num_queries, size, query):
    grow(association, size)
    Presentation.objects.keep_names()
    # the choices, how many, the rows (with words also where these are); or what comes close (and how close)
    # and, as on every page, whose host it is
    with django_assert_num_queries({"": 4, "presentation": 4, "presentatoin": 5}[query]):
        assert found(client, query)


def test_it_is_reached_from_where_people_look(client, talk):
    for page in ("/", "/meetings/past/", "/clusters/lancaster/"):
        assert f'href="{ARCHIVE}' in client.get(page).content.decode()
    assert "All 1 presentation" in text_of(client.get("/clusters/lancaster/"))
    assert f"{ARCHIVE}</loc>" in client.get("/sitemap-pages.xml").content.decode()
