from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from members.models import OutgoingMail
from members.postman import (
    LEASE,
    MAILS_PER_CONNECTION,
    QUICK_IN_A_ROW,
    RETRY_AFTER,
    SLOW_SERVERS_AT_MOST,
    Postman,
    SlowServers,
    take,
)
from tests import factories

pytestmark = pytest.mark.django_db

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Café\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def postman(sink, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.DEFAULT_FROM_EMAIL = "Clusters <clusters@site.example>"
    postman = Postman()
    yield postman
    postman.hang_up()


def deliver_all(postman) -> None:
    while postman.deliver_next():
        pass


def refreshed(mail):
    return OutgoingMail.objects.get(pk=mail.pk)


def test_a_letter_says_who_writes_and_where_answers_go(postman, sink):
    mail = factories.OutgoingMailFactory(
        from_name='Lancaster & "Morecambe" clüster',
        reply_to="ruth@lancaster.example",
        subject="Grüße 🎉",
        html="<p>Hi",
    )
    deliver_all(postman)
    (letter,) = sink.letters
    assert letter["Subject"] == "Grüße 🎉"
    assert letter["Message-ID"] == mail.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Reply-To"] == "ruth@lancaster.example"
    (sender,) = letter["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        'Lancaster & "Morecambe" clüster',
        "clusters@site.example",
    )
    assert letter.get_body(["plain"]).get_content().strip() == "Some text."
    assert letter.get_body(["html"]).get_content().strip() == "<p>Hi"
    assert letter["List-Unsubscribe"] is None
    assert letter["List-Id"] is None
    assert refreshed(mail).state == OutgoingMail.State.SENT
    assert refreshed(mail).sent_at is not None


def test_an_optional_letter_can_be_stopped_with_one_click(postman, sink, lancaster):
    factories.OutgoingMailFactory(
        kind="agenda", cluster=lancaster, unsubscribe_url="https://site.example/mail/x/"
    )
    deliver_all(postman)
    (letter,) = sink.letters
    assert letter["List-Unsubscribe"] == "<https://site.example/mail/x/>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Id"] == "<agenda.lancaster.127.0.0.1>"


def test_a_mail_costs_three_statements(postman, sink, lancaster, django_assert_num_queries):
    """To find it, to take it, and to say that it was sent; and those of the transaction, which a test has as two."""
    for _ in range(2):
        factories.OutgoingMailFactory(cluster=lancaster, unsubscribe_url="https://site.example/mail/x/")
    postman.deliver_next()
    with django_assert_num_queries(3 + 2):
        postman.deliver_next()
    assert len(sink.letters) == 2


def test_a_calendar_goes_along_with_the_method_it_has(postman, sink):
    factories.OutgoingMailFactory(calendar=CALENDAR, html="<p>Hi")
    deliver_all(postman)
    (part,) = sink.letters[0].iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part["Content-Type"].params == {"charset": "utf-8", "method": "REQUEST"}
    assert part.get_filename() == "meeting.ics"
    assert part.get_payload(decode=True).decode() == CALENDAR


def test_a_recipient_refused_for_good_is_given_up_and_the_others_get_theirs(postman, sink):
    gone, fine = (factories.OutgoingMailFactory(to=f"{name}@firm.example") for name in ("gone", "fine"))
    sink.refusals["gone@firm.example"] = "550 no such person"
    deliver_all(postman)
    assert sink.recipients == ["fine@firm.example"]
    assert refreshed(gone).state == OutgoingMail.State.FAILED
    assert "no such person" in refreshed(gone).error
    assert refreshed(fine).state == OutgoingMail.State.SENT


def test_a_mail_refused_for_now_goes_later(postman, sink):
    mail = factories.OutgoingMailFactory(to="full@firm.example")
    sink.refusals["full@firm.example"] = "450 mailbox busy"
    deliver_all(postman)
    waiting = refreshed(mail)
    assert (waiting.state, waiting.attempts) == (OutgoingMail.State.WAITING, 1)
    assert timedelta(seconds=50) < waiting.due_at - timezone.now() <= RETRY_AFTER[0]
    assert "mailbox busy" in waiting.error

    sink.refusals.clear()
    OutgoingMail.objects.update(due_at=timezone.now())
    deliver_all(postman)
    assert (refreshed(mail).state, refreshed(mail).error) == (OutgoingMail.State.SENT, "")
    assert sink.letters[0]["Message-ID"] == mail.message_id


def test_a_mail_refused_each_time_is_given_up_after_two_days(postman, sink):
    mail = factories.OutgoingMailFactory()
    sink.answer = "451 not now"
    waited = timedelta()
    while refreshed(mail).state == OutgoingMail.State.WAITING:
        OutgoingMail.objects.update(due_at=timezone.now())
        deliver_all(postman)
        waited += max(refreshed(mail).due_at - timezone.now(), timedelta())
    assert refreshed(mail).attempts == len(RETRY_AFTER) + 1
    assert timedelta(days=1, hours=18) < waited < timedelta(days=2, hours=6)
    assert "not now" in refreshed(mail).error


