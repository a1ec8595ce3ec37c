"""Who is far from all clusters hears once when one starts near: confirmed by link, and forgotten then."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from clusters.models import Cluster
from members import interests
from members.models import Interest, OutgoingMail
from tests import factories
from tests.members.at_once import at_once
from tests.pages import text_of

TRURO = {"latitude": 50.26, "longitude": -5.05}


@pytest.fixture
def far(lancaster):
    """Lancaster alone, which is far from Cornwall."""
    return lancaster


def mails(kind="interest"):
    return list(OutgoingMail.objects.filter(kind=kind).order_by("pk"))


def ask(client, district="TR1", email="Ann@Far.example"):
    return client.post("/tell-me/", {"district": district, "email": email})


def link_in(mail) -> str:
    return re.search(r"/tell-me/\S+", mail.text)[0]


def test_the_finder_offers_it_where_no_cluster_is_near(client, far):
    for asked, district in (("TR1 1EB", "TR1"), ("Truro", "TR1"), ("BT1 1AA", "BT1")):
        page = client.get("/clusters/", {"q": asked})
        assert f'name="district" value="{district}"' in page.text
        assert f"Tell me when one starts near {district}" in text_of(
            client.get(f"/tell-me/?district={district}")
        )
    for asked in ("LA1 4YW", "nonsense", ""):
        assert "Tell me when one starts" not in client.get("/clusters/", {"q": asked}).text


def test_it_is_confirmed_by_a_link_and_looking_changes_nothing(client, far):
    assert "Look into your mailbox" in ask(client, "TR1 1EB").text
    interest = Interest.objects.get()
    assert (interest.email, interest.district, interest.association) == (
        "ann@far.example",
        "TR1",
        far.association,
    )
    link = link_in(mails()[0])
    assert "Yes, tell me" in client.get(link).text
    assert Interest.objects.get().confirmed_at is None
    for _ in range(2):
        assert client.post(f"{link}confirm/").url == link
    assert Interest.objects.get().confirmed_at and "We will tell you" in client.get(link).text


def test_one_click_takes_it_back_and_twice_is_fine(client, far):
    ask(client)
    link = link_in(mails()[0])
    for _ in range(2):
        assert client.post(f"{link}remove/").url == link
    assert not Interest.objects.exists() and "You are not on the list" in client.get(link).text


def test_asking_again_mails_once_an_hour_and_answers_alike(client, far):
    pages = [ask(client).text for _ in range(3)]
    assert len(set(pages)) == 1 and len(mails()) == 1 and Interest.objects.count() == 1
    Interest.objects.update(confirmed_at=timezone.now())
    OutgoingMail.objects.all().delete()
    assert ask(client).text == pages[0] and not mails()


def test_no_address_is_flooded_by_asking_for_one_district_after_another(client, far):
    for number in range(1, 8):
        ask(client, f"TR{number}")
    assert 0 < len(mails()) <= 5


@pytest.mark.parametrize(
    "email", ["", "x", "a@b", "\0@far.example", "a" * 300 + "@far.example", "a\nBcc: b@c.example"]
)
def test_a_wrong_address_is_said_beside_it_and_kept(client, far, email):
    page = ask(client, email=email)
    assert page.status_code == 200 and "invalid-feedback" in page.text
    assert not Interest.objects.exists() and not mails()


@pytest.mark.parametrize("district", ["LA1", "", "\0", "x" * 5000, "TR", "'; --", "XM4"])
def test_a_district_that_is_none_or_is_served_leads_back_to_the_finder(client, far, district):
    assert ask(client, district).url.startswith("/clusters/?q=")
    assert not Interest.objects.exists()


def confirmed(district="TR1"):
    return factories.InterestFactory(district=district, confirmed_at=timezone.now())


def test_who_waits_is_told_once_when_one_starts_near_and_forgotten(far):
    interest = confirmed()
    factories.InterestFactory()  # not confirmed
    interests.tell()
    assert not mails("interest-started")
    cluster = factories.ClusterFactory(name="Kernow", town="Truro", **TRURO, districts=[])
    for _ in range(2):
        interests.tell()
    [mail] = mails("interest-started")
    assert mail.to == interest.email and "Kernow" in mail.text and cluster.get_absolute_url() in mail.text
    assert not Interest.objects.confirmed().exists() and Interest.objects.count() == 1


def test_a_cluster_that_covers_the_district_counts_however_far_a_resting_one_does_not(far):
    confirmed("BT1")
    confirmed("TR1")
    factories.ClusterFactory(**TRURO, state=Cluster.State.RESTING)
    far.districts = ["BT1"]
    far.save()
    interests.tell()
    assert len(mails("interest-started")) == 1 and Interest.objects.get().district == "TR1"


@pytest.mark.django_db
def test_it_is_forgotten_by_rule():
    for days, sure in ((8, False), (6, False), (8, True), (731, True)):
        factories.InterestFactory(
            asked_at=timezone.now() - timedelta(days=days), confirmed_at=timezone.now() if sure else None
        )
    interests.forget_old()
    assert Interest.objects.count() == 2
    assert not Interest.objects.filter(asked_at__lt=timezone.now() - timedelta(days=9)).exclude(
        confirmed_at=F("confirmed_at")
    )


def test_officers_count_them_by_district_and_read_no_address(as_officer, as_coordinator, association):
    for district in ("TR1", "TR1", "PL1"):
        factories.InterestFactory(association=association, district=district)
    factories.InterestFactory(district="EX1")
    page = as_officer.get("/admin/members/interest/").text
    assert "TR1 (2)" in page and "PL1 (1)" in page and "EX1" not in page and "far.example" not in page
    one = Interest.objects.filter(association=association).first()
    assert "far.example" not in as_officer.get(f"/admin/members/interest/{one.pk}/change/").text
    assert "TR1" not in as_coordinator.get("/admin/members/interest/").text


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_once(far):
    confirmed()
    factories.ClusterFactory(name="Kernow", town="Truro", **TRURO, districts=[])
    assert at_once(interests.tell, interests.tell).count(None) >= 1
    assert len(mails("interest-started")) == 1
