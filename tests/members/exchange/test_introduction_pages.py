import pytest
from django.test import Client
from django.urls import reverse

from members.exchange import introductions
from members.exchange.links import introduction_path, introduction_token
from members.models import Block, Company, Introduction, OutgoingMail, Report
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of, title_of

pytestmark = pytest.mark.django_db

State = Introduction.State


@pytest.fixture
def as_tom(tom):
    return client_of(tom)


@pytest.fixture
def forwarded(firm, member, other, tom, lancaster):
    """`firm` asks `other`, which has it."""
    return factories.IntroductionFactory(
        asker=firm, asked=other, cluster=lancaster, asked_by=member, state=State.FORWARDED
    )


def post(client, introduction, act, **data):
    return client.post(reverse(f"members:introduction-{act}", args=[introduction.pk]), data)


def state_of(introduction) -> str:
    return Introduction.objects.get(pk=introduction.pk).state


class TestAsking:
    def url(self, company):
        return reverse("members:introduction-ask", args=[company.slug])

    def test_says_which_coordinator_reads_it_first(self, as_member, other, lancaster):
        page = text_of(as_member.get(self.url(other)))
        assert "The coordinator of Lancaster & Morecambe reads your words first" in page
        assert "Write to them directly" not in page

    def test_leaves_the_way_to_who_asks_a_firm_that_allows_both(self, as_member, other, tom):
        Company.objects.filter(pk=other.pk).update(introductions="direct")
        assert "Write to them directly" in text_of(as_member.get(self.url(other)))
        as_member.post(self.url(other), {"reason": "Hello.", "through_coordinator": "yes"})
        assert Introduction.objects.get().state == State.REQUESTED

    def test_leads_to_the_introduction(self, as_member, member, other, tom):
        answer = as_member.post(self.url(other), {"reason": "Hello."})
        made = Introduction.objects.get()
        assert (answer.url, made.asked_by) == (made.get_absolute_url(), member)
        assert as_member.get(self.url(other)).url == made.get_absolute_url()

    @pytest.mark.parametrize(
        ("reason", "sentence"),
        [
            ("", "Say why in a sentence or two"),
            ("x" * 1001, "At most 1000 characters, please. Yours has 1001"),
            ("a\0b", "There is an invisible character in it"),
        ],
    )
    def test_needs_a_reason(self, as_member, other, tom, reason, sentence):
        answer = as_member.post(self.url(other), {"reason": reason})
        assert sentence in text_of(answer) and title_of(answer).startswith("Error:")
        assert not Introduction.objects.exists()

    def test_keeps_the_words_when_it_is_refused(self, as_member, other):
        answer = as_member.post(self.url(other), {"reason": "Could we talk about discs?"})
        assert "Nobody speaks for Halfpenny Hosting here" in text_of(answer)
        assert "Could we talk about discs?" in text_of(answer)

    def test_of_a_firm_that_takes_none_leads_to_the_coordinator(self, as_member, other, lancaster):
        Company.objects.filter(pk=other.pk).update(introductions="none")
        page = as_member.get(self.url(other))
        assert "They take no introductions at the moment" in text_of(page)
        assert reverse("members:contact", args=[lancaster.slug]) in page.content.decode()

    def test_of_a_frozen_firm_is_not_there(self, as_member, other):
        Company.objects.filter(pk=other.pk).update(frozen_at="2026-01-01T12:00Z", frozen_reason="Look.")
        assert as_member.get(self.url(other)).status_code == 404


