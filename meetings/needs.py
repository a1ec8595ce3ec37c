"""What needs a coordinator now, in the clusters of an office held today: a sentence, by when, and where it is done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date

from clusters.models import AskedQuestion, Association, Cluster, Question
from meetings.models import AgendaEdition, Duty, Meeting, Presentation
from members.models import Drive, Introduction, Invitation, Membership, Report, Representative

State = Meeting.State
FIRST = 20  # are shown
THE_SITE = "The whole site"
ANSWER_TO_APPLICANTS = timedelta(days=3)
ANSWER_TO_QUESTIONS = timedelta(days=3)
ANSWER_TO_MEMBERS = timedelta(days=3)
CALL_SILENT_FIRMS = timedelta(days=14)
ANSWER_TO_AUTHORS = timedelta(days=7)
SOON = timedelta(days=7)  # before something is due it comes up
AFTERWARDS = timedelta(days=7)  # slides and notes are due
LOOK_AHEAD = timedelta(days=120 + 8)  # the longest time to answer that a cluster may want, and SOON
LOOK_BACK = timedelta(days=60)  # for what is still missing of meetings that are over
CADENCE_DAYS: dict[str, int] = {
    Cluster.Cadence.MONTHLY: 30,
    Cluster.Cadence.SIX_WEEKLY: 42,
    Cluster.Cadence.TWO_MONTHLY: 61,
}


@dataclass(frozen=True)
class Need:
    of: Cluster | Association | str
    sentence: str
    due: date
    button: str
    url: str


@dataclass(frozen=True)
class Needs:
    """The most urgent first; `more` are not shown."""

    shown: list[Need]
    more: int
    today: date


def needs_of(user, now: datetime | None = None) -> Needs:
    now = now or timezone.now()
    today = timezone.localdate(now)
    clusters = clusters_of(user, now)
    meetings = list(meetings_of(user, clusters, now))
    needs = [
        *(_to_close(drive) for drive in drives_over(user, now)),
        *(need for cluster in clusters for need in _of_cluster(cluster, today)),
        *(need for meeting in meetings for need in _of_meeting(meeting, now)),
        *_questions(user),
        *_reviews(user, today),
        *_of_introductions(user),
        *_of_reports(user),
        *(_story(article) for article in stories_of(user)),
    ]
    needs.sort(key=lambda need: (need.due, str(need.of), need.sentence))
    return Needs(needs[:FIRST], max(len(needs) - FIRST, 0), today)


# --- what is looked at ---------------------------------------------------------------------------------
def clusters_of(user, now: datetime) -> list[Cluster]:
    """Each with the applications that wait, and the last and the next of its own meetings."""
    ours = Meeting.objects.filter(cluster=OuterRef("pk"), kind=Meeting.Kind.MEETING).order_by()
    applied = Membership.objects.filter(cluster=OuterRef("pk"), state=Membership.State.APPLIED).order_by()
    clusters = Cluster.objects.managed_by(user).annotate(
        waiting=_one(applied, Count("pk")),
        waiting_since=_one(applied, Min("applied_at")),
        uninvited=_one(Invitation.objects.unsent().filter(cluster=OuterRef("pk")).order_by(), Count("pk")),
        last_met=_one(ours.past(now).order_by(), Max("starts_at")),
        meets_next=_one(ours.upcoming(now).order_by(), Min("starts_at")),
        asking=_one(asking_for_firms(), Count("company__representatives", distinct=True)),
        asking_since=_one(asking_for_firms(), Min("company__representatives__since")),
        silent=_one(unanswered(), Count("pk")),
        silent_since=_one(unanswered(), Min("company__unrepresented_since")),
    )
    return list(clusters)


def asking_for_firms():
    """Memberships of a cluster, with the people who ask to act for the firm and whom no lead of it answers."""
    led = Representative.objects.active().filter(
        company=OuterRef("company"), role=Representative.Role.LEAD, user__is_active=True
    )
    asked = Membership.objects.open().filter(
        cluster=OuterRef("pk"), company__representatives__state=Representative.State.ASKED
    )
    return asked.filter(Q(company__representatives__takes_over=True) | ~Exists(led)).order_by()


def unanswered():
    """Memberships of a cluster whose firm nobody answers for."""
    of_cluster = Membership.objects.active().filter(cluster=OuterRef("pk"))
    return of_cluster.filter(company__unrepresented_since__isnull=False).order_by()


def _one(rows, figure):
    """A figure of the rows of each cluster."""
    return rows.values("cluster").annotate(figure=figure).values("figure")


def meetings_of(user, clusters: list[Cluster], now: datetime) -> Iterable[Meeting]:
    """Those ahead, and the last ones, with their open turns and what is missing of their agenda and slides."""
    open_turns = Duty.objects.filter(state__in=Duty.OPEN).select_related("company")
    slides = Presentation.objects.filter(meeting=OuterRef("pk"))
    associations = list(Association.objects.managed_by(user).values_list("pk", flat=True))
    return (
        Meeting.objects.filter(
            Q(cluster__in=[cluster.pk for cluster in clusters]) | Q(association__in=associations)
        )
        .filter(
            Q(state__in=[State.DRAFT, State.PUBLISHED], starts_at__range=(now, now + LOOK_AHEAD))
            | Q(state__in=[State.PUBLISHED, State.HELD], ends_at__range=(now - LOOK_BACK, now))
        )
        .exclude(cluster__state=Cluster.State.RESTING, starts_at__gt=now)
        .select_related("cluster__association", "association")
        .annotate(
            is_sent=Exists(AgendaEdition.objects.filter(meeting=OuterRef("pk"))),
            lacks_slides=Exists(slides.filter(state=Presentation.State.EXPECTED)),
            has_new_slides=Exists(slides.filter(state=Presentation.State.SUBMITTED)),
        )
        .prefetch_related(Prefetch("duties", queryset=open_turns, to_attr="turns"))
        .order_by("starts_at", "pk")
    )


# --- what the questions and answers need ----------------------------------------------------
def _questions(user) -> Iterator[Need]:
    """One for each that waits: whoever asked it waits as well."""
    waiting = AskedQuestion.objects.managed_by(user).waiting().select_related("cluster", "association")
    for asked in waiting.order_by("asked_at", "pk")[: FIRST + 1]:
        yield Need(
            asked.cluster or asked.association or THE_SITE,
            f"{asked.name} asks: “{asked}”",
            timezone.localdate(asked.asked_at) + ANSWER_TO_QUESTIONS,
            "Answer",
            reverse("admin:clusters_askedquestion_change", args=[asked.pk]),
        )


def _reviews(user, today: date) -> Iterator[Need]:
    """One for each place with answers to be read again."""
    due = Question.objects.managed_by(user).due_for_review(today).select_related("cluster", "association")
    places: dict[Cluster | Association | str, list[Question]] = {}
    for entry in due.order_by("review_on", "pk"):
        places.setdefault(entry.cluster or entry.association or THE_SITE, []).append(entry)
    url = f"{reverse('admin:clusters_question_changelist')}?review=due"
    for place, entries in places.items():
        number = len(entries)
        sentence = f"“{entries[0]}” is to be read again."
        if number > 1:
            sentence = f"{number} of the questions and answers are to be read again."
        yield Need(place, sentence, cast(date, entries[0].review_on), "Read again", url)


def drives_over(user, now: datetime) -> list[Drive]:
    """Drives whose last day has passed and that nobody has closed."""
    running = Drive.objects.managed_by(user).running().filter(end__lt=timezone.localdate(now))
    drives = running.select_related("association", "cluster__association")
    return [drive for drive in drives if drive.moments[1] <= now]


def _to_close(drive: Drive) -> Need:
    sentence = f"“{drive}” ended on {format_date(drive.end, 'j F')}. Closed, its figures stay as they are."
    url = reverse("admin:members_drive_act", args=[drive.pk, "close"])
    return Need(drive.organiser, sentence, drive.end + AFTERWARDS, "Close it", url)


def stories_of(user) -> Iterable:
    """What members have sent in. Articles are a layer above: the reverse relation of an association leads to them."""
    article: Any = Association.articles.rel.related_model
    return article.objects.managed_by(user).waiting().select_related("association")[:FIRST]


def _story(article) -> Need:
    since = timezone.localdate(article.submitted_at)
    return Need(
        article.association,
        f"“{article}” was sent in on {format_date(since, 'j F')} and waits to be read.",
        since + ANSWER_TO_AUTHORS,
        "Read it",
        reverse("admin:news_article_change", args=[article.pk]),
    )


# --- what a cluster needs, as `clusters_of` gives it ----------------------------------------
def _of_cluster(cluster, today: date) -> Iterator[Need]:
    if cluster.waiting:
        yield _applications(cluster)
    if cluster.asking:
        yield _people_asking(cluster)
    if cluster.silent:
        yield _silent_firms(cluster)
    if cluster.uninvited:
        people = "One person is" if cluster.uninvited == 1 else f"{cluster.uninvited} people are"
        query = urlencode({"sent_at__isempty": 1, "cluster__id__exact": cluster.pk})
        url = f"{reverse('admin:members_invitation_changelist')}?{query}"
        yield Need(
            cluster, f"{people} on a list of yours, and not invited.", today + SOON, "Invite them", url
        )
    if cluster.state == Cluster.State.ACTIVE and not _meets_soon_enough(cluster, today):
        due = _met_on(cluster) + timedelta(days=CADENCE_DAYS[cluster.cadence]) if cluster.last_met else today
        sentence = "No meeting is planned, though it is time for one."
        if cluster.meets_next:
            sentence = f"The next meeting is not before {format_date(cluster.meets_next, 'j F Y')}."
        yield Need(cluster, sentence, due, "Plan ahead", _plan_ahead(cluster))
    if cluster.state == Cluster.State.FORMING and not cluster.meets_next:
        sentence = "It is forming, and no first meeting is planned."
        yield Need(cluster, sentence, today, "Plan the first meeting", _to("meeting_add", cluster=cluster.pk))


def _applications(cluster) -> Need:
    since = timezone.localdate(cluster.waiting_since)
    firms = "One firm waits" if cluster.waiting == 1 else f"{cluster.waiting} firms wait"
    query = urlencode({"state__exact": "applied", "cluster__id__exact": cluster.pk})
    return Need(
        cluster,
        f"{firms} to join, since {format_date(since, 'j F')}.",
        since + ANSWER_TO_APPLICANTS,
        "Look at it" if cluster.waiting == 1 else "Look at them",
        f"{reverse('admin:members_membership_changelist')}?{query}",
    )


def _of_introductions(user) -> Iterator[Need]:
    """Firms wait to be passed on to others."""
    waiting = Introduction.objects.filter(
        state=Introduction.State.REQUESTED, cluster__in=Cluster.objects.managed_by(user)
    )
    for one in waiting.select_related("asker", "asked", "cluster").order_by("asked_at", "pk"):
        since = timezone.localdate(one.asked_at)
        sentence = f"{one.asker} would like to meet {one.asked}, since {format_date(since, 'j F')}."
        url = reverse("admin:members_introduction_change", args=[one.pk])
        yield Need(one.cluster, sentence, since + ANSWER_TO_MEMBERS, "Pass it on, or not", url)


def _of_reports(user) -> Iterator[Need]:
    reports = Report.objects.managed_by(user).open().order_by("at", "pk")
    for report in reports.select_related("company", "cluster", "association"):
        since = timezone.localdate(report.at)
        sentence = f"{report.company} reported something on {format_date(since, 'j F')}."
        url = reverse("admin:members_report_change", args=[report.pk])
        yield Need(
            report.cluster or report.association, sentence, since + ANSWER_TO_MEMBERS, "Look at it", url
        )


def _people_asking(cluster) -> Need:
    since = timezone.localdate(cluster.asking_since)
    people = "Somebody asks" if cluster.asking == 1 else f"{cluster.asking} people ask"
    return Need(
        cluster,
        f"{people} to act for a firm, since {format_date(since, 'j F')}.",
        since + ANSWER_TO_APPLICANTS,
        "Look at it" if cluster.asking == 1 else "Look at them",
        f"{reverse('admin:members_representative_changelist')}?{urlencode({'state__exact': 'asked'})}",
    )


def _silent_firms(cluster) -> Need:
    since = timezone.localdate(cluster.silent_since)
    firms = "one firm" if cluster.silent == 1 else f"{cluster.silent} firms"
    query = urlencode({"answered": "no", "cluster": cluster.pk})
    return Need(
        cluster,
        f"Nobody answers for {firms}. Ask who looks after it now.",
        since + CALL_SILENT_FIRMS,
        "See which",
        f"{reverse('admin:members_company_changelist')}?{query}",
    )


def _met_on(cluster) -> date:
    return timezone.localdate(cluster.last_met)


def _meets_soon_enough(cluster, today: date) -> bool:
    """Within one and a half times its cadence; months of pause don't count."""
    until = today + timedelta(days=CADENCE_DAYS[cluster.cadence] * 3 // 2)
    months = {(today + timedelta(days=days)).month for days in range((until - today).days)}
    until += timedelta(days=31 * len(months & set(cluster.pause_months)))
    return cluster.meets_next is not None and timezone.localdate(cluster.meets_next) <= until


# --- what a meeting needs, as `meetings_of` gives it ----------------------------------------
def _of_meeting(meeting, now: datetime) -> Iterator[Need]:
    if meeting.starts_at > now:
        today = now.astimezone(meeting.zone).date()
        if meeting.needs_showcase and meeting.cluster:
            yield from _turns(meeting, meeting.cluster, today)
        if not meeting.is_sent:
            yield from _agenda(meeting, today)
    elif meeting.ends_at <= now:
        yield from _afterwards(meeting)


def _turns(meeting, cluster: Cluster, today: date) -> Iterator[Need]:
    """Turns nobody was asked for by the cut-off; offers that have to be answered soon."""
    turns = {duty.role: duty for duty in meeting.turns}
    url = f"{reverse('admin:meetings_rota', args=[cluster.pk])}#meeting-{meeting.pk}"
    due = meeting.day - timedelta(days=cluster.answer_days)
    for role in Duty.Role.values:
        duty = turns.get(role)
        needed = role == Duty.Role.CHAIR or meeting.venue_id is None
        if duty is None and needed and due <= today:
            yield Need(cluster, f"{_on(meeting)}: nobody {role}s yet.", due, "Find a firm", url)
        elif duty is not None and duty.state == Duty.State.PROPOSED and due - SOON <= today:
            sentence = f"{_on(meeting)}: {duty.company} is meant to {role}, but has not been asked."
            yield Need(cluster, sentence, due, "Ask", url)
        elif duty is not None and duty.state == Duty.State.OFFERED and duty.answer_by - SOON <= today:
            sentence = f"{_on(meeting)}: {duty.company} has not said yet whether it {role}s."
            yield Need(cluster, sentence, duty.answer_by, "See the rota", url)


def _agenda(meeting, today: date) -> Iterator[Need]:
    days = meeting.cluster.agenda_days if meeting.cluster else Cluster._meta.get_field("agenda_days").default
    due = meeting.day - timedelta(days=days)
    if due - SOON > today:
        return
    agreed = any(duty.role == Duty.Role.CHAIR and duty.state in Duty.AGREED for duty in meeting.turns)
    ready = agreed or not meeting.needs_showcase
    url = (
        reverse("admin:meetings_meeting_act", args=[meeting.pk, "publish"])
        if ready and meeting.state == State.DRAFT
        else reverse("admin:meetings_meeting_change", args=[meeting.pk])
    )
    sentence = f"{_on(meeting)}: the agenda of “{meeting}” has not gone out."
    yield Need(meeting.organiser, sentence, due, "See and publish it" if ready else "Prepare it", url)


def _afterwards(meeting) -> Iterator[Need]:
    due = meeting.day + AFTERWARDS
    slides = _to("presentation_changelist", meeting__id__exact=meeting.pk)
    if meeting.has_new_slides:
        yield Need(
            meeting.organiser,
            f"{_on(meeting)}: slides have come and wait for you.",
            due,
            "Publish them",
            slides,
        )
    elif meeting.lacks_slides:
        yield Need(
            meeting.organiser, f"{_on(meeting)}: slides of “{meeting}” are missing.", due, "See which", slides
        )
    if meeting.needs_showcase and not meeting.notes:
        url = reverse("admin:meetings_meeting_change", args=[meeting.pk])
        sentence = f"{_on(meeting)}: what you took away is not written down."
        yield Need(meeting.organiser, sentence, due, "Write it down", url)


def _on(meeting: Meeting) -> str:
    return format_date(meeting.day, "j F")


def _plan_ahead(cluster: Cluster) -> str:
    return _to("meeting_plan_ahead", cluster=cluster.pk)


def _to(page: str, **query) -> str:
    return f"{reverse(f'admin:meetings_{page}')}?{urlencode(query)}"