def test_content_refused_for_good_is_given_up(postman, sink):
    mail = factories.OutgoingMailFactory()
    sink.answer = "554 looks like spam"
    deliver_all(postman)
    assert refreshed(mail).state == OutgoingMail.State.FAILED


def test_a_row_that_can_t_be_a_mail_is_given_up_and_hinders_no_other(postman, sink):
    bad = factories.OutgoingMailFactory(to="no address\nat all")
    factories.OutgoingMailFactory(to="fine@firm.example")
    deliver_all(postman)
    assert refreshed(bad).state == OutgoingMail.State.FAILED
    assert sink.recipients == ["fine@firm.example"]


def test_a_mail_that_kills_every_worker_is_given_up(postman, sink):
    mail = factories.OutgoingMailFactory(attempts=len(RETRY_AFTER) + 1)
    deliver_all(postman)
    assert refreshed(mail).state == OutgoingMail.State.FAILED
    assert refreshed(mail).error
    assert not sink.letters


def test_what_somebody_waits_for_goes_before_what_goes_to_many(postman, sink):
    factories.OutgoingMailFactory(
        to="many@firm.example", to_many=True, due_at=timezone.now() - timedelta(hours=1)
    )
    factories.OutgoingMailFactory(to="code@firm.example")
    deliver_all(postman)
    assert [letter["To"] for letter in sink.letters] == ["code@firm.example", "many@firm.example"]


def test_many_mails_share_connections(postman, sink):
    factories.OutgoingMailFactory.create_batch(MAILS_PER_CONNECTION + 1)
    deliver_all(postman)
    assert len(sink.letters) == MAILS_PER_CONNECTION + 1


def test_a_mail_server_that_went_away_in_between_is_called_again(postman, sink):
    first, second = factories.OutgoingMailFactory.create_batch(2)
    assert postman.deliver_next()
    sink.close()
    assert postman.deliver_next()  # finds the line dead
    assert not postman.deliver_next()
    assert refreshed(second).state == OutgoingMail.State.WAITING
    sink.open()
    OutgoingMail.objects.update(due_at=timezone.now())
    postman.knock_at = 0
    deliver_all(postman)
    assert len(sink.letters) == 2
    assert refreshed(first).attempts == 1


def test_in_the_demo_nothing_leaves_the_machine(sink, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    mail = factories.OutgoingMailFactory()
    deliver_all(Postman())
    assert refreshed(mail).state == OutgoingMail.State.SENT
    assert not sink.letters


def test_a_taken_mail_is_nobody_else_s_for_the_lease():
    factories.OutgoingMailFactory()
    mail = take(OutgoingMail.objects.due())
    assert mail.due_at - timezone.now() > LEASE / 2
    assert take(OutgoingMail.objects.due()) is None


def test_mails_to_a_slow_server_are_left_to_the_patient_postman_until_it_is_quick_again(postman, sink):
    for number in range(QUICK_IN_A_ROW + 1):
        factories.OutgoingMailFactory(to=f"reader{number}@slow.example")
    others = [f"reader{number}@firm.example" for number in range(3)]
    for address in others:
        factories.OutgoingMailFactory(to=address, to_many=True)
    patient = Postman(postman.slow, patient=True)
    assert not patient.deliver_next()  # nobody is known to be slow
    postman.slow.note(OutgoingMail(to="somebody@Slow.example"), seconds=60)
    deliver_all(postman)
    assert sink.recipients == others

    deliver_all(patient)
    assert len(sink.letters) == len(others) + QUICK_IN_A_ROW
    assert not patient.deliver_next()  # as quick as any now
    deliver_all(postman)
    assert not OutgoingMail.objects.due().exists()


def test_no_more_slow_servers_are_remembered_than_a_question_can_name():
    slow = SlowServers()
    for number in range(SLOW_SERVERS_AT_MOST + 1):
        slow.note(OutgoingMail(to=f"reader@slow{number}.example"), seconds=60)
    names = str(slow.mails())
    assert "@slow0.example" not in names and "@slow1.example" in names


def test_a_machine_whose_clock_is_wrong_sends_nothing_twice_and_nothing_late(postman, sink):
    """All is timed by the database's clock."""
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        factories.OutgoingMailFactory()
        mail = take(OutgoingMail.objects.due())
    assert take(OutgoingMail.objects.due()) is None
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert take(OutgoingMail.objects.due()) is None
        factories.OutgoingMailFactory(to="later@firm.example")
    deliver_all(postman)
    assert sink.recipients == ["later@firm.example"]
    assert refreshed(mail).attempts == 1


def test_only_mails_given_up_are_sent_again(postman, sink):
    for state in ("sent", "failed"):
        factories.OutgoingMailFactory(to=f"{state}@firm.example", state=state)
    factories.OutgoingMailFactory(state="failed", text="")
    assert OutgoingMail.objects.send_again() == 1
    deliver_all(postman)
    assert sink.recipients == ["failed@firm.example"]