class TestTheThread:
    def test_shows_no_address_before_the_yes_and_both_after_it(
        self, as_member, as_tom, forwarded, member, tom
    ):
        url = forwarded.get_absolute_url()
        assert tom.email not in as_member.get(url).content.decode()
        assert member.email not in as_tom.get(url).content.decode()
        post(as_tom, forwarded, "accept")
        assert tom.email in as_member.get(url).content.decode()
        assert member.email in as_tom.get(url).content.decode()

    def test_hides_them_again_from_colleagues_of_a_firm_that_blocks(self, as_member, as_tom, forwarded, tom):
        post(as_tom, forwarded, "accept")
        post(as_tom, forwarded, "block")
        page = as_member.get(forwarded.get_absolute_url())
        assert "This conversation is closed" in text_of(page)
        assert tom.email not in page.content.decode()

    def test_is_answered_by_lead_and_deputy_alone(self, forwarded, other):
        colleague = client_of(factories.RepresentativeFactory(company=other, role="member").user)
        assert "The lead or a deputy of Halfpenny Hosting says yes or no" in text_of(
            colleague.get(forwarded.get_absolute_url())
        )
        assert post(colleague, forwarded, "accept").status_code == 403
        assert state_of(forwarded) == State.FORWARDED

    def test_says_so_when_a_colleague_was_faster(self, as_tom, forwarded, other, tom):
        introductions.decline(forwarded, by=tom)
        answer = as_tom.post(reverse("members:introduction-accept", args=[forwarded.pk]), follow=True)
        assert "Halfpenny Hosting has said no this time" in text_of(answer)
        assert state_of(forwarded) == State.DECLINED

    def test_takes_words_and_keeps_those_it_refuses(self, as_member, as_tom, forwarded):
        answer = post(as_member, forwarded, "write", text="Did you get it?")
        assert "You can write more once they answer" in text_of(answer)
        assert "Did you get it?" in text_of(answer)
        assert post(as_tom, forwarded, "write", text="We did.").url.endswith("#last")

    def test_prints_script_as_text(self, as_member, as_tom, forwarded):
        post(as_tom, forwarded, "write", text="<script>alert(1)</script> 🐑 “'\"")
        page = as_member.get(forwarded.get_absolute_url()).content.decode()
        assert "&lt;script&gt;" in page and "<script>alert" not in page

    def test_reports_to_the_coordinator_or_past_them(
        self, as_tom, forwarded, lancaster, coordinator, officer
    ):
        answer = post(as_tom, forwarded, "report", text="They sell.", to_association="association")
        assert answer.url == forwarded.get_absolute_url()
        report = Report.objects.get()
        assert (report.cluster, report.association) == (None, lancaster.association)
        assert OutgoingMail.objects.get(kind="report").to == officer.email
        assert not Report.objects.visible_to(coordinator).exists()
        assert Report.objects.visible_to(officer).exists()

    def test_of_whom_it_was_reported_to_is_read_on_the_desk(
        self, as_tom, as_coordinator, as_member, firm, forwarded, coordinator
    ):
        Introduction.objects.update(via="direct")
        desk = reverse("admin:members_introduction_change", args=[forwarded.pk])
        assert as_coordinator.get(desk).status_code == 302
        post(as_tom, forwarded, "write", text="Between us.")
        post(as_tom, forwarded, "report", text="They sell.", to_association="cluster")
        report = as_coordinator.get(
            reverse("admin:members_report_change", args=[Report.objects.get().pk])
        ).content.decode()
        assert "Between us." in report and "They sell." in report
        assert as_coordinator.get(desk).status_code == 200

    def test_tells_what_came_of_it_by_either_firm(self, as_member, as_tom, forwarded):
        post(as_tom, forwarded, "accept")
        post(as_member, forwarded, "outcome", outcome="work")
        assert Introduction.objects.get().outcome == "work"
        answer = as_tom.post(
            reverse("members:introduction-outcome", args=[forwarded.pk]), {"outcome": "gold"}, follow=True
        )
        assert "Choose what came of it" in text_of(answer)


class TestTheList:
    def test_of_others_is_not_mine(self, as_other_coordinator, forwarded):
        assert "None yet" in text_of(as_other_coordinator.get(reverse("members:introduction-list")))

    @pytest.mark.parametrize("rows", [1, 12])
    def test_costs_the_same_for_few_and_many(
        self, as_member, firm, lancaster, rows, django_assert_max_num_queries
    ):
        for _ in range(rows):
            for state in State:
                factories.IntroductionFactory(asked=firm, cluster=lancaster, state=state)
                factories.IntroductionFactory(asker=firm, cluster=lancaster, state=state)
            factories.BlockFactory(company=firm)
        with django_assert_max_num_queries(12):
            page = as_member.get(reverse("members:introduction-list"))
        assert "Your answer, please" in text_of(page)
        assert page.content.decode().count("They ask, you answer") <= 20

    def test_unblocks(self, as_member, firm, other):
        block = factories.BlockFactory(company=firm, blocked=other)
        as_member.post(reverse("members:unblock", args=[block.pk]))
        assert not Block.objects.exists()

    def test_my_page_has_what_waits(self, as_tom, forwarded):
        assert "Fellside Analytics would like to meet you" in text_of(as_tom.get("/me/"))


