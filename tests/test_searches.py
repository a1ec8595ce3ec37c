"""The searches find what the plain queries find, in the same order, for each reader: with questions that Django makes
once and that are asked again for other words and readers (clusters.ready_made).
"""

from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.searching import CONFIG
from meetings.models import Presentation
from meetings.views.archive import Found
from members import directory
from members.models import Company, Membership
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = ["ledger", "ledgers -vouchers", "voucher", '"old ledger"', "ledger or voucher"]


@pytest.fixture
def readers(member, coordinator, other_coordinator, officer, operator):
    """Visitors between others, so that none is given what was found for who came before."""
    people = [None, member, None, other_coordinator, coordinator, officer, operator, None, member]
    return [(person, client_of(person)) if person else (AnonymousUser(), Client()) for person in people]


def query(words: str) -> SearchQuery:
    return SearchQuery(words, search_type="websearch", config=CONFIG)


def pages_of(client, path: str, rows: str, **asked: str) -> list:
    """The first of each row on all pages."""
    first = client.get(path, asked).context
    pages = [client.get(path, {**asked, "page": number}) for number in first["page"].paginator.page_range]
    return [row[0] for page in pages for row in page.context[rows]]


class TestArchive:
    @pytest.fixture
    def talks(self, lancaster, furness, firm, association):
        """Of every audience, in every state, in meetings that few may see; with the word once or more often."""
        elsewhere = factories.MembershipFactory(cluster=furness).company
        places = [{"cluster": lancaster}, {"cluster": furness}, {"cluster": None, "association": association}]
        meetings = [
            factories.MeetingFactory(
                **place,
                state=state,
                openness=openness,
                starts_at=(starts := timezone.now() - timedelta(days=30 + number // 3)),
                ends_at=starts + timedelta(hours=2),
            )
            for number, (place, state, openness) in enumerate(
                product(places, ["held", "draft", "cancelled"], ["public", "members"])
            )
        ]
        kinds = product(meetings, ["published", "submitted", "withdrawn"], ["public", "members"])
        for number, (meeting, state, audience) in enumerate(kinds):
            factories.PresentationFactory(
                meeting=meeting,
                company=[firm, elsewhere, None][number % 3],
                title=f"Talk {number}",
                text=["An old ledger. " * (number % 5 + 1), "Vouchers and ledgers", "Vouchers alone", "Else"][
                    number % 4
                ],
                state=state,
                audience=audience,
            )
        Presentation.objects.keep_names()

    def plainly(self, user, words: str, most: int) -> list[str]:
        rows = Presentation.objects.visible_to(user).published().filter(words=query(words))
        by_rank = [SearchRank(F("words"), query(words)).desc()] if rows.count() <= most else []
        found = rows.order_by(*by_rank, "-meeting__starts_at", "pk")
        return [talk.title for talk in found.distinct()[:most]]

    @pytest.mark.parametrize("most", [500, 3])
    def test_finds_the_same(self, readers, talks, monkeypatch, most):
        monkeypatch.setattr(Found, "most", most)
        seen = set()
        for words in WORDS:
            for user, client in readers:
                found = [talk.title for talk in pages_of(client, "/presentations/", "rows", q=words)]
                assert found == self.plainly(user, words, most), (user, words)
                seen.add((words, *found))
        assert len(seen) > len(WORDS)  # they do see different things

    def test_narrowed(self, readers, talks, firm):
        for asked, where in [
            ({"cluster": "furness"}, {"meeting__cluster__slug": "furness"}),
            ({"firm": firm.slug}, {"company": firm}),
            (
                {"firm": firm.slug, "cluster": "furness"},
                {"company": firm, "meeting__cluster__slug": "furness"},
            ),
            ({"year": "1999"}, {"meeting__starts_at__year": 1999}),
        ]:
            for user, client in readers:
                rows = Presentation.objects.visible_to(user).published().filter(**where)
                plainly = list(rows.order_by("-meeting__starts_at", "pk").values_list("title", flat=True))
                found = pages_of(client, "/presentations/", "rows", **asked)
                assert [talk.title for talk in found] == plainly, (user, asked)

    def test_what_members_may_choose_from_is_theirs_and_as_it_is_now(
        self, client, as_member, as_other_coordinator, lancaster
    ):
        def firms(who):
            return [name for _, name in who.get("/presentations/?q=ledger").context["choices"].firms]

        for number in (1, 2):
            expected = [f"Shy firm {n}" for n in range(1, number)]
            assert (firms(client), firms(as_member), firms(as_other_coordinator)) == ([], expected, [])
            factories.PresentationFactory(
                meeting=factories.MeetingFactory(cluster=lancaster, state="held"),
                company=factories.CompanyFactory(name=f"Shy firm {number}"),
                audience="members",
            )

    def test_on_the_host_of_an_association(self, client, talks, association):
        factories.HostnameFactory(association=association, name="lcict.localhost")
        theirs = factories.PresentationFactory(text="A ledger", title="Theirs")
        assert theirs.meeting.cluster.association != association
        path, host = "/presentations/?q=ledger", {"host": "lcict.localhost"}
        for _ in range(2):
            assert b"Theirs" in client.get(path).content
            assert b"Theirs" not in client.get(path, headers=host).content
        factories.PresentationFactory(
            meeting__cluster=factories.ClusterFactory(association=association),
            text="A ledger",
            title="Ledger of its newest",
        )
        assert b"Ledger of its newest" in client.get(path, headers=host).content

    def test_the_questions_are_made_once_for_all_words(self, client, talks):
        client.get("/presentations/?q=ledger")
        with CaptureQueriesContext(connection) as captured:
            assert "Talk" in text_of(client.get("/presentations/?q=voucher"))
        assert len(captured) == 2, [one["sql"][:300] for one in captured]


class TestDirectory:
    @pytest.fixture
    def firms(self, lancaster, furness):
        for number in range(30):
            firm = factories.CompanyFactory(
                name=f"{'ZKA'[number % 3]} firm {number}",
                summary="A ledger" if number % 4 else "Old",
                about=["Ledgers of old", "Vouchers", "An old ledger", ""][number % 4],
                expertise=[["Tax"], ["Maps", "Tax"], []][number % 3],
                size=["1", "2-9", ""][number % 3],
                **({"frozen_at": timezone.now(), "frozen_reason": "Spam."} if number % 10 == 9 else {}),
            )
            state = ["active", "active", "applied", "left", "active", "rejected"][number % 6]
            factories.MembershipFactory(cluster=lancaster, company=firm, state=state)
            if number % 4 == 0:
                factories.MembershipFactory(cluster=furness, company=firm)

    def plainly(self, words: str, most: int, **where) -> list[str]:
        active = Membership.objects.filter(state="active", company__frozen_at=None)
        rows = Company.objects.filter(pk__in=active.values("company"), **where).filter(words=query(words))
        by_rank = [SearchRank(F("words"), query(words)).desc()] if rows.count() <= most else []
        return [firm.name for firm in rows.order_by(*by_rank, "name_key", "pk")[:most]]

    @pytest.mark.parametrize("most", [500, 3])
    @pytest.mark.parametrize("where", [{}, {"size": "2-9"}])
    def test_finds_the_same(self, readers, firms, monkeypatch, most, where):
        monkeypatch.setattr(directory, "MOST_WITH_WORDS", most)
        for words in WORDS:
            plainly = self.plainly(words, most, **where)
            for user, client in readers:
                found = [firm.name for firm in pages_of(client, "/companies/", "firms", q=words, **where)]
                assert found == plainly, (user, words)

    def test_counts_what_it_can_be_narrowed_to(self, client, firms):
        """And then as many are found."""
        page = client.get("/companies/", {"q": "ledger"})
        options = page.context["options"]
        for name, choices in {"cluster": options.cluster, "does": options.does, "size": options.size}.items():
            for value, _, number in choices:
                found = client.get("/companies/", {"q": "ledger", name: value}).context["found"]
                assert len(found.pks) == number, (name, value)
        assert {number for _, _, number in options.cluster} != {0}

    def test_names_the_first_clusters_of_a_firm(self, client, association):
        firm = factories.CompanyFactory(name="Everywhere")
        for name in ("Wyre", "Kendal", "Bolton", "Zeal"):
            cluster = factories.ClusterFactory(association=association, name=name)
            factories.MembershipFactory(
                cluster=cluster, company=firm, state="left" if name == "Bolton" else "active"
            )
        assert "Kendal, Wyre, Zeal." in text_of(client.get("/companies/?q=everywhere"))
        association.clusters.filter(name="Kendal").update(name="Xanadu")
        assert "Wyre, Xanadu, Zeal." in text_of(client.get("/companies/?q=everywhere"))

    def test_the_questions_are_made_once_for_all_words(self, client, firms):
        client.get("/companies/?q=ledger")
        with CaptureQueriesContext(connection) as captured:
            assert "firm" in text_of(client.get("/companies/?q=voucher"))
        assert len(captured) == 2, [one["sql"][:300] for one in captured]
