"""Two people, two tabs, two firms at the same moment: several connections, real transactions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.errors import Refused
from members.exchange import endings, introductions, opportunities, reports
from members.exchange.introductions import MOST_UNANSWERED
from members.models import Block, Introduction, Opportunity, OutgoingMail, Report
from tests import factories
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)

State = Introduction.State


@pytest.fixture
def world(firm, member, lancaster, coordinator):
    """Fellside Analytics asks Halfpenny Hosting, for which two people answer."""
    other = factories.MembershipFactory(cluster=lancaster, company__name="Halfpenny Hosting").company
    lead = factories.RepresentativeFactory(company=other).user
    deputy = factories.RepresentativeFactory(company=other, role="deputy").user
    return firm, member, other, lead, deputy


def asked(world, state):
    firm, member, other, *_ = world
    cluster = firm.memberships.get().cluster
    return factories.IntroductionFactory(
        asker=firm, asked=other, cluster=cluster, asked_by=member, state=state
    )


def fresh(introduction):
    return Introduction.objects.get(pk=introduction.pk)


def refusals(outcomes):
    unexpected = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert not unexpected, unexpected
    return [one for one in outcomes if isinstance(one, Refused)]


@pytest.mark.parametrize("round_", range(5))
def test_yes_and_no_of_two_people_of_the_firm_come_to_one_answer(world, round_):
    *_, lead, deputy = world
    one = asked(world, State.FORWARDED)
    outcomes = at_once(
        lambda: introductions.accept(fresh(one), by=lead),
        lambda: introductions.decline(fresh(one), by=deputy),
    )
    assert len(refusals(outcomes)) == 1
    kinds = set(OutgoingMail.objects.values_list("kind", flat=True))
    assert kinds == (
        {"introduction-accepted"} if fresh(one).state == State.ACCEPTED else {"introduction-declined"}
    )


def test_two_yeses_introduce_once(world):
    *_, lead, deputy = world
    one = asked(world, State.FORWARDED)
    outcomes = at_once(
        lambda: introductions.accept(fresh(one), by=lead), lambda: introductions.accept(fresh(one), by=deputy)
    )
    assert not refusals(outcomes)
    assert OutgoingMail.objects.filter(kind="introduction-accepted").count() == 2  # one to each firm


def test_a_coordinator_who_passes_on_and_another_who_turns_down_come_to_one_end(world, coordinator, officer):
    one = asked(world, State.REQUESTED)
    outcomes = at_once(
        lambda: introductions.forward(fresh(one), by=coordinator),
        lambda: introductions.turn_down(fresh(one), by=officer, sentence="Not now."),
    )
    assert len(refusals(outcomes)) == 1
    assert fresh(one).state in (State.FORWARDED, State.DECLINED)


def test_asking_in_two_tabs_makes_one(world):
    firm, member, other, *_ = world

    def ask():
        return introductions.ask(firm, other, by=member, reason="Hello.")

    assert not refusals(at_once(ask, ask, ask))
    assert Introduction.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="introduction-forward").count() == 1


def test_two_firms_that_ask_each_other_are_introduced(world):
    firm, member, other, lead, _ = world
    outcomes = at_once(
        lambda: introductions.ask(firm, other, by=member, reason="Hello."),
        lambda: introductions.ask(other, firm, by=lead, reason="Hello, you."),
    )
    assert not refusals(outcomes)
    assert Introduction.objects.get().state == State.ACCEPTED


def test_nobody_gets_past_the_limit_by_asking_at_once(world, lancaster):
    firm, member, *_ = world
    for _ in range(MOST_UNANSWERED - 1):
        factories.IntroductionFactory(asker=firm, cluster=lancaster, asked_at="2025-01-01T12:00Z")
    memberships = factories.MembershipFactory.create_batch(4, cluster=lancaster)
    firms = [factories.RepresentativeFactory(company=one.company).company for one in memberships]
    asks = [lambda other=other: introductions.ask(firm, other, by=member, reason="Hi.") for other in firms]
    assert len(refusals(at_once(*asks))) == 3


@pytest.mark.parametrize("round_", range(3))
def test_a_block_leaves_nothing_live_behind(world, round_):
    firm, member, other, lead, _ = world
    at_once(
        lambda: introductions.ask(firm, other, by=member, reason="Hello."),
        lambda: endings.block(other, firm, by=lead),
    )
    assert Block.objects.exists() and not Introduction.objects.live().exists()


def test_an_opportunity_and_a_report_sent_twice_are_one_each(world, lancaster):
    firm, member, other, lead, _ = world
    day = timezone.localdate() + timedelta(days=20)

    def post():
        facts = {"kind": "ask", "theme": "growth", "title": "A tester", "text": "Two days."}
        return opportunities.post(firm, by=member, until=day, **facts)

    assert not refusals(at_once(post, post))
    found = Opportunity.objects.get()

    def write():
        return reports.report(found, other, by=lead, text="Hm.")

    assert not refusals(at_once(write, write))
    assert Report.objects.count() == OutgoingMail.objects.filter(kind="report").count() == 1


def test_closing_and_taking_down_come_to_one_end(world, coordinator):
    firm, member, *_ = world
    one = factories.OpportunityFactory(company=firm)
    at_once(
        lambda: opportunities.close(Opportunity.objects.get(pk=one.pk), "member", by=member),
        lambda: opportunities.take_down(Opportunity.objects.get(pk=one.pk), by=coordinator, sentence="No."),
    )
    one.refresh_from_db()
    assert bool(one.outcome) != bool(one.taken_down_because)
