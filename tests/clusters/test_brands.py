"""Whose site it is, in which colours, and the reader's choice of light or dark."""

import pytest

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
