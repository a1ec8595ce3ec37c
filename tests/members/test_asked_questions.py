from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from clusters.models import Act, AskedQuestion, Question
from clusters.quiet_forms import opened_signer
from meetings.needs import needs_of
from members import asked_questions, faq_reviews
from members.models import OutgoingMail
from tests import factories
from tests.conftest import client_of

HERE = "/clusters/lancaster/faq/ask/"


def typed(seconds_ago=60, **fields):
    """A form that was opened a while ago."""
    with time_machine.travel(timezone.now() - timedelta(seconds=seconds_ago), tick=False):
        opened = opened_signer.sign("opened")
    return {
        "question": "May a sole trader join?",
        "name": "Anna Visitor",
        "email": "anna@visitor.example",
        "fax": "",
        "opened": opened,
        **fields,
    }


def words(answer):
    return answer.content.decode()


class TestAsking:
    def test_reaches_the_coordinator_by_mail_and_on_the_desk(self, client, lancaster, coordinator, officer):
        assert "Your question is on its way" in words(client.post(HERE, typed()))
        asked = AskedQuestion.objects.get()
        assert (asked.cluster, asked.state) == (lancaster, "waiting")
        [mail] = OutgoingMail.objects.all()
        assert mail.user == coordinator
        assert "May a sole trader join?" in mail.text
        assert f"/admin/clusters/askedquestion/{asked.pk}/change/" in mail.text
        assert [need.sentence for need in needs_of(coordinator).shown if need.button == "Answer"] == [
            "Anna Visitor asks: “May a sole trader join?”"
        ]

    def test_of_an_association_reaches_its_officers_and_of_none_the_operator(
        self, client, association, officer, operator
    ):
        client.post(f"/associations/{association.slug}/faq/ask/", typed())
        client.post("/faq/ask/", typed())
        assert [mail.user for mail in OutgoingMail.objects.order_by("pk")] == [officer, operator]

    def test_one_may_choose_the_cluster(self, client, lancaster, coordinator):
        client.post("/faq/ask/", typed(cluster=lancaster.pk))
        assert OutgoingMail.objects.get().user == coordinator

    def test_who_is_signed_in_types_neither_name_nor_address(self, as_member, member, coordinator):
        assert 'name="email"' not in words(as_member.get(HERE))
        as_member.post(HERE, typed(name="Forged", email="forged@x.example"))
        assert (AskedQuestion.objects.get().user, AskedQuestion.objects.get().name) == (member, "Priya Nair")

    def test_twice_is_once(self, client, lancaster, coordinator):
        client.post(HERE, typed())
        client.post(HERE, typed())
        assert (AskedQuestion.objects.count(), OutgoingMail.objects.count()) == (1, 1)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"question": ""}, "Write what you would like to know."),
            ({"question": "x" * 1001}, "At most 1000 characters, please. Yours has 1001."),
            ({"question": "a\0b"}, "There is an invisible character in it."),
            ({"email": "nowhere"}, "This is not an email address."),
            ({"fax": "+44"}, "The field that should stay empty was filled in."),
            ({"opened": "forged"}, "The page had not loaded in full."),
            ({"opened": ""}, "The page had not loaded in full."),
        ],
    )
    def test_what_does_not_fit_is_said_and_kept(self, client, lancaster, fields, sentence):
        page = words(client.post(HERE, typed(**fields)))
        assert sentence in page
        assert "Anna Visitor" in page
        assert not AskedQuestion.objects.exists()

    def test_a_machine_is_too_quick_and_one_try_later_is_not(self, client, lancaster):
        assert "That was very quick" in words(client.post(HERE, typed(seconds_ago=0)))
        assert "open for long" in words(client.post(HERE, typed(seconds_ago=60 * 60 * 24 * 3)))
        assert not AskedQuestion.objects.exists()

    def test_a_handful_an_hour_comes_from_one_address(self, client, lancaster, settings):
        settings.ACCOUNT_RATE_LIMITS = {"question": "2/h/ip"}
        for number in range(3):
            answer = client.post(HERE, typed(question=f"Question {number} 🎉 \"'<b>?"))
        assert "That was often for one hour" in words(answer)
        assert AskedQuestion.objects.count() == 2


