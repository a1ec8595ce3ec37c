"""Reading pages in tests, and filling an association with rows of all kinds."""

import html
import json
import re
from datetime import timedelta

from django.utils import timezone

from clusters.models import Question
from meetings.models import AgendaItem, Duty, Meeting
from news.models import Article
from tests import factories


def text_of(response) -> str:
    """The words of a page as people read them, without its scripts and its pictures."""
    markup = response.content.decode()
    markup = re.sub(r"(?s)<head>.*?</head>|<script.*?</script>|<svg.*?</svg>", " ", markup)
    return (
        " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split()).replace(" .", ".").replace(" ,", ",")
    )


def title_of(response) -> str:
    return html.unescape(re.search(r"<title>(.*?)</title>", response.content.decode())[1])


def linked_data_of(response) -> dict:
    found = re.search(r'(?s)<script type="application/ld\+json">(.*?)</script>', response.content.decode())
    return json.loads(found[1])


def grow(association, size: int) -> None:
    """`size` clusters, each with `size` rows of every kind that a page may list."""
    for _ in range(size):
        cluster = factories.ClusterFactory(association=association, districts=["LA1"])
        factories.OfficerFactory(cluster=cluster)
        for number in range(size):
            company = factories.MembershipFactory(cluster=cluster).company
            topic = factories.TopicFactory(cluster=cluster)
            factories.SupportFactory(cluster=cluster, association=None)
            factories.QuestionFactory(cluster=cluster, live=Question.Live.values[1:][number % 4])
            for days in (30, -30):
                starts = timezone.now() + timedelta(days=days + number)
                meeting = factories.MeetingFactory(
                    cluster=cluster,
                    starts_at=starts,
                    ends_at=starts + timedelta(hours=2),
                    venue=factories.VenueFactory(cluster=cluster),
                    state=Meeting.State.PUBLISHED if days > 0 else Meeting.State.HELD,
                )
                state = Duty.State.ACCEPTED if days > 0 else Duty.State.FULFILLED
                for role in Duty.Role:
                    factories.DutyFactory(meeting=meeting, company=company, role=role, state=state)
                item = factories.AgendaItemFactory(meeting=meeting, topic=topic, kind=AgendaItem.Kind.TALK)
                factories.PresentationFactory(meeting=meeting, agenda_item=item, company=company)
            for kind in Article.Kind:
                article = factories.ArticleFactory(
                    association=association, kind=kind, quote="It paid.", author=factories.UserFactory()
                )
                article.clusters.add(cluster)
                article.companies.add(company)
    drive = factories.DriveFactory(association=association)
    factories.TargetFactory(drive=drive)
