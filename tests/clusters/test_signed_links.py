"""Links in mails hold for a time. After that they do nothing, and say where to go on."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from clusters.signed_links import LinkSigner, RunOut
from meetings import afterwards
from meetings.registration.notices import answer_links
from meetings.slides.links import slides_links
from meetings.turns.links import swap_links, turn_links
from members.exchange.links import introduction_links
from members.interests import interest_links
from news.consents import consent_links
from tests.pages import text_of

LINKS = {
    "meetings:turn": turn_links,
    "meetings:swap": swap_links,
    "meetings:slides": slides_links,
    "meetings:feedback": afterwards.feedback_links,
    "meetings:answer": answer_links,
    "members:introduction-link": introduction_links,
    "members:interest": interest_links,
    "news:consent": consent_links,
}
signer = LinkSigner("tests.link", holds=timedelta(days=3), next_step="members:me")


def later(days: float):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def test_a_link_holds_for_its_time_and_no_longer():
    token = signer.sign(12, 3)
    with later(2.9):
        assert signer.numbers(token) == [12, 3]
    with later(3.1), pytest.raises(RunOut):
        signer.numbers(token)


@pytest.mark.parametrize("token", ["", "12-3", "12-3:x:y", "::", "\0", "12-3:1:" + "A" * 43])
def test_what_is_no_link_of_ours_is_none(token):
    assert signer.numbers(token) is None


def test_a_link_for_one_thing_opens_no_other():
    assert LinkSigner("another", holds=signer.holds, next_step="").numbers(signer.sign(1)) is None


def test_a_link_signed_with_the_former_key_holds_while_that_is_listed(settings):
    settings.SECRET_KEY = "former" * 10
    token = signer.sign(5)
    settings.SECRET_KEY = "new" * 20
    assert signer.numbers(token) is None
    settings.SECRET_KEY_FALLBACKS = ["former" * 10]
    assert signer.numbers(token) == [5]


@pytest.mark.django_db
@pytest.mark.parametrize("name", LINKS)
def test_an_old_link_says_so_and_leads_on(name, client):
    links = LINKS[name]
    url = reverse(name, args=[links.sign(1, 1, 1)])
    with later(links.holds.days + 1):
        page = client.get(url)
    assert page.status_code == 410
    assert "This link has run out" in text_of(page)
    assert f'href="{reverse(links.next_step)}"' in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in page["Cache-Control"]


def test_undated_signatures_are_refused():
    assert signer.numbers(signing.Signer(salt=signer.salt).sign("12-3")) is None
