"""Two people open the same page, change it, and save one after the other: the second is told and loses nothing."""

import pytest
from django.urls import reverse

from meetings import agendas
from meetings.models import AgendaItem
from meetings.turns import duties
from meetings.turns.links import turn_token
from news import articles
from tests import factories
from tests.conftest import client_of
from tests.pages import form_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(lancaster):
    """Another coordinator of Lancaster & Morecambe."""
    return client_of(factories.OfficerFactory(cluster=lancaster, user__name="Colin Second").user)


class TestAgenda:
    @pytest.fixture
    def meeting(self, lancaster, firm, member, coordinator):
        venue = factories.VenueFactory(cluster=lancaster)
        meeting = factories.MeetingFactory(cluster=lancaster, venue=venue, state="draft", title="Insurance")
        agendas.draft(meeting)
        duties.assign(meeting, "chair", firm, by=coordinator)
        return meeting

    @pytest.fixture
    def url(self, meeting):
        return reverse("admin:meetings_meeting_change", args=[meeting.pk])

    def opened(self, client, url) -> dict:
        return form_of(client.get(url), "meeting_form")

    def row(self, data: dict, title: str) -> str:
        """The beginning of the names of the item's fields."""
        return next(name for name, value in data.items() if value == [title]).removesuffix("title")

    def test_different_items_both_keep_theirs(self, as_coordinator, second, url, meeting):
        mine, yours = self.opened(as_coordinator, url), self.opened(second, url)
        mine[self.row(mine, "Talk") + "title"] = ["Phishing"]
        mine["title"] = ["Cyber insurance"]
        as_coordinator.post(url, mine)
        yours[self.row(yours, "Any other business") + "minutes"] = ["7"]
        page = second.post(url, yours, follow=True)
        assert page.redirect_chain
        assert "Ruth Ackroyd changed this while you were writing, and it stayed: Title." in text_of(page)
        meeting.refresh_from_db()
        assert meeting.title == "Cyber insurance"
        assert meeting.agenda.get(kind="any-other").minutes == 7
        assert meeting.agenda.filter(title="Phishing").exists()

    def test_the_same_line_of_the_same_item(self, as_coordinator, second, url, meeting):
        mine, yours = self.opened(as_coordinator, url), self.opened(second, url)
        mine[self.row(mine, "Talk") + "title"] = ["Phishing"]
        as_coordinator.post(url, mine)
        talk = self.row(yours, "Talk")
        yours[talk + "title"] = ["Passwords"]
        yours["notes"] = ["Bring a projector."]
        page = second.post(url, yours)
        assert "Ruth Ackroyd changed this while you were writing. It is now: “Phishing”." in text_of(page)
        again = form_of(page, "meeting_form")
        assert again[talk + "title"] == ["Passwords"] and again["notes"] == ["Bring a projector."]
        assert meeting.agenda.filter(title="Phishing").exists()
        assert second.post(url, again).status_code == 302
        meeting.refresh_from_db()
        assert meeting.agenda.filter(title="Passwords").exists() and meeting.notes == "Bring a projector."

    def test_an_item_that_was_added_stands_in_its_place(self, as_coordinator, second, url, meeting):
        yours = self.opened(second, url)
        agendas.draft(factories.MeetingFactory())  # another's items are no business of ours
        factories.AgendaItemFactory(meeting=meeting, title="Wales", minutes=1, position=11)
        yours[self.row(yours, "Talk") + "minutes"] = ["500"]
        page = second.post(url, yours)
        assert "added this while you were writing: " in text_of(page)
        again = form_of(page, "meeting_form")
        titles = [value[0] for name, value in again.items() if name.endswith("-title")]
        assert titles.index("Wales") == 1
        again[self.row(again, "Talk") + "minutes"] = ["10"]
        assert second.post(url, again).status_code == 302
        assert meeting.agenda.filter(title="Wales").count() == 1

    def test_an_item_that_was_removed_is_left_out(self, second, url, meeting):
        yours = self.opened(second, url)
        meeting.agenda.filter(kind="break").delete()
        yours["title"] = ["Cyber"]
        page = second.post(url, yours, follow=True)
        assert page.redirect_chain and "removed a row while you were writing" in text_of(page)
        assert not meeting.agenda.filter(kind="break").exists()

    def test_an_item_that_was_removed_comes_back_if_it_was_written_on(self, second, url, meeting):
        yours = self.opened(second, url)
        meeting.agenda.filter(kind="talk").delete()
        yours[self.row(yours, "Talk") + "title"] = ["My own talk"]
        page = second.post(url, yours)
        assert "removed this while you were writing on it" in text_of(page)
        assert not meeting.agenda.filter(title="My own talk").exists()
        assert second.post(url, form_of(page, "meeting_form")).status_code == 302
        assert meeting.agenda.get(title="My own talk").kind == "talk"

    def test_nobody_removes_unseen_what_another_wrote(self, as_coordinator, second, url, meeting):
        yours = self.opened(second, url)
        mine = self.opened(as_coordinator, url)
        mine[self.row(mine, "Talk") + "title"] = ["Phishing"]
        as_coordinator.post(url, mine)
        yours[self.row(yours, "Talk") + "DELETE"] = ["on"]
        page = second.post(url, yours)
        assert "Ruth Ackroyd changed “" in text_of(page) and "while you took it out" in text_of(page)
        again = form_of(page, "meeting_form")
        again[self.row(again, "Phishing") + "DELETE"] = ["on"]
        second.post(url, again)
        assert not meeting.agenda.filter(title="Phishing").exists()

    @pytest.mark.parametrize("by_link", [True, False])
    def test_the_chair_and_the_coordinator(self, as_member, member, second, url, meeting, by_link):
        duty = meeting.duties.get()
        page = reverse("meetings:turn", args=[turn_token(duty, member)])
        act = reverse("meetings:turn-showcase", args=[turn_token(duty, member)])
        if not by_link:
            page = act = reverse("meetings:my-turn-showcase", args=[duty.pk])
        mine = form_of(as_member.get(page), act if by_link else "")
        yours = self.opened(second, url)
        yours[self.row(yours, agendas.SHOWCASE_TITLE) + "title"] = ["Dashboards by Fellside"]
        second.post(url, yours)
        mine["title"] = ["Maps of everything"]
        answer = as_member.post(act, mine)
        assert "Colin Second changed this while you were writing" in text_of(answer)
        assert AgendaItem.objects.get(kind="showcase").title == "Dashboards by Fellside"
        as_member.post(act, form_of(answer, act if by_link else ""))
        assert AgendaItem.objects.get(kind="showcase").title == "Maps of everything"

    def test_the_chair_in_two_windows(self, as_member, member, meeting):
        """It was nobody else."""
        page = reverse("meetings:my-turn-showcase", args=[meeting.duties.get().pk])
        first, late = (form_of(as_member.get(page), "") for _ in range(2))
        first["title"], late["title"] = ["Maps of everything"], ["Maps of Wales"]
        as_member.post(page, first)
        words = text_of(as_member.post(page, late))
        assert f"{member.name} changed this while you were writing" in words
        assert "Somebody else" not in words

    def test_the_chair_names_it_while_the_coordinator_writes(self, as_member, second, url, meeting):
        page = reverse("meetings:my-turn-showcase", args=[meeting.duties.get().pk])
        mine, yours = form_of(as_member.get(page), ""), self.opened(second, url)
        mine["title"] = ["Maps of everything"]
        as_member.post(page, mine)
        yours[self.row(yours, agendas.SHOWCASE_TITLE) + "title"] = ["Dashboards by Fellside"]
        assert "Priya Nair changed this while you were writing" in text_of(second.post(url, yours))


