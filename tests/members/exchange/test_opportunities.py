from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act
from members.exchange import opportunities
from members.exchange.opportunities import MOST_OPEN
from members.models import Introduction, Opportunity, OutgoingMail
from members.views import opportunities as pages
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LIST = "/opportunities/"


def day(days: int):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def local(other, lancaster):
    """Of `other`, to Lancaster & Morecambe alone."""
    opportunity = factories.OpportunityFactory(company=other, title="For Lancaster", to_all=False)
    opportunity.clusters.add(lancaster)
    return opportunity


@pytest.fixture
def far(furness):
    """A member of Furness."""
    return factories.RepresentativeFactory(company=factories.MembershipFactory(cluster=furness).company).user


def post(company, by, **facts):
    usual = {"kind": "ask", "theme": "growth", "title": "A tester", "text": "Two days.", "until": day(20)}
    return opportunities.post(company, by=by, **{**usual, **facts})


# --- who sees it --------------------------------------------------------------------------------------
def test_members_alone_see_them_and_only_in_the_clusters_they_were_posted_to(
    local, other, tom, member, far, coordinator, other_coordinator, officer, former_coordinator
):
    to_all = factories.OpportunityFactory(company=other)
    seen = {
        user: set(Opportunity.objects.visible_to(user).open())
        for user in (member, tom, far, coordinator, officer, other_coordinator, former_coordinator)
    }
    assert seen == {
        member: {local, to_all},
        tom: {local, to_all},
        far: {to_all},
        coordinator: {local, to_all},
        officer: {local, to_all},
        other_coordinator: set(),
        former_coordinator: set(),
    }
    assert not Opportunity.objects.visible_to(AnonymousUser()).exists()
    applicant = factories.RepresentativeFactory(
        company=factories.MembershipFactory(state="applied").company
    ).user
    assert not Opportunity.objects.visible_to(applicant).exists()


def test_nobody_sees_those_of_a_firm_that_left(local, other, member):
    other.memberships.update(state="left")
    assert not Opportunity.objects.visible_to(member).exists()


def test_the_last_day_is_a_whole_day_and_then_it_is_gone(member, other):
    factories.OpportunityFactory(company=other, until=day(0))
    assert Opportunity.objects.open().exists()
    assert not Opportunity.objects.open(day(1)).exists()


# --- posting ------------------------------------------------------------------------------------------
def test_the_same_title_twice_is_one(firm, member):
    assert post(firm, member) == post(firm, member)
    assert Act.objects.get().verb == "posted"


def test_a_firm_has_so_many_open_at_a_time(firm, member):
    posted = [post(firm, member, title=f"No {number}") for number in range(MOST_OPEN)]
    with pytest.raises(Refused, match="Close one first"):
        post(firm, member)
    opportunities.close(posted[0], "member", by=member)
    post(firm, member)


@pytest.mark.parametrize(
    ("until", "sentence"), [(0, "ahead of us"), (-1, "ahead of us"), (200, "Half a year is the longest")]
)
def test_its_last_day_is_ahead_and_not_too_far(firm, member, until, sentence):
    with pytest.raises(Refused, match=sentence):
        post(firm, member, until=day(until))


def test_who_is_no_member_posts_nothing(firm, member):
    firm.memberships.update(state="left")
    with pytest.raises(Refused, match="not a member"):
        post(firm, member)


def test_the_form_keeps_what_was_typed_and_says_what_is_missing(as_member, lancaster, furness):
    answer = as_member.post(
        reverse("members:opportunity-post"),
        {"kind": "ask", "title": "A tester", "until": "2020-01-01", "clusters": [furness.pk]},
    )
    page = text_of(answer)
    for sentence in (
        "The last day has to be ahead of us",
        "Choose among your own clusters",
        "Say a little more",
    ):
        assert sentence in page
    assert 'value="A tester"' in answer.content.decode()
    assert not Opportunity.objects.exists()


def test_the_form_posts_to_ones_own_cluster(as_member, lancaster, firm):
    facts = {"kind": "ask", "theme": "skills", "title": " A  tester ", "text": "**Two** days."}
    answer = as_member.post(
        reverse("members:opportunity-post"), {**facts, "until": day(20), "clusters": [lancaster.pk]}
    )
    found = Opportunity.objects.get()
    assert (answer.url, found.title, found.to_all) == (found.get_absolute_url(), "A tester", False)
    assert "<strong>Two</strong>" in as_member.get(answer.url).content.decode()


# --- answering ----------------------------------------------------------------------------------------
def test_an_answer_goes_straight_to_who_posted_though_introductions_do_not(
    as_member, local, tom, coordinator
):
    answer = as_member.post(reverse("members:opportunity-reply", args=[local.pk]), {"reason": "We can."})
    made = Introduction.objects.get()
    assert (answer.url, made.opportunity, made.state) == (made.get_absolute_url(), local, "forwarded")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.kind) == (tom.email, "introduction-asked")
    assert "For Lancaster" in mail.text
    assert "You have answered" in text_of(as_member.get(local.get_absolute_url()))


