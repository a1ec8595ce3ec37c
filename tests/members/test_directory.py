import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import directory
from members.models import Company
from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db
PAGE = "/companies/"


@pytest.fixture
def listed(lancaster):
    def one(name, cluster=lancaster, **fields):
        company = factories.CompanyFactory(name=name, **fields)
        return factories.MembershipFactory(cluster=cluster, company=company).company

    return one


def names(client, **query):
    return [firm.name for firm, _ in client.get(PAGE, query).context["firms"]]


class TestWords:
    @pytest.mark.parametrize(
        "fields",
        [
            {"summary": "We test bridges."},
            {"about": "Long ago we *tested* a bridge."},
            {"expertise": ["Bridge testing"]},
            {"offers": "A tested bridge"},
            {"seeks": "Bridges to test"},
        ],
        ids=["what it does", "about", "expertise", "offers", "seeks"],
    )
    def test_are_found_in_all_that_a_firm_writes_whatever_their_endings(self, client, listed, fields):
        listed("Bay", **{"summary": "", **fields})
        listed("Other", summary="Software")
        assert names(client, q="testing bridge") == ["Bay"]

    def test_best_first(self, client, listed):
        listed("Zed", about="Some words about robots at the end.")
        listed("Robots of Kendal")
        listed("Ann", expertise=["Robots"])
        assert names(client, q="robot") == ["Robots of Kendal", "Ann", "Zed"]

    def test_accents_do_not_matter(self, client, listed):
        listed("Café Systems")
        assert names(client, q="cafe") == ["Café Systems"]

    @pytest.mark.parametrize("typed", ["farmng", "faming", "Felside anlytics"])
    def test_typing_errors_are_forgiven(self, client, listed, typed):
        listed("Fellside Analytics", expertise=["Farming"])
        listed("Unlike", expertise=["Payroll"])
        page = client.get(PAGE, {"q": typed})
        assert [firm.name for firm, _ in page.context["firms"]] == ["Fellside Analytics"]
        assert "No firm has just these words" in text_of(page)

    def test_of_very_many_that_come_close_some_are_shown_and_the_page_says_so(
        self, client, listed, monkeypatch
    ):
        monkeypatch.setattr(directory, "MOST_ALIKE", 2)
        for name in ("Ann Analytics", "Bob Analytics"):
            listed(name)
        assert "2 come close" in text_of(client.get(PAGE, {"q": "anlytics"}))
        listed("Cat Analytics")
        page = client.get(PAGE, {"q": "anlytics"})
        assert "Here are 2 of those that come close" in text_of(page)
        assert len(page.context["firms"]) == 2

    def test_show_where_they_were_found(self, client, listed):
        listed("Bay", about="We <b>mend</b> & we sail boats.")
        page = client.get(PAGE, {"q": "boat"}).content.decode()
        assert "<mark>boats</mark>" in page and "<b>mend" not in page

    def test_what_is_hidden_is_not_found(self, client, listed):
        secrets = {
            "email": "zebra@bay.example",
            "phone": "01632 960777",
            "address": "Quokka Street",
            "town": "Narwhal",
        }
        listed("Bay", **secrets)
        for word in ("zebra", "zebra@bay.example", "960777", "Quokka", "Narwhal"):
            assert names(client, q=word) == []


ODD = [
    "", " ", "x" * 5_000, "'", '"', '"open', "%", "%%%", "_", "\\", "a & b | !c", "& |", "(((", ":*", "a:*", "<->",
    "\x00", "a\x00b", "🚀", "🐑 sheep", "<script>alert(1)</script>", "'; DROP TABLE members_company; --",
    "the", "-", "or", "\u202e", "שלום", "%s %(x)s {} {{ 7 }}",
]  # fmt: skip


@pytest.mark.parametrize("typed", ODD)
def test_odd_input_gets_a_page(client, listed, typed):
    listed("Bay")
    page = client.get(PAGE, {"q": typed})
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.content.decode()
    for name in (*directory.FILTERS, "page"):
        assert client.get(PAGE, {name: typed}).status_code == 200


class TestWho:
    def test_only_members_who_are_not_frozen(self, client, as_operator, listed, lancaster):
        listed("Member")
        factories.CompanyFactory(name="Nowhere")
        factories.MembershipFactory(cluster=lancaster, company__name="Applied", state="applied")
        factories.MembershipFactory(cluster=lancaster, company__name="Left", state="left")
        listed("Frozen", frozen_at="2026-01-01T00:00Z", frozen_reason="Spam.")
        assert names(client) == ["Member"]
        assert names(as_operator) == ["Member"]

    def test_of_the_association_whose_site_it_is(self, listed, client, settings, association):
        settings.ALLOWED_HOSTS = ["*"]
        factories.HostnameFactory(association=association, name="lcict.example")
        listed("Ours")
        factories.MembershipFactory(company__name="Theirs")
        assert sorted(names(client)) == ["Ours", "Theirs"]
        page = client.get(PAGE, headers={"host": "lcict.example"})
        assert [firm.name for firm, _ in page.context["firms"]] == ["Ours"]

    def test_where_it_is_is_shown_as_the_firm_wants(self, client, as_member, listed):
        listed("Open", town="Caton", postcode="LA2 9QT", address_shown="public")
        listed("Shy", town="Galgate", address_shown="members")
        listed("Hidden", town="Narwhal", address_shown="nobody")
        page, members_page = text_of(client.get(PAGE)), text_of(as_member.get(PAGE))
        assert "Caton LA2" in page and "9QT" not in page and "Galgate" not in page
        assert "Galgate" in members_page and "Narwhal" not in members_page


