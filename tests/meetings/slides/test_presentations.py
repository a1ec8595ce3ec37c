from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from clusters.errors import Refused
from meetings import agendas, closing
from meetings.models import AgendaItem, Duty, Meeting, Presentation
from meetings.slides import documents, presentations
from meetings.slides.links import slides_path
from meetings.turns import duties
from members.models import OutgoingMail
from tests import factories
from tests.meetings.slides import documents as made
from tests.pages import text_of


@pytest.fixture(autouse=True)
def media_of_our_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def meeting(lancaster, firm, coordinator):
    """Ahead, with a chair, a talk of the chair's firm, and a talk that nobody gives yet."""
    venue = factories.VenueFactory(cluster=lancaster)
    meeting = factories.MeetingFactory(cluster=lancaster, state=Meeting.State.DRAFT, venue=venue)
    duties.assign(meeting, Duty.Role.CHAIR, firm, by=coordinator)
    factories.AgendaItemFactory(meeting=meeting, title="Cyber insurance", company=firm)
    factories.AgendaItemFactory(meeting=meeting, title="Open slot")
    return meeting


@pytest.fixture
def held(meeting, coordinator):
    """Over since an hour."""
    agendas.publish(meeting, by=coordinator)
    over = timezone.now() - timedelta(hours=1)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=over - timedelta(hours=2), ends_at=over)
    closing.mark_held()
    return meeting


@pytest.fixture
def talk(held, member):
    return Presentation.objects.get(title="Cyber insurance")


def upload(client, talk, user, action="hand-in", **fields):
    data = {"title": "Cyber insurance", "audience": "members", **fields}
    return client.post(f"{slides_path(talk, user)}{action}/", data, follow=True)


def mails(kind):
    return OutgoingMail.objects.filter(kind=kind)


class TestWhatIsExpected:
    def test_each_talk_that_somebody_gives_when_the_agenda_is_published(self, meeting, coordinator, firm):
        assert not Presentation.objects.exists()
        agendas.publish(meeting, by=coordinator)
        found = Presentation.objects.values_list("title", "company", "state", "audience")
        assert sorted(found) == [
            ("Cyber insurance", firm.pk, "expected", "members"),
            (agendas.SHOWCASE_TITLE, firm.pk, "expected", "members"),
        ]

    def test_the_showcase_follows_a_change_of_the_chair(self, meeting, coordinator, firm, lancaster):
        agendas.publish(meeting, by=coordinator)
        other = factories.MembershipFactory(cluster=lancaster).company
        duties.assign(meeting, Duty.Role.CHAIR, other, by=coordinator)
        showcase = Presentation.objects.get(agenda_item__kind=AgendaItem.Kind.SHOWCASE)
        assert (showcase.company, showcase.names) == (other, f"{other.name} ")
        duties.assign(meeting, Duty.Role.CHAIR, None, by=coordinator)
        assert [one.title for one in Presentation.objects.all()] == ["Cyber insurance"]

    def test_what_was_handed_in_stays_with_who_spoke(self, talk, held, member, firm):
        presentations.hand_in(talk, by=member, title="T", audience="public", link="https://slides.example/1")
        AgendaItem.objects.filter(pk=talk.agenda_item_id).update(company=factories.CompanyFactory())
        presentations.expect(held)
        talk.refresh_from_db()
        assert (talk.company, talk.state, Presentation.objects.count()) == (firm, "submitted", 2)


class TestAsking:
    def test_three_times_and_not_once_more(self, held, member):
        asked = []
        for days in (0, 0, 2, 3, 4, 10, 11, 29):
            presentations.ask_for_slides(timezone.now() + timedelta(days=days))
            asked.append(mails("slides-wanted").filter(subject__contains="").count())
        assert asked == [2, 2, 2, 4, 4, 6, 6, 6]  # two talks each time
        assert {mail.user for mail in mails("slides-wanted")} == {member}

    def test_a_worker_that_was_away_asks_once(self, held, member):
        presentations.ask_for_slides(timezone.now() + timedelta(days=12))
        presentations.ask_for_slides(timezone.now() + timedelta(days=13))
        assert mails("slides-wanted").count() == 2

    def test_nobody_is_asked_for_what_is_waived_or_there(self, talk, member, coordinator):
        presentations.hand_in(talk, by=member, title="T", audience="public", link="https://slides.example/1")
        presentations.waive(Presentation.objects.get(state="expected"), by=coordinator)
        assert presentations.ask_for_slides() == 0
        assert not mails("slides-wanted").exists()


