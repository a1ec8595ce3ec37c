from datetime import UTC, datetime

import pytest
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clusters.models import Topic
from meetings.models import Presentation, Venue
from meetings.turns import duties
from tests.factories import (
    ClusterFactory,
    DutyFactory,
    FeedbackFactory,
    MeetingFactory,
    MembershipFactory,
    PresentationFactory,
    RegistrationFactory,
    TopicFactory,
)
from tests.meetings.slides import documents


@pytest.fixture
def meeting(lancaster):
    return MeetingFactory(cluster=lancaster, state="draft", title="Cyber insurance")


def test_the_state_of_a_turn_is_not_a_field(as_coordinator, meeting):
    duty = DutyFactory(meeting=meeting)
    url = f"/admin/meetings/duty/{duty.pk}/change/"
    assert as_coordinator.get(url).status_code == 200
    as_coordinator.post(url, {"state": "declined"})
    duty.refresh_from_db()
    assert duty.state == "accepted"
    assert as_coordinator.get("/admin/meetings/duty/add/").status_code == 403


def test_a_venue_is_added_for_the_own_cluster_only(as_coordinator, lancaster, furness):
    data = {
        "cluster": lancaster.pk,
        "name": "The Storey",
        "address": "Meeting House Lane",
        "town": "Lancaster",
    }
    as_coordinator.post("/admin/meetings/venue/add/", {**data, "capacity": 40, "step_free": "unknown"})
    as_coordinator.post(
        "/admin/meetings/venue/add/", {**data, "capacity": 40, "name": "X", "cluster": furness.pk}
    )
    assert [(venue.name, venue.cluster) for venue in Venue.objects.all()] == [("The Storey", lancaster)]


