"""Associations, clusters, what they talk about, who supports them, and the questions people ask."""

from datetime import time, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.utils.text import slugify

from clusters.models import (
    AskedQuestion,
    Association,
    Cluster,
    Hostname,
    Question,
    Support,
    Supporter,
    Theme,
    Topic,
)
from members.models import Drive, Target
from news.demo.days import AUGUST, drive_dates, founding_day
from news.demo.stage import Stage
from news.demo.texts import Block, blocks, rows

TOPICS_BY_CADENCE = {"monthly": 13, "six-weekly": 11, "two-monthly": 9}  # each has two talks or more
TARGETS = {"new-members": 250, "events": 10, "training": 10, "demand": 10}


def load(stage: Stage) -> None:
    stage.progress("associations")
    for block in blocks("associations.txt"):
        stage.associations[block.name] = _association(stage, block)
    stage.progress("clusters")
    for block in blocks("clusters.txt"):
        stage.clusters[block.name] = _cluster(stage, block)
        stage.months[block.name] = block.facts.get("months", "")
    _topics(stage)
    _supporters(stage)
    _questions(stage)
    _drive(stage)


def _association(stage: Stage, block: Block) -> Association:
    facts = block.facts
    cells = [cell.split() for cell in facts["mark"].split(", ")]
    association = Association.objects.create(
        slug=block.name,
        name=facts["name"],
        short_name=facts["short_name"],
        name_lines=facts["lines"],
        tagline=facts["tagline"],
        lead=facts["lead"],
        about=block.prose,
        contact_email=f"hello@{block.name}.example",
        contact_phone=facts["phone"],
        accent=facts["accent"],
        mark=[[slug, float(column), int(row)] for slug, column, row in cells],
        clusters_are_branches="branches" in facts,
        founded=founding_day(facts["founded"], stage.today),
    )
    Hostname.objects.create(association=association, name=facts["hostname"])
    return association


def _cluster(stage: Stage, block: Block) -> Cluster:
    facts = block.facts
    association = stage.associations[facts["association"]]
    latitude, longitude = facts["at"].split()
    cadence, *week, weekday, start, minutes = facts["rhythm"].split()
    return Cluster.objects.create(
        association=association,
        slug=block.name,
        name=facts["name"],
        kind=Cluster.Kind.BRANCH if association.clusters_are_branches else Cluster.Kind.CLUSTER,
        state=facts.get("state", Cluster.State.ACTIVE),
        lead=facts["lead"],
        about=block.prose,
        where=facts["where"],
        founded=founding_day(facts["founded"], stage.today),
        town=facts["town"],
        latitude=Decimal(latitude),
        longitude=Decimal(longitude),
        districts=facts["districts"].split(),
        cadence=cadence,
        usual_week=Cluster.Week[week[0].upper()] if week else None,
        usual_weekday=Cluster.Weekday[weekday.upper()],
        usual_start=time.fromisoformat(start),
        usual_minutes=int(minutes),
        pause_months=[AUGUST] if cadence == Cluster.Cadence.MONTHLY else [],
        contact_email=f"{block.name}@{association.slug}.example",
        glyph_seed=int(facts["seed"]),
        scene=facts.get("scene", ""),
    )


def _topics(stage: Stage) -> None:
    """Each cluster has its own choice of topics, with something under each theme."""
    known = list(dict.fromkeys(name for name, _ in rows("talks.txt")))
    topics = [[part.strip() for part in name.split("|")] for name in known]
    wishes = {block.name: block.facts.get("topics", "").split(", ") for block in blocks("clusters.txt")}
    by_theme = {theme: [topic for topic in topics if topic[0] == theme] for theme in Theme.values}
    for slug, cluster in stage.clusters.items():
        chance = stage.random(f"topics of {slug}")
        chosen = [topic for topic in topics if topic[1] in wishes[slug]]
        chosen += [
            chance.choice(of_theme)
            for theme, of_theme in by_theme.items()
            if theme not in {topic[0] for topic in chosen}
        ]
        others = [topic for topic in topics if topic not in chosen]
        chosen += chance.sample(others, TOPICS_BY_CADENCE[cluster.cadence] - len(chosen))
        stage.topics[slug] = Topic.objects.bulk_create(
            Topic(cluster=cluster, theme=theme, name=name, summary=summary) for theme, name, summary in chosen
        )


def _supporters(stage: Stage) -> None:
    for place, cells in rows("supporters.txt"):
        name, kind, gives, description, pounds, start, about = cells
        first, _, last = start.partition(" to ")
        supporter = Supporter.objects.create(name=name, slug=slugify(name), kind=kind, about=about)
        Support.objects.create(
            supporter=supporter,
            association=stage.associations.get(place),
            cluster=stage.clusters.get(place),
            gives=gives,
            description=description,
            amount=Decimal(pounds.strip("()")) if pounds else None,
            amount_public=pounds.isdigit(),
            start=founding_day(first, stage.today),
            end=founding_day(last, stage.today) if last else None,
        )


def _questions(stage: Stage) -> None:
    """A block is named by its key alone, or with the association or cluster whose answer it is."""
    questions = []
    positions: dict[str, int] = {}
    for block in blocks("faq.txt"):
        key, _, place = block.name.partition(" of ")
        positions.setdefault(key, 10 * (len(positions) + 1))
        questions.append(
            Question(
                association=stage.associations.get(place),
                cluster=stage.clusters.get(place),
                key=key,
                group=block.facts["group"],
                position=positions[key],
                question=block.facts["question"],
                answer=block.prose,
                live=block.facts.get("live", ""),
                state=Question.State.PUBLISHED,
                review_on=stage.today + relativedelta(months=6),
            )
        )
    Question.objects.bulk_create(questions)
    AskedQuestion.objects.create(
        cluster=stage.clusters["lancaster"],
        question="We are two people and sell a booking system to campsites. Is that digital enough to join?",
        name="Josie Tarn",
        email="josie@tarn-bookings.example",
        asked_at=stage.now - timedelta(days=1),
    )


def _drive(stage: Stage) -> None:
    start, end = drive_dates(stage.today)
    drive = Drive.objects.create(
        association=stage.associations["wmita"],
        name=f"250 new members by {end:%B %Y}",
        slug="250-new-members",
        summary="A year to find 250 firms, and to give them ten events, ten trainings and ten evenings with buyers.",
        start=start,
        end=end,
    )
    Target.objects.bulk_create(
        Target(drive=drive, kind=kind, number=number) for kind, number in TARGETS.items()
    )
