"""What is held of a guest: seen and taken away by the link in their mails, without an account."""

import pytest
from django.urls import reverse

from clusters.models import Act
from meetings import afterwards
from meetings.models import Feedback, Registration
from meetings.registration.notices import answer_token
from members.models import OutgoingMail
from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db
ADDRESS = "jo@guest.example"


@pytest.fixture
def meeting(lancaster):
    return factories.MeetingFactory(cluster=lancaster, state="published", title="Cyber insurance", capacity=2)


@pytest.fixture
def guest(meeting):
    return factories.RegistrationFactory(
        meeting=meeting, user=None, name="Jo Guest", email=ADDRESS, state="registered", needs="A ramp"
    )


def page(name: str, answer) -> str:
    return reverse(f"meetings:{name}", args=[answer_token(answer)])


def test_all_answers_under_the_address_are_shown_and_nobody_elses(client, guest, lancaster):
    earlier = factories.MeetingFactory(cluster=lancaster, state="held", title="Fibre for all")
    past = factories.RegistrationFactory(
        meeting=earlier, user=None, name="Jo G", email=ADDRESS.title(), state="attended"
    )
    factories.FeedbackFactory(meeting=earlier, registration=past, comment="Cold room")
    factories.RegistrationFactory(
        meeting=earlier, user=None, name="Sam", email="sam@guest.example", needs="Quiet"
    )
    words = text_of(client.get(page("guest-data", guest)))
    for said in ("Cyber insurance", "A ramp", "Fibre for all", "Cold room", "Jo Guest"):
        assert said in words
    assert "Sam" not in words and "Quiet" not in words
    assert "What we hold of you" in text_of(client.get(page("answer", guest)))


def test_forgetting_takes_all_of_it_and_frees_the_place(client, guest, meeting, member):
    earlier = factories.MeetingFactory(cluster=meeting.cluster, state="held")
    past = factories.RegistrationFactory(
        meeting=earlier, user=None, name="Jo", email=ADDRESS, state="attended"
    )
    factories.FeedbackFactory(
        meeting=earlier, registration=past, comment="Cold", may_quote=True, quoted_as="Jo"
    )
    brought = factories.RegistrationFactory(
        meeting=meeting, user=None, name="Kim", email="", brought_by=guest
    )
    waiting = factories.RegistrationFactory(meeting=meeting, user=member, state="waitlisted", queue_number=1)
    factories.OutgoingMailFactory(to=ADDRESS, user=None)
    kept = factories.OutgoingMailFactory(to="sam@guest.example", user=None)
    old = page("guest-data", guest)
    answer = client.post(page("guest-forget", guest), follow=True)
    assert "Forgotten." in text_of(answer)
    for row in (guest, past, brought, waiting):
        row.refresh_from_db()
    assert {row.name for row in (guest, past, brought)} == {""} and guest.needs == ""
    assert not Registration.objects.filter(email=ADDRESS).exists()
    assert past.state == "attended"  # the number of those who came stays
    assert waiting.state == "registered"
    feedback = Feedback.objects.get()
    assert (feedback.comment, feedback.quoted_as, feedback.may_quote) == ("", "", False)
    assert (
        not OutgoingMail.objects.filter(to=ADDRESS).exists()
        and OutgoingMail.objects.filter(pk=kept.pk).exists()
    )
    assert client.get(old).status_code == 404
    lines = Act.objects.filter(verb="forgot a guest of")
    assert lines.count() == 2 and not lines.filter(note__contains="Jo").exists()


def test_mails_to_somebody_who_has_an_account_by_now_stay(client, guest):
    user = factories.UserFactory(email=ADDRESS)
    mail = factories.OutgoingMailFactory(to=ADDRESS, user=None)
    client.post(page("guest-forget", guest))
    assert OutgoingMail.objects.filter(pk=mail.pk).exists() and user.email == ADDRESS


def test_a_members_answer_is_not_shown_here(client, meeting, member):
    answer = factories.RegistrationFactory(meeting=meeting, user=member)
    assert client.get(page("guest-data", answer)).status_code == 404
    assert client.post(page("guest-forget", answer)).status_code == 404


def test_a_quote_that_is_taken_back_leaves_a_line(member, meeting):
    answer = factories.RegistrationFactory(meeting=meeting, user=member, state="attended")
    said = {"rating": 5, "comment": "Good", "quoted_as": "Priya"}
    afterwards.give(answer, **said, may_quote=True)
    afterwards.give(answer, **said, may_quote=True)
    afterwards.give(answer, **said, may_quote=False)
    verbs = list(Act.objects.filter(actor=member).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["let the site quote them about", "took back a quote about"]