class TestThingsToDo:
    @pytest.fixture
    def action(self, lancaster):
        return factories.ActionFactory(
            meeting__cluster=lancaster, meeting__state="held", text="Ask the college", done=False
        )

    @pytest.fixture
    def url(self, action):
        return reverse("admin:meetings_meeting_change", args=[action.meeting.pk])

    def opened(self, client, url) -> dict:
        return form_of(client.get(url), "meeting_form")

    def test_one_ticks_it_off_while_another_names_a_day(self, as_coordinator, second, url, action):
        mine, yours = self.opened(as_coordinator, url), self.opened(second, url)
        mine["actions-0-done"] = ["on"]
        as_coordinator.post(url, mine)
        yours["actions-0-due"] = ["2026-12-24"]
        page = second.post(url, yours, follow=True)
        assert "Ruth Ackroyd changed this while you were writing, and it stayed: Done." in text_of(page)
        action.refresh_from_db()
        assert action.done and action.due.isoformat() == "2026-12-24"

    def test_both_write_it_anew(self, as_coordinator, second, url, action):
        mine, yours = self.opened(as_coordinator, url), self.opened(second, url)
        mine["actions-0-text"], yours["actions-0-text"] = ["Ask the college twice"], ["Ask the university"]
        as_coordinator.post(url, mine)
        page = second.post(url, yours)
        assert "It is now: “Ask the college twice”." in text_of(page)
        again = form_of(page, "meeting_form")
        assert again["actions-0-text"] == ["Ask the university"]
        assert second.post(url, again).status_code == 302
        action.refresh_from_db()
        assert action.text == "Ask the university"

    def test_one_that_was_added_stays(self, as_coordinator, second, url, action):
        yours = self.opened(second, url)
        factories.ActionFactory(meeting=action.meeting, text="Book the room")
        yours["actions-0-text"] = ["Ask the university"]
        second.post(url, yours)
        assert sorted(action.meeting.actions.values_list("text", flat=True)) == [
            "Ask the university",
            "Book the room",
        ]


