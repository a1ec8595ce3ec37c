"""What members write: drafts, sending in, giving back, publishing, and the pages of it."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image

from clusters.errors import Refused
from clusters.models import Act
from meetings.needs import needs_of
from members.models import Introduction, OutgoingMail
from news import articles, consents
from news.models import Article, Consent
from tests import factories
from tests.conftest import client_of
from tests.members.at_once import at_once
from tests.pages import text_of

State = Article.State
WORDS = {
    "title": "Two firms, one tender",
    "summary": "A chat about hiring became a contract.",
    "problem": "Neither could bid alone.",
    "together": "We met in Lancaster.",
    "result": "A contract.",
    "firms": "",
}


@pytest.fixture
def other(furness):
    """A firm of Furness with somebody who answers for it."""
    company = factories.MembershipFactory(cluster=furness, company__name="Walney Controls").company
    factories.RepresentativeFactory(company=company, user__name="Jess Fell")
    return company


@pytest.fixture
def draft(member, firm, lancaster):
    fields = {name: WORDS[name] for name in WORDS if name != "firms"}
    article = factories.ArticleFactory(
        association=lancaster.association,
        author=member,
        company=firm,
        state="draft",
        kind="story",
        body="",
        **fields,
    )
    article.clusters.add(lancaster)
    article.companies.add(firm)
    return article


def mails(kind):
    return list(OutgoingMail.objects.filter(kind=kind).order_by("pk"))


def test_a_draft_is_its_authors_alone_until_it_is_sent_in(
    draft, member, coordinator, officer, as_coordinator
):
    for reader in (coordinator, officer):
        assert not Article.objects.visible_to(reader).exists()
    assert as_coordinator.get(f"/admin/news/article/{draft.pk}/change/").status_code == 302
    articles.submit(draft, by=member)
    articles.take_back(draft, by=member)
    assert Article.objects.managed_by(coordinator).get() == draft


class TestWriting:
    url = "/news/write/"

    def test_a_member_keeps_a_draft_with_a_title_alone(self, as_member, member, firm, lancaster):
        answer = as_member.post(self.url, {"title": "Two firms", "clusters": [lancaster.pk]})
        article = Article.objects.get()
        assert answer.url == reverse("news:story-edit", args=[article.pk])
        assert (article.state, article.author, article.company) == (State.DRAFT, member, firm)
        assert (article.association, article.slug) == (lancaster.association, "two-firms")
        assert not OutgoingMail.objects.exists()

    def test_what_is_wrong_is_said_beside_it_and_what_was_typed_is_kept(self, as_member, furness):
        page = as_member.post(
            self.url,
            WORDS | {"title": "", "clusters": [furness.pk], "firms": "Nobody Ltd", "problem": "x" * 5001},
        )
        words = text_of(page)
        assert "Give it a headline." in words
        assert "Choose from your own clusters." in words
        assert "No member firm is called Nobody Ltd. Leave it out here" in words
        assert "At most 5000 characters, please. Yours has 5001." in words
        assert "We met in Lancaster." in words and not Article.objects.exists()

    @pytest.mark.parametrize(
        "typed", ["\0", "😀" * 161, '"><script>alert(1)</script>', "x" * 5000, "\x0b\x1f"]
    )
    def test_whatever_is_typed_is_no_failure(self, as_member, lancaster, typed):
        filled = dict.fromkeys([*WORDS, "quote", "quote_by", "outcome", "theme"], typed)
        page = as_member.post(self.url, filled | {"clusters": [lancaster.pk]})
        assert page.status_code in (200, 302)
        assert "<script>alert" not in page.content.decode()

    def test_a_firm_with_a_slip_in_its_name_is_suggested(self, as_member, lancaster, other):
        page = as_member.post(self.url, WORDS | {"clusters": [lancaster.pk], "firms": "Walney Control"})
        assert "Did you mean Walney Controls?" in text_of(page)

    def test_a_slug_of_a_page_of_ours_is_never_given(self, as_member, lancaster):
        for slug in ("write-2", "atom-2", "atom-3"):
            as_member.post(self.url, {"title": slug.split("-")[0].title(), "clusters": [lancaster.pk]})
            assert Article.objects.filter(slug=slug).exists()

    def test_an_introduction_that_took_place_fills_the_form(self, as_member, firm, other, lancaster):
        took_place = factories.IntroductionFactory(
            cluster=lancaster, asker=firm, asked=other, state=Introduction.State.ACCEPTED, reason="To bid."
        )
        page = as_member.get(f"{self.url}?introduction={took_place.pk}")
        assert "Fellside Analytics and Walney Controls" in page.text and "To bid." in page.text
        as_member.post(
            f"{self.url}?introduction={took_place.pk}",
            WORDS | {"clusters": [lancaster.pk], "firms": "Walney Controls"},
        )
        article = Article.objects.get()
        assert article.introduction == took_place and consents.named(article) == [other]

    def test_strange_or_unanswered_introductions_fill_nothing(self, as_member, firm, other, lancaster):
        strange = factories.IntroductionFactory(state=Introduction.State.ACCEPTED, reason="Secret")
        waiting = factories.IntroductionFactory(asker=firm, asked=other, cluster=lancaster, reason="Secret")
        for number in (strange.pk, waiting.pk, "9" * 30, "x", "-1", "²"):
            assert "Secret" not in as_member.get(f"{self.url}?introduction={number}").text


def test_a_draft_that_is_deleted_leaves_officers_no_line(as_member, draft, officer, operator):
    as_member.post(reverse("news:story-delete", args=[draft.pk]))
    assert not Article.objects.exists() and not Act.objects.managed_by(officer).exists()
    assert Act.objects.managed_by(operator).get().verb == "deleted the draft"


class TestSendingIn:
    def test_the_coordinator_hears_of_it_and_the_desk_waits(self, as_member, draft, lancaster, coordinator):
        url = reverse("news:story-submit", args=[draft.pk])
        for _ in range(2):  # a double click
            as_member.post(url, WORDS | {"clusters": [lancaster.pk]})
        draft.refresh_from_db()
        assert draft.state == State.SUBMITTED
        [mail] = mails("story-submitted")
        assert mail.user == coordinator and f"/admin/news/article/{draft.pk}/change/" in mail.text
        [need] = [need for need in needs_of(coordinator).shown if need.button == "Read it"]
        assert "Two firms, one tender" in need.sentence
        assert Act.objects.filter(verb="sent in", cluster=lancaster).count() == 1

    def test_it_must_be_whole(self, as_member, draft, lancaster):
        url = reverse("news:story-submit", args=[draft.pk])
        page = as_member.post(url, WORDS | {"clusters": [lancaster.pk], "result": " ", "summary": ""})
        assert "This is still empty." in text_of(page) and "Say in a sentence what it is about." in text_of(
            page
        )
        draft.refresh_from_db()
        assert draft.state == State.DRAFT and draft.result == WORDS["result"]

    def test_a_second_tab_does_not_bring_it_back_to_a_draft(self, as_member, draft, lancaster, member):
        articles.submit(draft, by=member)
        as_member.post(
            reverse("news:story-edit", args=[draft.pk]), {"title": "Old tab", "clusters": [lancaster.pk]}
        )
        draft.refresh_from_db()
        assert (draft.state, draft.title) == (State.SUBMITTED, WORDS["title"])

    def test_nor_is_it_deleted_or_given_another_picture_there(self, as_member, draft, member):
        articles.submit(draft, by=member)
        for act in (lambda: articles.delete_draft(draft, by=member), lambda: articles.remove_picture(draft)):
            with pytest.raises(Refused, match="sent in meanwhile"):
                act()
        as_member.post(reverse("news:story-delete", args=[draft.pk]))
        assert Article.objects.get().state == State.SUBMITTED

    def test_other_members_find_nothing_of_it(self, draft, other):
        stranger = client_of(other.representatives.get().user)
        assert stranger.get(reverse("news:story-edit", args=[draft.pk])).status_code == 404
        assert stranger.get(draft.get_absolute_url()).status_code == 404


class TestOnTheDesk:
    def act(self, client, article, name, **data):
        return client.post(reverse("admin:news_article_act", args=[article.pk, name]), data, follow=True)

    @pytest.fixture
    def sent_in(self, draft, member, coordinator):
        articles.submit(draft, by=member)
        return draft

    def test_is_given_back_with_a_note_and_sent_in_again(self, as_coordinator, as_member, sent_in, member):
        page = self.act(as_coordinator, sent_in, "give_back", note="")
        assert "Say what is missing." in page.text
        self.act(as_coordinator, sent_in, "give_back", note="Who paid?\n<b>How much?")
        [mail] = mails("story-given-back")
        assert mail.user == member and "Who paid?" in mail.text and "<b>How" not in mail.html
        page = as_member.get(reverse("news:story-edit", args=[sent_in.pk]))
        assert "gives it back to you" in page.text and "&lt;b&gt;How much?" in page.text
        sent_in.refresh_from_db()
        articles.submit(sent_in, by=member)
        assert sent_in.state == State.SUBMITTED and len(mails("story-submitted")) == 2

    def test_is_mended_and_published_and_the_author_told_once(self, as_coordinator, client, sent_in, member):
        for _ in range(2):
            self.act(as_coordinator, sent_in, "publish")
        assert [mail.user for mail in mails("story-published")] == [member]
        words = text_of(client.get(sent_in.get_absolute_url()))
        for part in (
            "What the problem was Neither could bid",
            "What we did together",
            "What came of it A contract",
        ):
            assert part in words

    def test_an_article_without_words_is_not_published(self, as_coordinator, lancaster, coordinator):
        empty = factories.ArticleFactory(association=lancaster.association, state="draft", body="")
        empty.clusters.add(lancaster)
        assert "There are no words in it yet." in self.act(as_coordinator, empty, "publish").text
        with pytest.raises(IntegrityError, match="article_has_words"), transaction.atomic():
            Article.objects.filter(pk=empty.pk).update(state="submitted", submitted_at=empty.changed_at)

    def test_a_story_given_back_needs_a_note_in_the_database_too(self, sent_in):
        with pytest.raises(IntegrityError, match="article_returned_has_note"), transaction.atomic():
            Article.objects.update(state="returned", note="")

    def test_what_is_out_can_not_be_taken_back_by_its_author(self, sent_in, coordinator, member):
        articles.publish(sent_in, by=coordinator)
        with pytest.raises(Refused, match="published already"):
            articles.take_back(sent_in, by=member)


class TestThePicture:
    @pytest.fixture(autouse=True)
    def media_of_our_own(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def upload(self, client, draft, content, description="Two people"):
        file = SimpleUploadedFile("photo.png", content)
        url = reverse("news:story-picture", args=[draft.pk])
        return client.post(url, {"picture": file, "description": description})

    @staticmethod
    def png(size=(400, 320)) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", size, "teal").save(out, "PNG")
        return out.getvalue()

    def test_is_made_anew_and_seen_by_those_who_see_the_story(self, as_member, client, draft):
        assert self.upload(as_member, draft, self.png()).status_code == 302
        url = draft.picture.get_absolute_url()
        assert client.get(url).status_code == 404
        answer = as_member.get(url)
        assert answer["Content-Type"] == "image/webp" and b"".join(answer)[:4] == b"RIFF"

    @pytest.mark.parametrize(
        "content", [b"", b"<svg onload=alert(1)>", b"GIF89a" * 40, png.__func__((20, 20))]
    )
    def test_what_is_no_picture_is_refused_with_a_sentence(self, as_member, draft, content):
        page = self.upload(as_member, draft, content)
        assert page.status_code == 200 and "invalid-feedback" in page.text
        assert "Two people" in page.text and not hasattr(Article.objects.get(), "picture")


class TestAgreeing:
    @pytest.fixture
    def sent_in(self, draft, member, other, coordinator):
        draft.companies.add(other)
        articles.submit(draft, by=member)
        return draft

    @pytest.fixture
    def link(self, sent_in):
        """Of the mail: one signed a second later is another."""
        [mail] = mails("story-consent")
        return re.search(r"/stories/[\d-]+:\S+/", mail.text)[0]

    def test_the_firm_is_asked_and_looking_changes_nothing(self, client, sent_in, link, other):
        [mail] = mails("story-consent")
        assert mail.user == other.representatives.get().user
        page = client.get(link)
        assert "May we name Walney Controls?" in page.text and "Neither could bid alone." in page.text
        assert Consent.objects.get().state == "asked"

    def test_nothing_said_is_no_consent(self, sent_in, coordinator):
        with pytest.raises(Refused, match="Walney Controls has not agreed"):
            articles.publish(sent_in, by=coordinator)

    def test_with_its_yes_it_is_published_and_the_firm_told(
        self, client, sent_in, link, coordinator, member, other
    ):
        for _ in range(2):
            assert client.post(f"{link}agree/").url == link
        assert "Walney Controls agrees" in client.get(link).text
        articles.publish(sent_in, by=coordinator)
        assert {mail.user for mail in mails("story-published")} == {member, other.representatives.get().user}
        assert "It is published" in client.post(f"{link}refuse/").text
        assert Consent.objects.get().state == "agreed"

    def test_a_no_tells_the_author_why(self, client, sent_in, link, coordinator, member):
        client.post(f"{link}refuse/", {"note": "Our client <reads> this."})
        [mail] = mails("story-refused")
        assert mail.user == member and "Our client <reads> this." in mail.text and "<reads>" not in mail.html
        with pytest.raises(Refused, match="has not agreed"):
            articles.publish(sent_in, by=coordinator)
        articles.take_back(sent_in, by=member)
        sent_in.companies.clear()
        articles.submit(sent_in, by=member)
        articles.publish(sent_in, by=coordinator)
        assert not Consent.objects.exists()

    def test_other_words_are_asked_about_anew(self, client, sent_in, link, member):
        client.post(f"{link}agree/")
        articles.take_back(sent_in, by=member)
        Article.objects.update(result="They owe us money.")
        sent_in.refresh_from_db()
        articles.submit(sent_in, by=member)
        assert Consent.objects.get().state == "asked" and len(mails("story-consent")) == 2
        assert "There is a newer mail" in client.post(f"{link}agree/").text
        assert Consent.objects.get().state == "asked"

    def test_the_same_words_are_not_asked_about_twice(self, client, sent_in, link, member):
        client.post(f"{link}agree/")
        articles.take_back(sent_in, by=member)
        articles.submit(sent_in, by=member)
        assert Consent.objects.get().state == "agreed" and len(mails("story-consent")) == 1

    @pytest.fixture
    def picture(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        return {"large": Image.new("RGB", (400, 320)), "small": Image.new("RGB", (200, 160))}

    def test_another_picture_is_asked_about_anew(self, client, sent_in, link, member, picture):
        client.post(f"{link}agree/")
        articles.take_back(sent_in, by=member)
        articles.put_picture(sent_in, picture, "Their broken machine")
        articles.submit(sent_in, by=member)
        assert Consent.objects.get().state == "asked" and len(mails("story-consent")) == 2

    def test_what_is_published_again_from_the_draft_rests_on_no_old_yes(
        self, as_member, client, sent_in, link, coordinator, lancaster
    ):
        client.post(f"{link}agree/")
        articles.publish(sent_in, by=coordinator)
        articles.withdraw(sent_in, by=coordinator)
        kept = {"clusters": [lancaster.pk], "firms": "Walney Controls"}
        url = reverse("news:story-edit", args=[sent_in.pk])
        as_member.post(url, WORDS | kept)
        assert Consent.objects.get().state == "agreed"  # not a word of it has changed
        as_member.post(url, WORDS | kept | {"result": "They owe us money."})
        with pytest.raises(Refused, match="Walney Controls has not agreed"):
            articles.publish(sent_in, by=coordinator)
        sent_in.refresh_from_db()
        articles.submit(sent_in, by=sent_in.author)
        assert Consent.objects.get().state == "asked" and len(mails("story-consent")) == 2

    def test_nor_with_another_picture_put_in_meanwhile(self, client, sent_in, link, coordinator, picture):
        client.post(f"{link}agree/")
        articles.publish(sent_in, by=coordinator)
        articles.withdraw(sent_in, by=coordinator)
        articles.put_picture(sent_in, picture, "Their broken machine")
        with pytest.raises(Refused, match="has not agreed"):
            articles.publish(sent_in, by=coordinator)

    def test_a_link_is_no_more_use_to_who_left_the_firm(self, client, link, other):
        other.representatives.update(state="ended")
        assert "This link no longer works" in client.post(f"{link}agree/").text
        assert Consent.objects.get().state == "asked"

    def test_silence_is_told_to_the_author_once(self, sent_in, member, time_machine_at):
        consents.tell_of_silence()
        assert not mails("story-silence")
        time_machine_at(days=15)
        for _ in range(2):
            consents.tell_of_silence()
        assert [mail.user for mail in mails("story-silence")] == [member]


@pytest.fixture
def time_machine_at():
    """What was asked lies so many days back."""

    def back(days):
        Consent.objects.update(asked_at=Consent.objects.get().asked_at - consents.timedelta(days=days))

    return back


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_", range(3))
def test_of_a_refusal_and_publishing_at_once_one_comes_first(
    _, lancaster, firm, member, coordinator, furness
):
    other = factories.MembershipFactory(cluster=furness).company
    article = factories.ArticleFactory(
        association=lancaster.association, author=member, company=firm, state="submitted"
    )
    article.companies.set([firm, other])
    consent = factories.ConsentFactory(
        article=article, company=other, state="agreed", answered_at=article.submitted_at
    )
    one, two = Article.objects.get(pk=article.pk), Consent.objects.select_related("article", "company").get()
    outcomes = at_once(
        lambda: articles.publish(one, by=coordinator),
        lambda: consents.answer(two, Consent.State.REFUSED, by=member),
    )
    assert [isinstance(outcome, Refused) for outcome in outcomes].count(True) == 1, outcomes
    article.refresh_from_db()
    consent.refresh_from_db()
    assert (article.state == State.PUBLISHED) == (consent.state == "agreed")


@pytest.mark.django_db(transaction=True)
def test_publishing_twice_at_once_publishes_once(lancaster, member, coordinator):
    article = factories.ArticleFactory(association=lancaster.association, author=member, state="submitted")
    both = [Article.objects.get(pk=article.pk) for _ in range(2)]
    outcomes = at_once(*(lambda one=one: articles.publish(one, by=coordinator) for one in both))
    assert outcomes == [None, None]
    assert Act.objects.filter(verb="published").count() == 1 and len(mails("story-published")) == 1
