"""What may keep a copy of a page."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/clusters/", "/meetings/", "/me/", "/nothing/"])
def test_what_a_signed_in_person_sees_is_for_their_browser_alone(as_member, association, path):
    assert as_member.get(path)["Cache-Control"] == "private, no-cache"


def test_a_visitors_page_may_be_kept_apart_from_those_with_cookies(client, association):
    page = client.get("/clusters/")
    assert "Cache-Control" not in page
    assert page["Vary"] == "Cookie"


def test_what_says_itself_how_it_may_be_kept_is_left_alone(as_member, association):
    assert "max-age=900" in as_member.get(f"/associations/{association.slug}/calendar.ics")["Cache-Control"]


def test_a_browser_forgets_when_somebody_signs_out_and_not_before(as_member, client):
    assert "Clear-Site-Data" not in as_member.get("/me/")
    out = as_member.post("/accounts/logout/")
    assert out["Clear-Site-Data"] == '"cache", "storage"'
    for visitor in (as_member, client):
        assert "Clear-Site-Data" not in visitor.get("/clusters/")
        assert "Clear-Site-Data" not in visitor.post("/accounts/logout/")


def test_nor_does_it_show_whoever_has_left_what_was_theirs(as_member, member):
    gone = as_member.post("/me/data/delete/", {"email": member.email, "sure": "on"})
    assert gone.url == "/me/data/deleted/"
    assert gone["Clear-Site-Data"] == '"cache", "storage"'
