"""What firms ask of each other: introductions in each state, asks and offers, a report and a block."""

from datetime import timedelta

from members.models import Block, Company, Introduction, IntroductionMessage, Opportunity, Report, User
from news.demo.stage import Stage
from news.demo.texts import Block as Text
from news.demo.texts import blocks

State, Via = Introduction.State, Introduction.Via
ANSWERED_AFTER, PASSED_ON_AFTER = timedelta(days=1), timedelta(hours=5)


def load(stage: Stage) -> None:
    stage.progress("introductions and opportunities")
    _ways_in(stage)
    for text in blocks("introductions.txt"):
        _introduction(stage, text)
    for text in blocks("opportunities.txt"):
        _opportunity(stage, text)
    _trouble(stage)


def _ways_in(stage: Stage) -> None:
    """Most firms are reached through the coordinator, some directly, a few not now."""
    chance = stage.random("introductions")
    for company in stage.companies.values():
        if chance.random() < 0.3:
            company.introductions = chance.choice(["direct"] * 5 + ["none"])
    Company.objects.bulk_update(stage.companies.values(), ["introductions"])


def _introduction(stage: Stage, text: Text) -> None:
    facts = text.facts
    asker, asked = stage.companies[facts["asker"]], stage.companies[facts["asked"]]
    state, via = facts["state"], facts.get("via", Via.COORDINATOR)
    at = stage.now - timedelta(days=int(facts["days"]))
    reached = state != State.REQUESTED and facts.get("by") != "coordinator"
    forwarded = (at + PASSED_ON_AFTER if via == Via.COORDINATOR else at) if reached else None
    answered = at + ANSWERED_AFTER if state in (State.ACCEPTED, State.DECLINED) else None
    decided_by: User | None = stage.lead(asked) if reached else stage.officers[facts["cluster"]]
    reason, *messages = text.prose.split("\n\n")
    introduction = Introduction.objects.create(
        asker=asker,
        asked=asked,
        cluster=stage.clusters[facts["cluster"]],
        via=via,
        reason=reason,
        state=state,
        asked_by=stage.lead(asker),
        asked_at=at,
        note=facts.get("note", ""),
        forwarded_by=stage.officers[facts["cluster"]] if via == Via.COORDINATOR and reached else None,
        forwarded_at=forwarded,
        decided_by=decided_by if answered else None,
        decided_at=answered,
        ended_at=at + ANSWERED_AFTER if state in (State.DECLINED, State.WITHDRAWN) else None,
        ended_because=facts.get("because", ""),
        outcome=facts.get("outcome", ""),
        outcome_asked_at=at + timedelta(days=61) if "outcome" in facts else None,
        outcome_at=at + timedelta(days=62) if "outcome" in facts else None,
        outcome_by=stage.lead(asker) if "outcome" in facts else None,
    )
    for number, message in enumerate(messages, start=1):
        firm, words = message.split(": ", 1)
        IntroductionMessage.objects.create(
            introduction=introduction,
            company=stage.companies[firm],
            author=stage.lead(stage.companies[firm]),
            text=words,
            at=at + ANSWERED_AFTER + timedelta(hours=3 * number),
        )


def _opportunity(stage: Stage, text: Text) -> None:
    facts = text.facts
    company = stage.companies[facts["of"]]
    until = stage.today + timedelta(days=int(facts["left"]))
    clusters = [stage.clusters[slug] for slug in facts.get("clusters", "").split()]
    is_open = until >= stage.today and "because" not in facts
    opportunity = Opportunity.objects.create(
        company=company,
        author=stage.lead(company),
        kind=facts["kind"],
        theme=facts["theme"],
        title=text.name,
        text=text.prose,
        to_all=not clusters,
        until=until,
        posted_at=stage.now - timedelta(days=int(facts["days"])),
        state=Opportunity.State.OPEN if is_open else Opportunity.State.CLOSED,
        closed_at=None if is_open else min(stage.now, stage.now + (until - stage.today)),
        taken_down_because=facts.get("because", ""),
        outcome=facts.get("outcome", ""),
    )
    opportunity.clusters.set(clusters)
    if "answer" in facts:
        _answer(stage, opportunity, *facts["answer"].split(" | "))


def _answer(stage: Stage, opportunity: Opportunity, firm: str, words: str) -> None:
    at = stage.now - timedelta(days=1)
    Introduction.objects.create(
        asker=stage.companies[firm],
        asked=opportunity.company,
        cluster=stage.clusters[stage.homes[opportunity.company.name]],
        via=Via.DIRECT,
        opportunity=opportunity,
        reason=words,
        state=State.FORWARDED,
        asked_by=stage.lead(stage.companies[firm]),
        asked_at=at,
        forwarded_at=at,
    )


def _trouble(stage: Stage) -> None:
    reporter, blocked = stage.companies["Moor Lane Studio"], stage.companies["Greaves Security"]
    Report.objects.create(
        company=reporter,
        by=stage.lead(reporter),
        opportunity=Opportunity.objects.get(company=stage.companies["Bay Horse Robotics"]),
        cluster=stage.clusters["lancaster"],
        text="They have rung us three times this week about the open day. We would like them to stop.",
        at=stage.now - timedelta(days=1),
    )
    Block.objects.create(
        company=stage.companies["Lune Valley Systems"],
        blocked=blocked,
        by=stage.lead(stage.companies["Lune Valley Systems"]),
        at=stage.now - timedelta(days=30),
    )