class TestTheLink:
    def test_shows_and_changes_nothing(self, client, forwarded, tom):
        page = client.get(introduction_path(forwarded, tom))
        assert "Fellside Analytics would like to meet you" in text_of(page)
        assert page["Referrer-Policy"] == "same-origin" and "noindex" in page["X-Robots-Tag"]
        assert state_of(forwarded) == State.FORWARDED

    def act(self, client, introduction, user, act, **data):
        token = introduction_token(introduction, user)
        return client.post(reverse(f"members:introduction-link-{act}", args=[token]), data, follow=True)

    def test_says_yes_without_signing_in(self, client, forwarded, tom, member):
        page = self.act(client, forwarded, tom, "accept")
        assert member.email in page.content.decode()
        assert state_of(forwarded) == State.ACCEPTED

    def test_says_no_with_a_line(self, client, forwarded, tom):
        self.act(client, forwarded, tom, "decline", sentence="In spring, perhaps.")
        assert "In spring, perhaps." in OutgoingMail.objects.get(kind="introduction-declined").text

    def test_passes_on_and_turns_down_for_coordinators(
        self, client, forwarded, firm, other, coordinator, lancaster
    ):
        forwarded.delete()
        one = factories.IntroductionFactory(asker=firm, asked=other, cluster=lancaster)
        assert "Pass it on?" in text_of(client.get(introduction_path(one, coordinator)))
        answer = self.act(client, one, coordinator, "turn-down", sentence="")
        assert "Tell them why, in a sentence" in text_of(answer)
        assert "Passed on" in text_of(self.act(client, one, coordinator, "forward", note="Nice."))
        assert state_of(one) == State.FORWARDED

    @pytest.mark.parametrize("role", ["member", "former_coordinator", "other_coordinator", "coordinator"])
    def test_of_somebody_who_may_not_does_nothing(self, client, forwarded, role, request):
        user = request.getfixturevalue(role)
        for act in ("accept", "decline", "forward", "turn-down", "outcome"):
            self.act(client, forwarded, user, act, sentence="No.", outcome="work")
        assert state_of(forwarded) == State.FORWARDED
        assert not OutgoingMail.objects.exists()

    def test_of_somebody_else_does_nothing_for_who_is_signed_in(self, as_member, forwarded, tom):
        assert "somebody else’s" in text_of(self.act(as_member, forwarded, tom, "accept"))
        assert state_of(forwarded) == State.FORWARDED

    def test_of_who_no_longer_acts_for_the_firm_shows_nothing(self, client, forwarded, tom):
        tom.representations.update(state="ended")
        page = self.act(client, forwarded, tom, "accept")
        assert "This link no longer works" in text_of(page)
        assert "Fellside" not in text_of(page)

    def test_shows_no_address_of_a_conversation_that_is_closed(
        self, client, forwarded, tom, other, firm, member
    ):
        self.act(client, forwarded, tom, "accept")
        Introduction.objects.update(ended_at="2026-01-01T12:00Z")
        assert member.email not in client.get(introduction_path(forwarded, tom)).content.decode()

    def test_tells_the_outcome_in_one_click(self, client, forwarded, tom, member):
        introductions.accept(forwarded, by=tom)
        page = client.get(f"{introduction_path(forwarded, member)}?answer=work")
        assert 'btn-primary" name="outcome" value="work"' in page.content.decode()
        assert Introduction.objects.get().outcome == ""
        self.act(client, forwarded, member, "outcome", outcome="work")
        assert Introduction.objects.get().outcome == "work"

    def test_needs_the_token_against_forged_forms(self, forwarded, tom):
        strict = Client(enforce_csrf_checks=True)
        url = reverse("members:introduction-link-accept", args=[introduction_token(forwarded, tom)])
        assert strict.post(url).status_code == 403
        assert state_of(forwarded) == State.FORWARDED


class TestTheDesk:
    def test_waits_in_what_needs_me_now(self, as_coordinator, as_other_coordinator, firm, other, lancaster):
        one = factories.IntroductionFactory(asker=firm, asked=other, cluster=lancaster)
        factories.ReportFactory(introduction=one, company=firm)
        page = text_of(as_coordinator.get("/admin/"))
        assert "Fellside Analytics would like to meet Halfpenny Hosting" in page
        assert "Fellside Analytics reported something" in page
        assert "Fellside" not in text_of(as_other_coordinator.get("/admin/"))

    def test_passes_on_and_settles(self, as_coordinator, firm, member, other, tom, lancaster):
        one = factories.IntroductionFactory(asker=firm, asked=other, cluster=lancaster, asked_by=member)
        as_coordinator.post(f"/admin/members/introduction/{one.pk}/act/forward/", {"note": "Nice."})
        assert OutgoingMail.objects.get(kind="introduction-asked").to == tom.email
        report = factories.ReportFactory(introduction=one, company=firm, by=member)
        as_coordinator.post(f"/admin/members/report/{report.pk}/act/settle/", {"note": "We talked."})
        assert "We talked." in OutgoingMail.objects.get(kind="report-settled").text
