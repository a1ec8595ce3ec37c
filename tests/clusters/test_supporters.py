"""Who supports whom: seen by whom it may, recorded by coordinators, and what it costs whom in a year."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from clusters.models import Support, Supporter, SupporterLogo
from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db

ADD = reverse("admin:clusters_supporter_add")
LIST = reverse("admin:clusters_supporter_changelist")


@pytest.fixture(autouse=True)
def media_of_our_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def change(supporter) -> str:
    return reverse("admin:clusters_supporter_change", args=[supporter.pk])


def picture(colour="navy", size=(300, 120)) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue(), content_type="image/png")


def form(cluster, name="Eden Trust", **fields):
    return {
        "name": name,
        "slug": "eden-trust-of-ours",
        "kind": "in-kind",
        "about": "Our words.",
        "website": "",
        "supports-TOTAL_FORMS": 1,
        "supports-INITIAL_FORMS": 0,
        "supports-0-cluster": cluster.pk,
        "supports-0-gives": "rooms",
        "supports-0-start": "2026-01-01",
        "supports-0-public": "on",
    } | fields


def deleting(support):
    return {
        "name": support.supporter.name,
        "slug": support.supporter.slug,
        "kind": support.supporter.kind,
        "supports-TOTAL_FORMS": 1,
        "supports-INITIAL_FORMS": 1,
        "supports-0-id": support.pk,
        "supports-0-supporter": support.supporter_id,
        "supports-0-cluster": support.cluster_id,
        "supports-0-gives": support.gives,
        "supports-0-start": support.start,
        "supports-0-DELETE": "on",
    }


class TestRecording:
    def test_a_new_one_with_its_logo(self, as_coordinator, lancaster, client):
        answer = as_coordinator.post(ADD, form(lancaster, logo=picture()))
        assert answer.status_code == 302
        logo = Supporter.objects.get().logo
        assert (logo.width, logo.height) == (300, 120)
        for address in ("/supporters/", lancaster.get_absolute_url(), "/"):
            assert f"/supporters/logos/{logo.uid}-small.webp" in client.get(address).content.decode()
        assert client.get(logo.get_absolute_url()).getvalue()[8:12] == b"WEBP"

    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            (SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>"), "SVG drawing"),
            (SimpleUploadedFile("logo.png", b"nonsense"), "not a logo we can show"),
            (picture(size=(20, 20)), "too small"),
        ],
    )
    def test_a_logo_that_is_none_is_said(self, as_coordinator, lancaster, file, sentence):
        page = as_coordinator.post(ADD, form(lancaster, logo=file))
        assert sentence in page.content.decode()
        assert not Supporter.objects.exists()

    def test_a_logo_is_replaced_and_taken_away(self, as_coordinator, lancaster):
        as_coordinator.post(ADD, form(lancaster, logo=picture()))
        supporter = Supporter.objects.get()
        first = supporter.logo.uid
        support = supporter.supports.get()
        kept = {name: value for name, value in deleting(support).items() if not name.endswith("DELETE")}
        assert as_coordinator.post(change(supporter), kept | {"logo": picture("red")}).status_code == 302
        assert SupporterLogo.objects.get().uid != first
        assert as_coordinator.post(change(supporter), kept | {"without_logo": "on"}).status_code == 302
        assert not SupporterLogo.objects.exists()

    def test_the_support_of_one_that_is_elsewhere_already(self, as_coordinator, lancaster, furness):
        known = factories.SupportFactory(
            cluster=furness, supporter__name="eden trust", supporter__about="Their words.", public=False
        ).supporter
        answer = as_coordinator.post(ADD, form(lancaster), follow=True)
        assert "was here already" in answer.content.decode()
        known.refresh_from_db()
        assert (known.name, known.about) == ("eden trust", "Their words.")
        assert set(known.supports.values_list("cluster", flat=True)) == {lancaster.pk, furness.pk}

    def test_a_new_one_gives_something(self, as_coordinator, lancaster):
        nothing = form(lancaster, **{"supports-TOTAL_FORMS": 0})
        page = as_coordinator.post(ADD, nothing).content.decode()
        assert "Say what it gives, and to which association or cluster." in page
        assert not Supporter.objects.exists()

    def test_a_strange_cluster_is_no_choice(self, as_coordinator, furness):
        page = as_coordinator.post(ADD, form(furness)).content.decode()
        assert "Select a valid choice" in page
        assert not Support.objects.exists()

    def test_who_deletes_the_last_own_support_lets_go_of_the_supporter(
        self, as_coordinator, lancaster, furness
    ):
        support = factories.SupportFactory(cluster=lancaster)
        factories.SupportFactory(cluster=furness, supporter=support.supporter)
        answer = as_coordinator.post(change(support.supporter), deleting(support))
        assert (answer.status_code, answer.url) == (302, LIST)
        assert list(support.supporter.supports.values_list("cluster", flat=True)) == [furness.pk]

    def test_a_supporter_of_nobody_is_forgotten(self, as_coordinator, lancaster):
        as_coordinator.post(ADD, form(lancaster, logo=picture()))
        support = Support.objects.get()
        assert as_coordinator.post(change(support.supporter), deleting(support)).url == LIST
        assert not Supporter.objects.exists()
        assert as_coordinator.post(ADD, form(lancaster)).status_code == 302


class TestQuietOnes:
    @pytest.fixture
    def quiet(self, lancaster):
        return factories.SupportFactory(cluster=lancaster, supporter__name="Quiet Bank", public=False)

    def test_are_shown_to_who_looks_after_them_who_is_told_so(
        self, client, as_coordinator, as_other_coordinator, lancaster, quiet
    ):
        for address in ("/supporters/", lancaster.get_absolute_url(), "/associations/lcict/"):
            assert "Quiet Bank" not in text_of(client.get(address))
            assert "Quiet Bank" not in text_of(as_other_coordinator.get(address))
            words = text_of(as_coordinator.get(address))
            assert "Quiet Bank" in words and "officers see this" in words

    def test_one_that_is_public_too_needs_no_mark_in_lists(self, as_coordinator, lancaster, quiet):
        factories.SupportFactory(cluster=lancaster, supporter=quiet.supporter)
        assert "officers see this" not in text_of(as_coordinator.get(lancaster.get_absolute_url()))


class TestCosts:
    def test_by_supporter_and_year_for_what_one_looks_after(self, as_coordinator, lancaster, furness):
        year = {"start": date(2025, 7, 1), "end": date(2026, 6, 30)}
        factories.SupportFactory(cluster=lancaster, supporter__name="Fell Bank", amount=730, **year)
        factories.SupportFactory(
            cluster=lancaster, supporter__name="Quiet Bank", amount=365, public=False, **year
        )
        factories.SupportFactory(cluster=furness, supporter__name="Strange Bank", amount=99, **year)
        factories.SupportFactory(cluster=lancaster, supporter__name="Bay College", gives="rooms")
        words = text_of(as_coordinator.get(reverse("clusters:supporter-costs")))
        assert "Fell Bank Lancaster & Morecambe £362 £368 67%" in words
        assert "Quiet Bank Not public Lancaster & Morecambe £181 £184 33%" in words
        assert "All together £543 £552" in words
        assert "Strange Bank" not in words
        assert "Bay College: rooms" in words

    def test_a_gift_without_an_end_says_why_it_stands_in_one_year(self, as_coordinator, lancaster):
        factories.SupportFactory(
            cluster=lancaster, supporter__name="Fell Bank", amount=730, start=date(2025, 7, 1), end=None
        )
        words = text_of(as_coordinator.get(reverse("clusters:supporter-costs")))
        assert "Fell Bank No end: all in its first year Lancaster & Morecambe £730 0%" in words

    def test_without_any_it_says_where_to_enter_them(self, as_coordinator, lancaster):
        assert "No gift of money is on the books." in text_of(
            as_coordinator.get(reverse("clusters:supporter-costs"))
        )