class TestHandingIn:
    def test_from_the_mail_to_a_hit_in_the_archive(self, client, talk, member, as_coordinator):
        """Without signing in; the coordinator publishes, the worker reads, and everybody finds it by a word inside."""
        file = SimpleUploadedFile("../../evil\u202efdp.pdf", made.pdf("About Zettelkasten"))
        page = upload(client, talk, member, file=file, audience="public")
        assert "Your slides are in" in text_of(page)
        assert mails("slides-submitted").count() == 1
        archive = reverse("meetings:presentation-list")
        assert "Nothing found" in text_of(client.get(archive, {"q": "zettelkasten"}))
        act = reverse("admin:meetings_presentation_act", args=[talk.pk, "publish"])
        as_coordinator.post(act)
        assert presentations.read_uploads() == 1
        assert presentations.read_uploads() == 0
        found = client.get(archive, {"q": "zettelkasten"})
        assert "<mark>Zettelkasten</mark>" in found.content.decode()
        talk.refresh_from_db()
        assert talk.file.name == f"presentations/{talk.meeting.starts_at:%Y}/{talk.uid}.pdf"
        picture = client.get(reverse("meetings:presentation-picture", args=[talk.uid]))
        assert b"".join(picture.streaming_content)[8:12] == b"WEBP"

    def test_from_my_page(self, as_member, talk):
        assert "The slides of “Cyber insurance”" in text_of(as_member.get(reverse("members:me")))
        page = as_member.get(reverse("meetings:my-slides", args=[talk.pk]), follow=True)
        assert "Hand in the slides" in text_of(page)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({}, "Choose a file, or give a link."),
            ({"link": "http://slides.example"}, "begins with https://"),
            ({"link": "javascript:alert(1)"}, "begins with https://"),
            ({"file": b""}, "This file is empty."),
            ({"file": b"%PDF-1.7"}, "can’t be opened"),
            ({"file": b"<html>"}, "This is not a file we can show."),
            ({"file": made.pdf(), "link": "https://slides.example"}, "a file or a link, not both"),
            ({"link": "https://slides.example", "title": ""}, "Give them a title."),
            ({"link": "https://slides.example", "audience": "everyone"}, "Select a valid choice"),
        ],
    )
    def test_bad_input_gets_a_sentence_and_changes_nothing(self, client, talk, member, fields, sentence):
        if "file" in fields:
            fields = {**fields, "file": SimpleUploadedFile("talk.pdf", fields["file"])}
        assert sentence in text_of(upload(client, talk, member, **fields))
        talk.refresh_from_db()
        assert (talk.state, talk.file.name, talk.link) == ("expected", "", "")

    @pytest.mark.parametrize(
        "name",
        ["../../../etc/passwd.pdf", "/etc/cron.d/x.pdf", "..\\..\\x.pdf", "x\0.pdf", "-rf.pdf", "é🙂.pdf"],
    )
    def test_the_name_of_an_upload_says_nothing_about_where_it_is_kept(
        self, client, talk, member, settings, name
    ):
        upload(client, talk, member, file=SimpleUploadedFile(name, made.pdf()))
        talk.refresh_from_db()
        assert talk.state == "submitted"
        assert talk.file.name == f"presentations/{talk.meeting.starts_at:%Y}/{talk.uid}.pdf"
        kept = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
        assert kept == [settings.MEDIA_ROOT / talk.file.name]

    def test_a_huge_upload_is_cut_short_and_refused_with_its_sentence(
        self, client, talk, member, monkeypatch
    ):
        monkeypatch.setattr(documents, "LARGEST_FILE", 100_000)
        file = SimpleUploadedFile("talk.pdf", made.pdf() + b"%" * 5_000_000)
        page = upload(client, talk, member, file=file)
        assert "This file has more than 50 MB" in text_of(page)
        assert page.context["form"].files["file"].size < 200_000

    def test_other_slides_take_the_place_of_the_first(
        self, client, talk, member, django_capture_on_commit_callbacks
    ):
        upload(client, talk, member, file=SimpleUploadedFile("a.pdf", made.pdf()))
        talk.refresh_from_db()
        first = talk.file.name
        with django_capture_on_commit_callbacks(execute=True):
            upload(client, talk, member, file=SimpleUploadedFile("b.pptx", made.pptx("Second")))
        talk.refresh_from_db()
        assert (talk.format, talk.reading) == ("pptx", "waiting")
        assert not talk.file.storage.exists(first)

    def test_a_full_disk_is_said_and_nothing_is_kept(self, talk, member, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "file"
        settings.MEDIA_ROOT.write_bytes(b"in the way")
        file = SimpleUploadedFile("a.pdf", made.pdf())
        with pytest.raises(Refused, match="could not be kept"):
            presentations.hand_in(talk, by=member, title="T", audience="public", file=file, form="pdf")
        assert Presentation.objects.get(pk=talk.pk).state == "expected"

    def test_looking_changes_nothing_and_strangers_get_nothing(self, client, as_coordinator, talk, member):
        stranger = factories.UserFactory()
        assert "no longer works" in text_of(client.get(slides_path(talk, stranger)))
        assert "no longer works" in text_of(upload(client, talk, stranger, link="https://a.example"))
        assert "somebody else" in text_of(as_coordinator.get(slides_path(talk, member)))
        assert "not whole" in text_of(client.get("/slides/1-2:forged/"))
        assert client.get(slides_path(talk, member)).status_code == 200
        assert client.get(f"{slides_path(talk, member)}withdraw/").status_code == 405
        talk.refresh_from_db()
        assert talk.state == "expected"

    def test_there_are_none(self, client, talk, member):
        assert "not on the site" in text_of(upload(client, talk, member, "withdraw"))
        talk.refresh_from_db()
        assert talk.state == "withdrawn"


class TestReviewing:
    def test_given_back_with_a_line_and_handed_in_again(self, client, talk, member, as_coordinator):
        upload(client, talk, member, link="https://slides.example/1")
        act = reverse("admin:meetings_presentation_act", args=[talk.pk, "give_back"])
        as_coordinator.post(act, {"note": "Please without the prices."})
        mail = mails("slides-given-back").get()
        assert mail.user == member and "Please without the prices." in mail.text
        assert "Please without the prices." in text_of(client.get(slides_path(talk, member)))
        upload(client, talk, member, link="https://slides.example/2")
        talk.refresh_from_db()
        assert (talk.state, talk.link, talk.note) == ("submitted", "https://slides.example/2", "")

    def test_published_ones_are_not_changed_by_the_link(self, client, talk, member, coordinator):
        upload(client, talk, member, link="https://slides.example/1")
        presentations.publish(talk, by=coordinator)
        upload(client, talk, member, link="https://slides.example/2")
        talk.refresh_from_db()
        assert (talk.state, talk.link) == ("published", "https://slides.example/1")


class TestFiles:
    def test_downloads_are_counted_and_a_pdf_is_read_in_a_sandbox(self, client, talk, member, coordinator):
        upload(client, talk, member, file=SimpleUploadedFile("a.pdf", made.pdf()), audience="public")
        presentations.publish(talk, by=coordinator)
        talk.refresh_from_db()
        download = client.get(talk.get_absolute_url())
        view = client.get(reverse("meetings:presentation-view", args=[talk.uid]))
        assert download["Content-Disposition"].startswith("attachment")
        assert view["Content-Disposition"].startswith("inline")
        for response in (download, view):
            assert response["Content-Security-Policy"] == "sandbox"
            assert response["X-Content-Type-Options"] == "nosniff"
            response.getvalue()
        talk.refresh_from_db()
        assert talk.downloads == 1

    def test_only_a_pdf_is_shown_in_the_browser(self, client, talk, member, coordinator):
        upload(client, talk, member, file=SimpleUploadedFile("a.docx", made.docx("Hi")), audience="public")
        presentations.publish(talk, by=coordinator)
        assert client.get(reverse("meetings:presentation-view", args=[talk.uid])).status_code == 404

    def test_a_lost_file_is_noted_and_not_read_again(self, client, talk, member):
        upload(client, talk, member, file=SimpleUploadedFile("a.pdf", made.pdf()))
        talk.refresh_from_db()
        talk.file.storage.delete(talk.file.name)
        assert presentations.read_uploads() == 1
        talk.refresh_from_db()
        assert talk.reading == "failed"
        assert presentations.read_uploads() == 0


class TestWhichMeetingOnTheDesk:
    """Titles repeat: each agenda has a chair's showcase."""

    @pytest.fixture
    def items(self, lancaster):
        first, second = (
            factories.MeetingFactory(cluster=lancaster, title="Topic still open") for _ in range(2)
        )
        return [
            factories.AgendaItemFactory(meeting=meeting, kind="talk", title="The chair's showcase")
            for meeting in (first, second)
        ]

    def test_meetings_and_items_are_offered_with_their_day(self, items, as_coordinator):
        page = as_coordinator.get(reverse("admin:meetings_presentation_add")).text
        for item in items:
            day = date_format(item.meeting.day, "DATE_FORMAT")
            assert f">{day}, Topic still open<" in page and f">{day}, The chair&#x27;s showcase<" in page

    def test_found_while_one_types_with_their_cluster_too(self, items, as_coordinator, lancaster):
        asked = {
            "app_label": "meetings",
            "model_name": "presentation",
            "field_name": "meeting",
            "term": "open",
        }
        found = as_coordinator.get(reverse("admin:autocomplete"), asked).json()["results"]
        assert {row["text"] for row in found} == {
            f"{date_format(item.meeting.day, 'DATE_FORMAT')}, Topic still open ({lancaster})"
            for item in items
        }

    def test_an_item_of_another_meeting_is_refused_beside_the_field(self, items, as_coordinator):
        form = {
            "meeting": items[0].meeting_id,
            "agenda_item": items[1].pk,
            "title": "T",
            "audience": "public",
        }
        page = as_coordinator.post(reverse("admin:meetings_presentation_add"), form).text
        assert "This is on the agenda of another meeting." in page
        assert not Presentation.objects.exists()
        as_coordinator.post(reverse("admin:meetings_presentation_add"), form | {"agenda_item": items[0].pk})
        assert Presentation.objects.get().agenda_item == items[0]