class TestSlides:
    @pytest.fixture(autouse=True)
    def media(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def upload(self, client, meeting, content: bytes, name="slides.pdf"):
        data = {"meeting": meeting.pk, "title": "Paid in 30 days", "audience": "members"}
        file = SimpleUploadedFile(name, content, content_type="application/pdf")
        return client.post("/admin/meetings/presentation/add/", {**data, "file": file})

    def test_a_pdf_is_kept_with_its_size_and_published_by_a_button(self, as_coordinator, meeting):
        self.upload(as_coordinator, meeting, documents.pdf("Paid in 30 days"))
        slides = Presentation.objects.get()
        assert slides.size == len(documents.pdf("Paid in 30 days"))
        assert slides.state == "submitted"
        as_coordinator.post(reverse("admin:meetings_presentation_act", args=[slides.pk, "publish"]))
        slides.refresh_from_db()
        assert slides.state == "published" and slides.published_at
        as_coordinator.post(reverse("admin:meetings_presentation_act", args=[slides.pk, "withdraw"]))
        slides.refresh_from_db()
        assert slides.state == "withdrawn"
        slides.file.close()

    def test_what_is_no_document_inside_is_refused_whatever_its_name(self, as_coordinator, meeting):
        answer = self.upload(as_coordinator, meeting, b"<html><script>alert(1)</script>")
        assert "This is not a file we can show." in answer.content.decode()
        assert not Presentation.objects.exists()

    def test_nothing_is_published_without_slides(self, as_coordinator, meeting):
        slides = PresentationFactory(meeting=meeting, state="expected")
        url = reverse("admin:meetings_presentation_act", args=[slides.pk, "publish"])
        assert "There are no slides yet." in as_coordinator.post(url, follow=True).content.decode()

    def test_another_clusters_slides_are_not_touched(self, as_other_coordinator, meeting):
        slides = PresentationFactory(meeting=meeting)
        slides.file.save("x.pdf", ContentFile(b"%PDF-1.7"))
        url = reverse("admin:meetings_presentation_act", args=[slides.pk, "withdraw"])
        assert as_other_coordinator.post(url).status_code in (302, 404)
        assert Presentation.objects.get().state == "published"


def test_of_many_firms_topics_and_people_a_meeting_offers_a_search(
    as_operator, operator, lancaster, monkeypatch
):
    monkeypatch.setattr("clusters.scoping.MOST_CHOICES", 1)
    TopicFactory.create_batch(3, cluster=lancaster)
    firms = [MembershipFactory(cluster=lancaster).company for _ in range(3)]
    meeting = MeetingFactory(cluster=lancaster, state="draft")
    duties.assign(meeting, "chair", firms[0], by=operator)
    for url in (
        reverse("admin:meetings_meeting_add"),
        reverse("admin:meetings_meeting_change", args=[meeting.pk]),
    ):
        page = as_operator.get(url)
        assert page.status_code == 200
        for name in ("chair", "host"):
            assert isinstance(page.context["adminform"].form.fields[name].widget, AutocompleteSelect)
        assert firms[1].name not in page.content.decode()
        typed = as_operator.post(url, {"chair-typed": "Nowhere", "host-typed": firms[1].name})
        errors = typed.context["adminform"].form.errors
        assert "Nothing here is called" in str(errors["chair"]) and "host" not in errors
    assert firms[0].name in page.content.decode()
    found = as_operator.get(
        reverse("admin:autocomplete"),
        {"app_label": "meetings", "model_name": "duty", "field_name": "company", "term": firms[1].name},
    )
    assert [row["id"] for row in found.json()["results"]] == [str(firms[1].pk)]


def test_without_scripts_one_of_many_is_chosen_by_typing_its_name(as_operator, lancaster, monkeypatch):
    monkeypatch.setattr("clusters.scoping.MOST_CHOICES", 1)
    for name in ("Kendal", "Kendal & South Lakes", "Furness"):
        ClusterFactory(name=name, association=lancaster.association)
    url = reverse("admin:clusters_topic_add")
    assert 'name="cluster-typed"' in as_operator.get(url).text

    def add(typed, cluster=""):
        fields = {"name": "Backups", "theme": "technology", "cluster": cluster, "cluster-typed": typed}
        return as_operator.post(url, fields)

    for typed, says in [
        ("Nowhere\0", "Nothing here is called “Nowhere”."),
        ("enda", "“enda” fits more than one: Kendal, Kendal &amp; South Lakes. Type more of it."),
        ("“><b>🙂" * 700, "Nothing here is called"),
    ]:
        page = add(typed)
        assert says in page.text
        assert "<b>🙂" not in page.text
    page = add("enda", lancaster.pk).text
    assert 'name="cluster-typed" value="enda"' in page and f'<option value="{lancaster.pk}" selected' in page
    assert "This field is required" in add("").text
    for typed, cluster in [("kendal", "Kendal"), ("south", "Kendal & South Lakes"), ("furn", "Furness")]:
        assert add(typed).status_code == 302
        assert Topic.objects.latest("pk").cluster.name == cluster
    assert add("", lancaster.pk).status_code == 302
    assert Topic.objects.latest("pk").cluster == lancaster


def test_by_typing_nobody_chooses_what_somebody_else_looks_after(as_coordinator, lancaster, monkeypatch):
    monkeypatch.setattr("clusters.scoping.MOST_CHOICES", 0)
    ClusterFactory(name="Furness", association=lancaster.association)
    url = reverse("admin:clusters_topic_add")
    page = as_coordinator.post(
        url, {"name": "Backups", "theme": "technology", "cluster": "", "cluster-typed": "Furness"}
    )
    assert "Nothing here is called “Furness”." in page.text and not Topic.objects.exists()


@pytest.mark.parametrize("make", [RegistrationFactory, DutyFactory, PresentationFactory, FeedbackFactory])
def test_lists_tell_meetings_without_a_topic_apart_by_their_day(as_coordinator, lancaster, make):
    for day in (3, 10):
        starts_at = datetime(2026, 12, day, 17, 30, tzinfo=UTC)
        row = make(meeting=MeetingFactory(cluster=lancaster, title="Topic still open", starts_at=starts_at))
    page = as_coordinator.get(reverse(f"admin:meetings_{row._meta.model_name}_changelist")).content.decode()
    times = 2 if make is RegistrationFactory else 1  # in its filter too
    assert [page.count(f"{day} December 2026, Topic still open") for day in (3, 10)] == [times, times]
