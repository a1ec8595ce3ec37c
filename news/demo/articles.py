"""News and success stories."""

from datetime import date, time, timedelta

from django.utils.text import slugify

from news.demo.days import launch_day, moment, working_day
from news.demo.stage import Stage
from news.demo.texts import Block, blocks
from news.models import Article


def load(stage: Stage) -> None:
    stage.progress("news")
    for block in blocks("stories.txt"):
        _article(stage, block)


def _article(stage: Stage, block: Block) -> None:
    facts = block.facts
    state = facts.get("state", Article.State.PUBLISHED)
    published = moment(_day(stage, facts["day"]), time(9)) if state == Article.State.PUBLISHED else None
    firms = [stage.companies[name] for name in facts.get("firms", "").split("; ") if name]
    article = Article.objects.create(
        association=stage.associations[facts["of"]],
        kind=facts["kind"],
        title=facts["title"],
        slug=slugify(block.name),
        summary=facts["summary"],
        body=block.prose,
        theme=facts.get("theme", ""),
        quote=facts.get("quote", ""),
        quote_by=facts.get("quote_by", ""),
        outcome=facts.get("outcome", ""),
        scene=facts.get("scene", ""),
        author=stage.lead(stage.companies[facts["author"]]),
        company=stage.companies[facts["author"]],
        problem=facts.get("problem", ""),
        together=facts.get("together", ""),
        result=facts.get("result", ""),
        state=state,
        note=facts.get("note", ""),
        submitted_at=moment(_day(stage, facts["day"]), time(9)) if state == Article.State.SUBMITTED else None,
        published_at=published,
    )
    article.clusters.set([stage.clusters[slug] for slug in facts.get("clusters", "").split()])
    article.companies.set(firms)


def _day(stage: Stage, words: str) -> date:
    """From "-16" (days), "launch" (the week after it) or "first of penrith" (just after its first meeting)."""
    if words == "launch":
        return launch_day(stage.today) + timedelta(days=6)
    if words.startswith("first of "):
        return stage.meetings[words.removeprefix("first of ")][0].starts_at.date() + timedelta(days=2)
    return working_day(stage.today + timedelta(days=int(words) - 2))