def test_an_answer_overtakes_the_coordinator(firm, member, other, tom, lancaster, local, coordinator):
    waiting = factories.IntroductionFactory(asker=firm, asked=other, cluster=lancaster, asked_by=member)
    assert opportunities.reply(local, firm, by=member, text="We can.") == waiting
    waiting.refresh_from_db()
    assert (waiting.state, waiting.messages.get().text) == ("forwarded", "We can.")


def test_a_closed_one_takes_no_answers(as_member, local):
    Opportunity.objects.update(until=day(-1))
    answer = as_member.post(reverse("members:opportunity-reply", args=[local.pk]), {"reason": "We can."})
    assert "This has closed since" in text_of(answer)


def test_a_blocked_firm_does_not_get_through_by_it(firm, member, other, tom, local):
    factories.BlockFactory(company=other, blocked=firm)
    with pytest.raises(Refused, match="takes no introductions"):
        opportunities.reply(local, firm, by=member, text="We can.")


# --- closing ------------------------------------------------------------------------------------------
def test_it_closes_by_itself_and_asks_once_what_came_of_it(other, tom, local):
    assert opportunities.close_past() == 0
    later = timezone.now() + timedelta(days=31)
    assert [opportunities.close_past(later), opportunities.close_past(later)] == [1, 0]
    assert OutgoingMail.objects.get(kind="opportunity-ended").to == tom.email
    local.refresh_from_db()
    closed_at = local.closed_at
    opportunities.close(local, "member", by=tom)
    assert (local.outcome, local.closed_at) == ("member", closed_at)


def test_author_and_lead_close_it_and_colleagues_do_not(local, other, tom):
    url = reverse("members:opportunity-close", args=[local.pk])
    colleague = factories.RepresentativeFactory(company=other, role="member").user
    assert client_of(colleague).post(url, {"outcome": "member"}).status_code == 403
    Opportunity.objects.update(author=colleague)
    client_of(colleague).post(url, {"outcome": "member"})
    local.refresh_from_db()
    assert (local.state, local.outcome, local.closed_by) == ("closed", "member", colleague)


def test_a_coordinator_of_the_firm_takes_it_down_with_a_sentence(as_coordinator, as_member, local, tom):
    url = f"/admin/members/opportunity/{local.pk}/act/take_down/"
    assert "Tell the firm why" in text_of(as_coordinator.post(url, {"sentence": ""}))
    as_coordinator.post(url, {"sentence": "It is an advertisement."})
    mail = OutgoingMail.objects.get(kind="opportunity-taken-down")
    assert mail.to == tom.email and "It is an advertisement." in mail.text
    assert local.title not in text_of(as_member.get(LIST))
    with pytest.raises(Refused, match="has taken this down"):
        opportunities.close(local, "member", by=tom)


# --- the list -----------------------------------------------------------------------------------------
def test_the_list_is_narrowed_by_theme_kind_and_cluster(as_member, furness, local):
    elsewhere = factories.MembershipFactory(cluster=furness).company
    factories.OpportunityFactory(company=elsewhere, kind="offer", theme="growth", title="From Furness")
    for query, seen in [
        ("", {"For Lancaster", "From Furness"}),
        ("?kind=offer", {"From Furness"}),
        ("?theme=technology", {"For Lancaster"}),
        ("?cluster=furness", {"From Furness"}),
        ("?cluster=furness&kind=ask", set()),
        ("?cluster=nowhere&kind=%00&theme=" + "x" * 5000, {"For Lancaster", "From Furness"}),
    ]:
        page = text_of(as_member.get(LIST + query))
        assert {title for title in ("For Lancaster", "From Furness") if title in page} == seen, query


def offered(page) -> list[str]:
    return [slug for slug, name in page.context["filter"].fields["cluster"].choices]


def test_clusters_whose_firms_have_posted_are_to_be_chosen_and_the_chosen_one(as_member, furness, local):
    assert offered(as_member.get(LIST)) == ["", "lancaster"]
    assert offered(as_member.get(f"{LIST}?cluster=furness")) == ["", "furness", "lancaster"]


def test_of_too_many_clusters_one_s_own_are_to_be_chosen(as_member, furness, local, monkeypatch):
    factories.OpportunityFactory(company=factories.MembershipFactory(cluster=furness).company)
    assert offered(as_member.get(LIST)) == ["", "furness", "lancaster"]
    monkeypatch.setattr(pages, "MOST_CLUSTERS", 1)
    assert offered(as_member.get(LIST)) == ["", "lancaster"]


def test_one_s_own_stay_in_sight_with_what_came_of_them(as_member, firm):
    factories.OpportunityFactory(company=firm, title="Old one", state="closed", outcome="member")
    assert "A member and we came together" in text_of(as_member.get(LIST))


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_costs_the_same_for_few_and_many(
    as_member, firm, lancaster, rows, django_assert_max_num_queries
):
    for _ in range(rows):
        factories.OpportunityFactory(company=factories.MembershipFactory(cluster=lancaster).company)
        own = factories.OpportunityFactory(company=firm)
        factories.IntroductionFactory(asked=firm, cluster=lancaster, opportunity=own)
    with django_assert_max_num_queries(17):
        page = as_member.get(LIST)
    assert page.content.decode().count('class="ask"') <= 20
