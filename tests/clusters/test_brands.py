"""Whose site it is, in which colours, and the reader's choice of light or dark."""

import re

import pytest

from clusters.brands import AssociationByHostname, associations_by_hostname
from clusters.models import Association, Hostname
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_stylesheet_of_a_brand_may_be_kept_for_ever(client, association):
    sheet = client.get("/brand/lcict-ffc629.css")
    assert sheet["Content-Type"] == "text/css"
    assert sheet["Cache-Control"] == "public, max-age=31536000, immutable"
    assert ':root[data-region="lcict"]{--accent:#ffc629;' in sheet.content.decode()
    again = client.get("/brand/lcict-ffc629.css", headers={"if-none-match": sheet["ETag"]})
    assert again.status_code == 304


def test_the_colour_of_yesterday_leads_to_todays(client, association):
    assert client.get("/brand/lcict-000000.css")["Location"] == "/brand/lcict-ffc629.css"


@pytest.mark.parametrize(
    "address", ["/brand/nobody-ffc629.css", "/brand/lcict-FFC629.css", "/brand/lcict.css"]
)
def test_other_stylesheets_are_not_found(client, association, address):
    assert client.get(address).status_code == 404


def test_a_page_links_the_stylesheet_of_its_brand(client, lancaster):
    assert "/brand/lcict-ffc629.css" in client.get(lancaster.get_absolute_url()).content.decode()


def test_host_names_are_compared_without_case_and_port(client, lancaster):
    factories.HostnameFactory(association=lancaster.association, name="Clusters.localhost")
    markup = client.get("/", headers={"host": "clusters.LOCALHOST:8000"}).content.decode()
    assert 'data-region="lcict"' in markup


@pytest.mark.django_db(transaction=True)
class TestHostNames:
    """Which are kept until they or their associations change."""

    def brand_at(self, client, host: str) -> str:
        page = client.get("/privacy/", headers={"host": host}).content.decode()
        worn = re.search(r'data-region="([^"]*)"', page)
        return worn[1] if worn else ""

    def test_one_that_changes_hands_is_the_new_ones_at_once(self, client, association):
        other = factories.AssociationFactory(slug="wmita")
        assert self.brand_at(client, "clusters.localhost") == ""
        name = factories.HostnameFactory(association=association, name="clusters.localhost")
        assert self.brand_at(client, "clusters.localhost") == "lcict"
        Hostname.objects.update(association=other)
        assert self.brand_at(client, "clusters.localhost") == "wmita"
        Association.objects.filter(pk=other.pk).update(slug="wm-it")
        assert self.brand_at(client, "clusters.localhost") == "wm-it"
        name.delete()
        assert self.brand_at(client, "clusters.localhost") == ""

    def test_it_is_asked_for_once(self, association, django_assert_num_queries):
        factories.HostnameFactory(association=association, name="clusters.localhost")
        associations_by_hostname()
        with django_assert_num_queries(0):
            assert associations_by_hostname() == {"clusters.localhost": association}

    def test_what_a_page_does_to_its_association_stays_its_own(self, rf, association):
        factories.HostnameFactory(association=association, name="clusters.localhost")
        request = rf.get("/", headers={"host": "clusters.localhost"})
        AssociationByHostname(lambda request: None)(request)
        request.site_association.name = "Typed and refused"
        assert associations_by_hostname()["clusters.localhost"].name == association.name


class TestAppearance:
    def test_dark_is_remembered(self, client):
        answer = client.post("/appearance/", {"theme": "dark", "next": "/faq/?a=b"})
        assert answer["Location"] == "/faq/?a=b"
        cookie = answer.cookies["theme"]
        assert cookie.value == "dark"
        assert cookie["samesite"] == "Lax"
        assert cookie["httponly"]
        assert 'data-theme="dark"' in client.get("/faq/").content.decode()

    def test_auto_forgets(self, client):
        client.post("/appearance/", {"theme": "dark"})
        client.post("/appearance/", {"theme": "auto"})
        assert "data-theme" not in client.get("/faq/").content.decode()

    def test_another_word_changes_nothing(self, client):
        assert not client.post("/appearance/", {"theme": "<pink>"}).cookies

    @pytest.mark.parametrize(
        "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "\0"]
    )
    def test_it_leads_nowhere_else(self, client, back):
        assert client.post("/appearance/", {"theme": "dark", "next": back})["Location"] == "/"

    def test_a_link_cannot_change_it(self, client):
        assert client.get("/appearance/?theme=dark").status_code == 405
