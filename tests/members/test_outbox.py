import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from members import outbox
from members.models import MailChoice, OutgoingMail
from tests import factories

AGENDAS = MailChoice.Kind.AGENDAS


def words(message="Come on Thursday.", **context):
    return {"heading": "Hello", "message": message, "code": "", **context}


def queue(to, *, key="welcome:1", subject="Welcome", **more):
    options = {"kind": "welcome", "template": "account", "context": words(), **more}
    return outbox.queue(key=key, to=to, subject=subject, **options)


def queue_many(people, *, key="agenda:1", **more):
    options = {"kind": "agenda", "subject": "Agenda", "template": "account", "context": words(), **more}
    return outbox.queue_many(people, key=key, **options)


def test_a_mail_is_written_to_the_person_in_the_name_of_the_cluster(member, lancaster):
    lancaster.contact_email = "ruth@lancaster.example"
    mail = queue(member, cluster=lancaster)
    row = OutgoingMail.objects.get(pk=mail.pk)
    assert (row.to, row.user, row.cluster) == (member.email, member, lancaster)
    assert row.from_name == "Lancaster & Morecambe cluster"
    assert row.reply_to == "ruth@lancaster.example"
    assert "Come on Thursday." in row.text
    assert "Come on Thursday." in row.html
    assert row.message_id.endswith("@127.0.0.1>")
    assert row.unsubscribe_url == ""


def test_answers_go_to_the_association_where_the_cluster_has_no_address(member, lancaster, association):
    assert queue(member, cluster=lancaster).reply_to == association.contact_email


def test_a_mail_of_nobody_in_particular_comes_from_the_site(db):
    mail = queue("stranger@example.org")
    assert (mail.user, mail.cluster, mail.reply_to) == (None, None, "")
    assert mail.from_name == "Local Tech Clusters"


def test_the_same_key_writes_one_mail(member):
    first = queue(member)
    assert queue(member, subject="Again") is None
    assert list(OutgoingMail.objects.values_list("subject", "message_id")) == [("Welcome", first.message_id)]


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_with_the_same_key_write_one_mail():
    written = []
    first_has_written = threading.Event()

    def second():
        first_has_written.wait(10)
        try:
            with transaction.atomic():
                written.append(queue("person@firm.example"))  # waits for the first to commit
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        written.append(queue("person@firm.example"))
        first_has_written.set()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert [mail is None for mail in written] == [False, True]
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_sends_nothing():
    def act():
        with transaction.atomic():
            queue("person@firm.example")
            raise LookupError

    with pytest.raises(LookupError):
        act()
    assert not OutgoingMail.objects.exists()


def test_no_header_can_be_smuggled_into_a_subject_or_a_sender(member, lancaster):
    lancaster.name = "Lancaster\r\nBcc: a@b.example"
    mail = queue(member, cluster=lancaster, subject="Hello\r\nBcc: everybody@example.org\u2028there")
    assert mail.subject == "Hello Bcc: everybody@example.org there"
    assert mail.from_name == "Lancaster Bcc: a@b.example cluster"


def test_a_long_subject_is_cut(member):
    assert len(queue(member, subject="ה" * 400).subject) == 250


def test_text_is_not_escaped_and_html_is(member):
    mail = queue(member, context=words("Bed & <b>Breakfast</b> Ltd"))
    assert "Bed & <b>Breakfast</b> Ltd" in mail.text
    assert "Bed &amp; &lt;b&gt;Breakfast&lt;/b&gt; Ltd" in mail.html


def test_a_person_who_does_not_want_a_kind_does_not_get_it(member, lancaster):
    MailChoice.objects.refuse(member, AGENDAS)
    assert queue(member, cluster=lancaster, optional=AGENDAS) is None
    assert queue(member, cluster=lancaster, key="welcome:2") is not None