class TestUsualAgenda:
    def test_the_same_line(self, as_coordinator, second, lancaster):
        factories.TemplateItemFactory(cluster=lancaster, kind="talk", title="Talk", minutes=30, position=10)
        url = reverse("admin:meetings_usualagenda_change", args=[lancaster.pk])
        mine, yours = (form_of(client.get(url), "usualagenda_form") for client in (as_coordinator, second))
        (title,) = [name for name, value in mine.items() if value == ["Talk"] and name.endswith("title")]
        mine[title], yours[title] = ["A member's talk"], ["Lightning talks"]
        as_coordinator.post(url, mine)
        page = second.post(url, yours)
        assert "It is now: “A member's talk”." in text_of(page)
        second.post(url, form_of(page, "usualagenda_form"))
        assert lancaster.template_items.get().title == "Lightning talks"


def test_an_answer_of_the_faq(as_coordinator, second, lancaster):
    question = factories.QuestionFactory(cluster=lancaster, answer="Nothing.")
    url = reverse("admin:clusters_question_change", args=[question.pk])
    mine, yours = (form_of(client.get(url), "question_form") for client in (as_coordinator, second))
    mine["answer"], yours["answer"] = ["It is free."], ["It costs nothing."]
    as_coordinator.post(url, mine)
    page = second.post(url, yours)
    assert "Ruth Ackroyd changed this while you were writing. It is now: “It is free.”." in text_of(page)
    question.refresh_from_db()
    assert question.answer == "It is free."
    assert second.post(url, form_of(page, "question_form")).status_code == 302
    question.refresh_from_db()
    assert question.answer == "It costs nothing."


class TestArticle:
    @pytest.fixture
    def article(self, lancaster, firm, member):
        article = factories.ArticleFactory(
            association=lancaster.association, author=member, company=firm, state="draft", kind="news",
            title="A prize", summary="We won.", body="Thanks.",
        )  # fmt: skip
        article.clusters.add(lancaster)
        article.companies.add(firm)
        return article

    def test_on_the_desk(self, as_coordinator, second, article, furness):
        articles.submit(article, by=article.author)
        url = reverse("admin:news_article_change", args=[article.pk])
        mine, yours = (form_of(client.get(url), "article_form") for client in (as_coordinator, second))
        mine |= {"title": ["A first prize"], "body": ["Thank you all."]}
        as_coordinator.post(url, mine)
        page = second.post(url, {**yours, "title": ["The prize"]})
        assert "Ruth Ackroyd changed this while you were writing. It is now: “A first prize”." in text_of(
            page
        )
        assert "it stayed: Body" in text_of(page)
        again = form_of(page, "article_form")
        assert again["title"] == ["The prize"] and again["body"] == ["Thank you all."]
        assert second.post(url, again).status_code == 302
        article.refresh_from_db()
        assert (article.title, article.body) == ("The prize", "Thank you all.")
        assert list(article.clusters.values_list("name", flat=True)) == ["Lancaster & Morecambe"]

    @pytest.mark.parametrize("act", ["news:story-edit", "news:story-submit"])
    def test_of_its_author_while_a_coordinator_mends_it(self, as_member, article, coordinator, second, act):
        """Opened, sent in from another tab, mended on the desk, given back; then the old page is sent."""
        edit = reverse("news:story-edit", args=[article.pk])
        mine = form_of(as_member.get(edit), edit)
        articles.submit(article, by=article.author)
        url = reverse("admin:news_article_change", args=[article.pk])
        second.post(
            url,
            {**form_of(second.get(url), "article_form"), "summary": ["We won a prize."], "body": ["Cheers."]},
        )
        articles.give_back(article, "Mended.", by=coordinator)
        mine["summary"] = ["We came first."]
        page = as_member.post(reverse(act, args=[article.pk]), mine)
        assert "Colin Second changed this while you were writing. It is now: “We won a prize.”" in text_of(
            page
        )
        article.refresh_from_db()
        assert (article.summary, article.state) == ("We won a prize.", "returned")
        again = form_of(page, edit)
        assert again["body"] == ["Cheers."]
        assert as_member.post(edit, again).status_code == 302
        article.refresh_from_db()
        assert (article.summary, article.body) == ("We came first.", "Cheers.")
