"""The weekly mail: what is new for a person, once a week, and only if there is something.

It goes out on Monday morning; if no worker is up then, until Wednesday night. What a week that was left out would have
told is in the next one.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from clusters import present
from clusters.languages import in_site_language
from clusters.models import Association, Cluster
from meetings.models import Meeting
from members import outbox
from members.models import Company, MailChoice, Opportunity, User
from news.models import Article, Digest, Letter

AT = time(7)  # by the site's clock
LATEST_DAY = 2  # Wednesday
LOOK_AHEAD = timedelta(days=28)
LOOK_BACK = timedelta(days=21)  # at most, after weeks without a digest
MOST = 10  # of each kind
Kind, How = MailChoice.Kind, MailChoice.How


@dataclass(frozen=True)
class Contents:
    association: Association
    opportunities: list[Opportunity] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    meetings_count: bool = False  # who gets no agendas at once is told of meetings by this mail

    @property
    def has_something(self) -> bool:
        new = self.opportunities or self.articles or self.letters
        return bool(new or (self.meetings_count and self.meetings))


def send_weekly(now: datetime | None = None) -> None:
    """A job of the worker."""
    now = now or present.now()
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    begins = timezone.make_aware(datetime.combine(monday, AT))
    if now < begins or today.weekday() > LATEST_DAY or Digest.objects.filter(week=monday).exists():
        return
    last = Digest.objects.filter(week__lt=monday).first()
    since = max(last.sent_at if last else now - timedelta(days=7), now - LOOK_BACK)
    digest, is_ours = Digest.objects.get_or_create(week=monday, defaults={"sent_at": now})
    if is_ours:
        digest.mails = sum(
            send_to(person, digest, since, now) for person in readers().iterator(chunk_size=500)
        )
        digest.save(update_fields=["mails"])


def readers():
    """Those who act for member firms and want the weekly mail."""
    acting = User.objects.filter(
        is_active=True,
        representations__state="active",
        representations__company__in=Company.objects.listed(),
    )
    return acting.exclude(mail_choices__kind=Kind.WEEKLY).distinct().order_by("pk")


@in_site_language()
def send_to(person: User, digest: Digest, since: datetime, now: datetime) -> bool:
    contents = contents_for(person, since, now)
    if contents is None or not contents.has_something:
        return False
    association = contents.association
    mail = outbox.queue(
        key=f"digest:{digest.week}:{person.pk}",
        kind="digest",
        to=person,
        subject=subject_of(contents),
        template="digest",
        context={
            "person": person,
            "contents": contents,
            "choices_url": outbox.absolute(reverse("members:my-mail"), association),
        },
        association=association,
        optional=Kind.WEEKLY,
    )
    return mail is not None


def contents_for(person: User, since: datetime, now: datetime) -> Contents | None:
    """What is new for the person since then; None for who is in no cluster."""
    clusters = list(Cluster.objects.with_member(person).select_related("association").order_by("name"))
    if not clusters:
        return None
    wishes = MailChoice.objects.of(person)
    associations = {cluster.association_id for cluster in clusters}
    meetings = Meeting.objects.visible_to(person).announced().upcoming(now)
    meetings = meetings.filter(
        Q(cluster__in=clusters) | Q(association__in=associations), starts_at__lt=now + LOOK_AHEAD
    )
    return Contents(
        association=clusters[0].association,
        opportunities=new_opportunities(person, since, now)
        if wishes[Kind.OPPORTUNITIES] == How.WEEKLY
        else [],
        articles=new_articles(associations, since) if wishes[Kind.NEWS] == How.WEEKLY else [],
        letters=new_letters(person, since) if wishes[Kind.LETTERS] == How.WEEKLY else [],
        meetings=list(meetings.select_related("cluster__association", "association", "venue")[:MOST]),
        meetings_count=wishes[Kind.AGENDAS] == How.WEEKLY,
    )


def new_opportunities(person: User, since: datetime, now: datetime) -> list[Opportunity]:
    """Of other firms; those that are over already are left out."""
    shown = Opportunity.objects.visible_to(person).open(timezone.localdate(now)).filter(posted_at__gt=since)
    others = shown.exclude(company__in=Company.objects.represented_by(person).values("pk"))
    return list(others.select_related("company")[:MOST])


def new_articles(associations: set[int], since: datetime) -> list[Article]:
    """What everybody may read."""
    found = Article.objects.visible_to(AnonymousUser()).published()
    return list(
        found.filter(association__in=associations, published_at__gt=since).defer(*Article.LONG)[:MOST]
    )


def new_letters(person: User, since: datetime) -> list[Letter]:
    return list(Letter.objects.visible_to(person).sent().filter(sent_at__gt=since)[:MOST])


def subject_of(contents: Contents) -> str:
    asks, articles = len(contents.opportunities), len(contents.articles)
    letters, meetings = len(contents.letters), len(contents.meetings)
    parts = [
        (asks, ngettext("%(number)s ask or offer", "%(number)s asks and offers", asks)),
        (articles, ngettext("%(number)s story", "%(number)s stories and news", articles)),
        (letters, ngettext("%(number)s letter", "%(number)s letters", letters)),
    ]
    if contents.meetings_count or not any(number for number, _words in parts):
        parts.append((meetings, ngettext("%(number)s meeting ahead", "%(number)s meetings ahead", meetings)))
    new = ", ".join(words % {"number": number} for number, words in parts if number)
    return gettext("Your week: %(new)s") % {"new": new}
