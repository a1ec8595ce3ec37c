import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from meetings import afterwards, agendas
from meetings.models import Feedback, Meeting, MeetingPhoto
from members.models import OutgoingMail
from tests import factories
from tests.pages import text_of


@pytest.fixture(autouse=True)
def media_of_our_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def held(lancaster):
    """Yesterday evening."""
    ended = timezone.localtime().replace(hour=19, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return factories.MeetingFactory(
        cluster=lancaster, starts_at=ended - timedelta(hours=2), ends_at=ended, state=Meeting.State.HELD
    )


@pytest.fixture
def answer(held, member):
    return factories.RegistrationFactory(meeting=held, user=member, state="attended")


def noon():
    return timezone.localtime().replace(hour=12, minute=0)


class TestActions:
    def test_the_next_agenda_shows_what_is_open_to_members_alone(
        self, client, as_member, held, lancaster, furness, firm, coordinator
    ):
        for fields in (
            {"text": "Book the hall", "company": firm},
            {"text": "Buy a bell", "done": True},
            {"text": "Of another cluster", "meeting": factories.MeetingFactory(cluster=furness)},
        ):
            factories.ActionFactory(**{"meeting": held, **fields})
        ahead = factories.MeetingFactory(cluster=lancaster, venue=factories.VenueFactory(cluster=lancaster))
        factories.DutyFactory(meeting=ahead, company=firm)
        agendas.bind_showcase(ahead)
        agendas.publish(ahead, by=coordinator)
        mail = OutgoingMail.objects.filter(kind="agenda").first()
        for shown in (text_of(as_member.get(ahead.get_absolute_url())), mail.text, mail.html):
            assert "Book the hall" in shown and "Fellside Analytics" in shown
            assert "Buy a bell" not in shown and "Of another cluster" not in shown
        assert "Book the hall" not in text_of(client.get(ahead.get_absolute_url()))
        past = text_of(as_member.get(held.get_absolute_url()))
        assert "Book the hall" in past and "Buy a bell" in past


class TestFeedback:
    def test_all_who_were_there_are_asked_once_the_day_after(self, held, answer):
        guest = factories.RegistrationFactory(
            meeting=held, user=None, name="Jo Guest", email="jo@guest.example", state="attended"
        )
        factories.RegistrationFactory(meeting=held, state="no-show")
        assert afterwards.ask_for_feedback(held.ends_at + timedelta(hours=2)) == 0
        assert afterwards.ask_for_feedback(noon()) == 2
        assert afterwards.ask_for_feedback(noon()) == 0
        assert set(OutgoingMail.objects.values_list("to", flat=True)) == {answer.user.email, guest.email}
        assert afterwards.ask_for_feedback(noon() + timedelta(days=30)) == 0

    def test_one_click_and_send_and_think_again(self, client, answer):
        page = f"/feedback/{afterwards.feedback_token(answer)}/"
        clicked = client.get(f"{page}?rating=4").content.decode()
        assert re.findall(r'value="(\d)"[^>]*checked', clicked) == ["4"]
        assert not Feedback.objects.exists()
        client.post(f"{page}give/", {"rating": "4"})
        client.post(f"{page}give/", {"rating": "5", "comment": "Good talk", "quoted_as": "Priya"})
        feedback = Feedback.objects.get()
        assert (feedback.rating, feedback.comment, feedback.may_quote) == (5, "Good talk", False)
        assert feedback.quoted_as == ""  # not without consent
        assert not Feedback.objects.quotes().exists()
        client.post(f"{page}give/", {"rating": "5", "comment": "Good talk", "may_quote": "on"})
        assert Feedback.objects.quotes().get() == feedback

    @pytest.mark.parametrize("rating", ["", "0", "6", "x", "4.5"])
    def test_what_is_no_rating_is_refused_with_a_sentence(self, client, answer, rating):
        page = client.post(f"/feedback/{afterwards.feedback_token(answer)}/give/", {"rating": rating})
        assert "Choose one" in text_of(page)
        assert not Feedback.objects.exists()

    def test_who_was_not_there_has_no_say(self, client, answer):
        answer.state = "no-show"
        answer.save()
        page = f"/feedback/{afterwards.feedback_token(answer)}/"
        assert "This link is not whole" in text_of(client.get(page))
        client.post(f"{page}give/", {"rating": "1"})
        client.post("/feedback/1:forged/give/", {"rating": "1"})
        assert not Feedback.objects.exists()

    def test_what_may_be_quoted_is_on_the_meetings_page_and_nothing_else(self, client, as_coordinator, held):
        for fields in (
            {"comment": "Best talk <b>this</b> year", "may_quote": True, "quoted_as": "Priya, Fellside"},
            {"comment": "Useful", "may_quote": True, "quoted_as": ""},
            {"comment": "Too long", "may_quote": False, "quoted_as": ""},
            {"comment": "", "may_quote": True, "quoted_as": "Nobody"},
        ):
            factories.FeedbackFactory(meeting=held, **fields)
        page = client.get(held.get_absolute_url())
        assert "Best talk &lt;b&gt;this&lt;/b&gt; year" in page.content.decode()
        words = text_of(page)
        assert "Priya, Fellside" in words and "Useful" in words and "Somebody who was there" in words
        assert "Nobody" not in words
        for reader in (client, as_coordinator):
            assert "Too long" not in text_of(reader.get(held.get_absolute_url()))

    def test_the_coordinator_sees_the_sum(self, as_coordinator, held):
        for rating in (5, 5, 2):
            factories.FeedbackFactory(meeting=held, rating=rating)
        page = as_coordinator.get(reverse("admin:meetings_meeting_change", args=[held.pk]))
        assert "4.0 of 5 from 3. Excellent: 2, Not so good: 1." in text_of(page)


def image(form="JPEG", size=(2000, 1000), **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **more)
    return out.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "Secret place"
    return image(exif=exif)


def put(client, held, content, name="photo.jpg"):
    data = {"meeting": held.pk, "description": "People", "upload": SimpleUploadedFile(name, content)}
    return client.post(reverse("admin:meetings_meetingphoto_add"), data, follow=True)


class TestPhoto:
    def test_it_is_made_anew_in_two_sizes_and_shown(self, client, as_coordinator, held):
        put(as_coordinator, held, with_place())
        page = client.get(held.get_absolute_url()).content.decode()
        photo = MeetingPhoto.objects.get()
        assert 'alt="People"' in page and photo.small_url in page
        for url, width in ((photo.get_absolute_url(), 1600), (photo.small_url, 640)):
            content = client.get(url).getvalue()
            made = Image.open(io.BytesIO(content))
            assert (made.format, made.width, dict(made.getexif())) == ("WEBP", width, {})
            assert b"Secret" not in content

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"not a photo", "not a photo we can show"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is an SVG drawing"),
            (image("GIF"), "not a photo we can show"),
            (image()[:2000], "not a photo we can show"),
            (image(size=(100, 100)), "too small"),
            (image("PNG", size=(9000, 9000)), "81 million pixels; 50 million is the most"),
        ],
        ids=["text", "svg", "gif", "half", "small", "81 megapixels"],
    )
    def test_a_bad_one_is_refused_with_its_sentence(self, as_coordinator, held, content, sentence):
        assert sentence in text_of(put(as_coordinator, held, content))
        assert not MeetingPhoto.objects.exists()

    def test_not_for_who_may_not_see_the_meeting(self, client, as_coordinator, held):
        put(as_coordinator, held, image())
        Meeting.objects.update(openness="members")
        assert client.get(MeetingPhoto.objects.get().get_absolute_url()).status_code == 404

    def test_not_to_meetings_of_others(self, as_other_coordinator, held):
        put(as_other_coordinator, held, image())
        assert not MeetingPhoto.objects.exists()
