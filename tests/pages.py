"""Reading pages in tests, and filling an association with rows of all kinds."""

import html
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

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


class FormReader(HTMLParser):
    """What a browser would send of the form with this id or action, as it stands."""

    def __init__(self, which: str):
        super().__init__()
        self.which, self.inside = which, False
        self.data: dict[str, list[str]] = {}
        self.select = self.text = ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.inside = self.which in (given.get("id"), given.get("action", ""))
        if not self.inside or "__prefix__" in name or "disabled" in given:
            return
        if tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given and self.select:
            self.data.setdefault(self.select, []).append(value)
        elif tag == "textarea":
            self.text = name
            self.data[name] = [""]
        elif tag == "input" and name and self.is_sent(given):
            self.data.setdefault(name, []).append(value)

    @staticmethod
    def is_sent(given) -> bool:
        kind = given.get("type")
        return "checked" in given if kind in ("checkbox", "radio") else kind not in ("submit", "file")

    def handle_data(self, data):
        if self.text:
            self.data[self.text][0] += data.removeprefix("\n")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"
        self.select = "" if tag == "select" else self.select
        self.text = "" if tag == "textarea" else self.text


def form_of(response, which: str) -> dict[str, list[str]]:
    reader = FormReader(which)
    reader.feed(response.content.decode())
    return reader.data


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
