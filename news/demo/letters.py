"""What members are writing just now, what coordinators wrote to them, and who waits for a cluster further away."""

from datetime import time, timedelta

from members.models import Interest
from news.demo.days import moment, working_day
from news.demo.stage import Stage
from news.models import Article, Consent, Letter

ELLENS = "Lune Valley Systems"
WAITING = {"TR1": 3, "EX4": 2, "BT1": 1, "TD9": 4}  # people by district


def load(stage: Stage) -> None:
    stage.progress("letters")
    stories(stage)
    letters(stage)
    for district, number in WAITING.items():
        for person in range(number):
            asked = stage.now - timedelta(days=9 * person + 3)
            Interest.objects.create(
                association=stage.associations["lcict"],
                district=district,
                email=f"somebody-{person}@{district.lower()}.example",
                asked_at=asked,
                confirmed_at=asked + timedelta(minutes=5),
            )


def stories(stage: Stage) -> None:
    """One that a firm agreed to and another has not answered yet, and one that was given back."""
    lancaster = stage.clusters["lancaster"]
    firms = [member.company for member in stage.memberships["lancaster"]]
    ours = stage.companies[ELLENS]
    others = [company for company in firms if company != ours]
    author = others[0]
    told = {
        "association": lancaster.association,
        "kind": Article.Kind.STORY,
        "theme": "technology",
    }
    sent_in = Article.objects.create(
        **told,
        title="A backup that had never been tried",
        slug="a-backup-that-had-never-been-tried",
        summary="One question at the table, one bad night avoided.",
        problem="Our backups ran every night for six years. Nobody had ever put one back.",
        together=f"At the March meeting {ours} asked who had. Nobody put a hand up. "
        f"Two weeks later three of us sat in a room with {others[1]} and tried.",
        result="One of the three came back whole. All three do now, and we try again each quarter.",
        outcome="Three firms that can sleep",
        author=stage.lead(author),
        company=author,
        state=Article.State.SUBMITTED,
        submitted_at=stage.now - timedelta(days=4),
    )
    sent_in.clusters.set([lancaster])
    sent_in.companies.set([author, ours, others[1]])
    for company, state in ((ours, Consent.State.ASKED), (others[1], Consent.State.AGREED)):
        agreed = state == Consent.State.AGREED
        Consent.objects.create(
            article=sent_in,
            company=company,
            state=state,
            fingerprint=sent_in.fingerprint,
            asked_at=stage.now - timedelta(days=4),
            answered_at=stage.now - timedelta(days=2) if agreed else None,
            answered_by=stage.lead(company) if agreed else None,
        )
    given_back = Article.objects.create(
        **told,
        title="The apprentice we share",
        slug="the-apprentice-we-share",
        summary="Two firms, one apprentice, three days here and two there.",
        problem="Neither of us had five days of work for an apprentice.",
        together="We asked the college at the September meeting.",
        result="She started in October.",
        author=stage.lead(ours),
        company=ours,
        state=Article.State.RETURNED,
        note="Lovely. Who pays her on the days in between, and has she said yes to being in it?",
    )
    given_back.clusters.set([lancaster])
    given_back.companies.set([ours])


def letters(stage: Stage) -> None:
    lancaster, lcict = stage.clusters["lancaster"], stage.associations["lcict"]
    ruth, hilary = stage.officers["lancaster"], stage.officers["lcict"]
    for days, subject, body in (
        (
            -40,
            "A room for the winter",
            "The usual room is being painted.\n\nWho has **thirty chairs** in January?",
        ),
        (
            -12,
            "Thank you for the chairs",
            "Four offers in a day. We meet at the first, and keep the others in mind.",
        ),
    ):
        sent = moment(working_day(stage.today + timedelta(days=days)), time(9))
        Letter.objects.create(
            cluster=lancaster, subject=subject, body=body, author=ruth, state="sent", sent_at=sent, mails=24
        )
    Letter.objects.create(
        cluster=lancaster,
        subject="Who brings a newcomer?",
        body="Each of us knows one firm that should be at the table.\n\n- Ask it.\n- Bring it.",
        author=ruth,
    )
    Letter.objects.create(
        association=lcict,
        subject="The year ahead",
        body="All twelve clusters have set their dates. They are on the [calendar](/meetings/).",
        author=hilary,
        state="sent",
        sent_at=moment(working_day(stage.today - timedelta(days=20)), time(9)),
        mails=210,
    )