class TestAnswering:
    @pytest.fixture
    def asked(self, lancaster):
        return factories.AskedQuestionFactory(cluster=lancaster, question="May a sole trader join?")

    def act(self, asked, name):
        return f"/admin/clusters/askedquestion/{asked.pk}/act/{name}/"

    def test_one_button_makes_it_a_draft_of_the_faq(self, asked, as_coordinator, coordinator, lancaster):
        for _ in range(2):
            as_coordinator.post(self.act(asked, "draft"))
        entry = Question.objects.get()
        assert (entry.question, entry.state, entry.cluster) == ("May a sole trader join?", "draft", lancaster)
        assert entry.owner == coordinator
        asked.refresh_from_db()
        assert asked.entry == entry

    def test_the_answer_goes_to_who_asked_by_mail_once(self, asked, as_coordinator, coordinator):
        as_coordinator.post(self.act(asked, "answer_by_mail"), {"answer": "Yes, with pleasure."})
        as_coordinator.post(self.act(asked, "answer_by_mail"), {"answer": "Again."})
        [mail] = OutgoingMail.objects.all()
        assert mail.to == "anna@visitor.example"
        assert "Yes, with pleasure." in mail.text
        assert "Yes, with pleasure." in mail.html
        assert Act.objects.get(verb="answered").actor == coordinator
        assert not [need for need in needs_of(coordinator).shown if need.button == "Answer"]

    def test_the_draft_s_answer_is_offered_for_the_mail(self, asked, as_coordinator, coordinator):
        entry = asked_questions.draft_entry(asked, by=coordinator)
        Question.objects.filter(pk=entry.pk).update(answer="Yes, sole traders too.")
        assert "Yes, sole traders too." in words(as_coordinator.get(self.act(asked, "answer_by_mail")))

    def test_set_aside_mails_nobody(self, asked, as_coordinator):
        as_coordinator.post(self.act(asked, "set_aside"))
        asked.refresh_from_db()
        assert asked.state == "set-aside"
        assert not OutgoingMail.objects.exists()

    def test_who_asked_is_forgotten_after_a_while(self, asked, coordinator):
        asked_questions.answer(asked, by=coordinator, words="Yes.")
        asked_questions.forget_old()
        asked.refresh_from_db()
        assert asked.email
        AskedQuestion.objects.update(ended_at=timezone.now() - timedelta(days=91))
        asked_questions.forget_old()
        asked.refresh_from_db()
        assert (asked.name, asked.email, asked.user, asked.answer) == ("", "", None, "Yes.")


class TestReviews:
    def test_the_owner_has_one_mail_about_all_and_once(self, lancaster, coordinator, other_coordinator):
        today = timezone.localdate()
        factories.QuestionFactory(
            cluster=lancaster, review_on=today, question="Mine?", owner=other_coordinator
        )
        factories.QuestionFactory(cluster=lancaster, review_on=today, question="First?")
        factories.QuestionFactory(cluster=lancaster, review_on=today - timedelta(days=3), question="Second?")
        factories.QuestionFactory(cluster=lancaster, review_on=today + timedelta(days=1))
        factories.QuestionFactory(cluster=lancaster, review_on=today, state="draft")
        assert faq_reviews.remind() == 3
        assert faq_reviews.remind() == 0
        mails = {mail.user: mail.text for mail in OutgoingMail.objects.all()}
        assert set(mails) == {coordinator, other_coordinator}
        assert "First?" in mails[coordinator]
        assert "Second?" in mails[coordinator]
        assert "Mine?" in mails[other_coordinator]

    def test_still_right_asks_again_in_a_year(self, lancaster, coordinator, as_coordinator):
        today = timezone.localdate()
        entry = factories.QuestionFactory(cluster=lancaster, review_on=today)
        [need] = [need for need in needs_of(coordinator).shown if need.button == "Read again"]
        assert need.due == today
        for _ in range(2):
            as_coordinator.post(f"/admin/clusters/question/{entry.pk}/act/still_right/")
        entry.refresh_from_db()
        assert (entry.review_on - today).days in (365, 366)
        assert Act.objects.filter(verb="found still right").count() == 1
        assert not [need for need in needs_of(coordinator).shown if need.button == "Read again"]
        assert faq_reviews.remind() == 0


class TestHelpful:
    def vote(self, client, entry, word="yes", **extra):
        return client.post(
            f"/faq/{entry.pk}/helpful/", {"helped": word, "next": "/clusters/lancaster/faq/"}, **extra
        )

    def test_is_counted_without_a_cookie_and_shown_to_its_owners(self, client, lancaster, as_coordinator):
        entry = factories.QuestionFactory(cluster=lancaster)
        page = client.get("/clusters/lancaster/faq/")
        assert "Was this helpful?" in words(page)
        answer = self.vote(client, entry, "no")
        assert answer.url == f"/clusters/lancaster/faq/?thanks={entry.pk}#q-{entry.key}"
        assert "Thank you." in words(client.get(answer.url))
        assert not client.cookies
        assert "It helped 0 of 1" in words(as_coordinator.get("/admin/clusters/question/"))

    def test_one_address_counts_once_a_day_for_each_answer(self, client, lancaster):
        entry, other = factories.QuestionFactory.create_batch(2, cluster=lancaster)
        for word in ("yes", "yes", "no"):
            self.vote(client, entry, word)
        self.vote(client, other, "no")
        self.vote(client, entry, "yes", REMOTE_ADDR="198.51.100.7")
        entry.refresh_from_db()
        other.refresh_from_db()
        assert (entry.helped, entry.did_not_help, other.did_not_help) == (2, 0, 1)

    def test_neither_other_words_nor_other_sites_are_counted(self, client, lancaster):
        entry = factories.QuestionFactory(cluster=lancaster)
        self.vote(client, entry, "perhaps")
        self.vote(client, entry, headers={"Sec-Fetch-Site": "cross-site"})
        back = client.post(f"/faq/{entry.pk}/helpful/", {"helped": "?", "next": "https://evil.example/"})
        assert back.url.startswith("/faq/?thanks=")
        entry.refresh_from_db()
        assert (entry.helped, entry.did_not_help) == (0, 0)

    def test_a_draft_is_not_to_be_found(self, client, lancaster):
        entry = factories.QuestionFactory(cluster=lancaster, state="draft")
        assert self.vote(client, entry).status_code == 404


def test_other_coordinators_see_nothing_of_it(lancaster, other_coordinator):
    asked = factories.AskedQuestionFactory(cluster=lancaster)
    assert client_of(other_coordinator).get(
        f"/admin/clusters/askedquestion/{asked.pk}/change/"
    ).status_code in (
        302,
        404,
    )