class TestNarrowing:
    @pytest.fixture
    def firms(self, listed, furness):
        listed("Ann", expertise=["Python", "Maps"], size="1", introductions="direct")
        listed("Bob", expertise=["Maps"], size="2-9")
        listed("Cat", cluster=furness, size="2-9", introductions="none")

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"cluster": "furness"}, ["Cat"]),
            ({"does": "Maps"}, ["Ann", "Bob"]),
            ({"does": "Maps", "size": "1"}, ["Ann"]),
            ({"open": "coordinator"}, ["Bob"]),
            ({"from": "b"}, ["Bob", "Cat"]),
            ({"q": "makes software", "cluster": "lancaster"}, ["Ann", "Bob"]),
            ({"cluster": "nowhere"}, []),
            ({"size": "huge"}, []),
        ],
    )
    def test_by_each_and_by_all_together(self, client, firms, query, found):
        assert names(client, **query) == found

    def test_each_choice_says_how_many(self, client, firms):
        page = text_of(client.get(PAGE))
        for words in ("Furness (1)", "Lancaster & Morecambe (2)", "Maps (2)", "2 to 9 people (2)"):
            assert words in page

    def test_a_filter_is_taken_off_by_itself(self, client, firms):
        page = client.get(PAGE, {"cluster": "lancaster", "does": "Maps", "q": "software"}).content.decode()
        assert 'href="?cluster=lancaster&amp;q=software"' in page


class TestPages:
    def test_keep_the_query_and_end_friendly(self, client, lancaster):
        for number in range(directory.PER_PAGE + 1):
            factories.MembershipFactory(cluster=lancaster, company__name=f"Firm {number:03}")
        first = client.get(PAGE, {"q": "software", "cluster": "lancaster"})
        assert "?q=software&amp;cluster=lancaster&amp;page=2" in first.content.decode()
        assert names(client, q="software", cluster="lancaster", page=2) == ["Firm 020"]
        assert names(client, page="x")[0] == "Firm 000"
        assert names(client, page=99) == ["Firm 020"]

    def test_a_very_long_list_goes_on_from_a_name(self, client, listed, monkeypatch):
        monkeypatch.setattr(directory, "MOST_WITH_WORDS", 2)
        for name in ("Ann", "Bob", "Cat", "Dan", "Eve"):
            listed(name)
        page = client.get(PAGE, {"q": "software"})
        assert [firm.name for firm, _ in page.context["firms"]] == ["Ann", "Bob"]
        assert "More than 2 firms" in text_of(page)
        assert 'href="?q=software&amp;from=cat"' in page.content.decode()
        assert names(client, q="software", **{"from": "cat"}) == ["Cat", "Dan"]

    @pytest.mark.parametrize(
        ("query", "queries"),
        [({}, 3), ({"q": "software"}, 3), ({"q": "anlytics", "size": "1"}, 4), ({"q": "zebra"}, 2)],
    )
    def test_take_a_fixed_number_of_queries(self, client, lancaster, query, queries):
        """And two for what is kept elsewhere: whose host it is, and the clusters."""
        counts = []
        for _ in range(2):
            for _ in range(4):
                firm = {"company__size": "1", "company__expertise": ["Analytics"]}
                company = factories.MembershipFactory(cluster=lancaster, **firm).company
                factories.CompanyLogoFactory(company=company)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                client.get(PAGE, query)
            counts.append(len(captured))
        assert counts == [2 + queries] * 2


def test_an_empty_site_says_how_to_begin(client, db):
    assert "They appear here as soon as the first one has joined" in text_of(client.get(PAGE))


def test_nothing_found_offers_a_way_out(client, listed):
    listed("Bay")
    page = client.get(PAGE, {"q": "blockchain for sheep"})
    assert "No firm matches “blockchain for sheep”" in text_of(page)
    assert f'href="{PAGE}">Clear the search' in page.content.decode()


def test_the_words_of_a_firm_follow_what_it_writes(client, listed):
    firm = listed("Bay")
    Company.objects.filter(pk=firm.pk).update(seeks="A drone pilot")
    assert names(client, q="drones") == ["Bay"]