def test_an_optional_mail_says_how_to_be_rid_of_it(member, lancaster):
    mail = queue(member, cluster=lancaster, optional=AGENDAS)
    assert mail.unsubscribe_url.startswith("http://127.0.0.1:8000/mail/unsubscribe/")
    assert mail.unsubscribe_url in mail.text
    assert mail.unsubscribe_url in mail.html
    token = mail.unsubscribe_url.rstrip("/").rpartition("/")[2]
    assert outbox.read_unsubscribe_token(token) == (member, AGENDAS)


def test_links_lead_to_the_association_s_own_host(member, lancaster, association):
    factories.HostnameFactory(association=association, name="www.lcict.example", in_links=True)
    mail = queue(member, cluster=lancaster, optional=AGENDAS)
    assert mail.unsubscribe_url.startswith("http://www.lcict.example:8000/")
    assert "http://www.lcict.example:8000/clusters/lancaster/" in mail.text
    assert outbox.absolute("/x/", association) == "http://www.lcict.example:8000/x/"
    assert outbox.absolute("/x/") == "http://127.0.0.1:8000/x/"


def test_a_mail_to_many_reaches_each_willing_person_once(db, lancaster):
    people = [factories.UserFactory(name=name) for name in ("Ann", "Ben", "Cat")]
    MailChoice.objects.refuse(people[1], AGENDAS)
    options = {"cluster": lancaster, "optional": AGENDAS, "context": lambda user: words(f"Hello {user.name}")}
    assert queue_many([*people, people[0]], **options) == 2
    assert queue_many(people, **options) == 0
    ann, cat = OutgoingMail.objects.order_by("user")
    assert ann.key == f"agenda:1:{people[0].pk}"
    assert "Hello Ann" in ann.text
    assert "Hello Cat" in cat.text
    assert ann.unsubscribe_url != cat.unsubscribe_url
    assert ann.message_id != cat.message_id
    assert ann.to_many


@pytest.mark.parametrize("number", [1, 30])
def test_a_mail_to_many_takes_as_few_queries_as_one(number, lancaster, django_assert_num_queries):
    people = factories.UserFactory.create_batch(number)
    with django_assert_num_queries(4):  # choices, host name, insert, numbers
        assert queue_many(people, cluster=lancaster, optional=AGENDAS) == number


def test_a_thousand_people_are_written_to_in_one_go(db, lancaster):
    people = factories.UserFactory.create_batch(1001)
    assert queue_many(people, cluster=lancaster) == 1001


def test_old_texts_are_forgotten_and_their_keys_kept(db):
    long_ago = timezone.now() - timedelta(days=91)
    lately = timezone.now() - timedelta(days=2)
    make = factories.OutgoingMailFactory
    make(
        key="old",
        state="sent",
        created_at=long_ago,
        html="<p>",
        calendar="BEGIN",
        unsubscribe_url="http://x/",
    )
    make(key="old-failed", state="failed", created_at=long_ago)
    make(key="old-waiting", created_at=long_ago)
    make(key="new", state="sent", created_at=lately)
    make(key="code", state="sent", kind="account", created_at=lately)
    outbox.forget_old()
    kept = set(OutgoingMail.objects.exclude(text="").values_list("key", flat=True))
    assert kept == {"old-waiting", "new"}
    old = OutgoingMail.objects.get(key="old")
    assert (old.html, old.calendar, old.unsubscribe_url) == ("", "", "")
    assert queue("person@firm.example", key="old") is None


@pytest.mark.parametrize(("how", "kind", "comes"), [("weekly", "letters", 0), ("weekly", "agendas", 1)])
def test_who_wants_a_kind_weekly_gets_no_single_mails_of_it(member, how, kind, comes):
    MailChoice.objects.choose(member, MailChoice.Kind.LETTERS, how)
    assert queue_many([member], optional=MailChoice.Kind(kind)) == comes


def test_the_usual_way_is_no_row(member):
    for how in ("never", "weekly", "at-once"):
        MailChoice.objects.choose(member, AGENDAS, MailChoice.How(how))
        assert MailChoice.objects.of(member)[AGENDAS] == how
    assert not MailChoice.objects.exists()
