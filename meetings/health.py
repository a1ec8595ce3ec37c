"""How each cluster fares: by stated thresholds, in sentences that lead to what to do, in a fixed number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters import present
from clusters.models import Cluster
from meetings.models import AgendaEdition, Duty, Meeting, Presentation
from meetings.needs import CADENCE_DAYS
from members.models import Membership, Officer

SILENT_FOR = 2  # times its rhythm without a meeting; months of pause are given on top
FEW_FIRMS = 6
ANSWER_APPLICANTS = timedelta(days=7)
SLIDES_AFTER = timedelta(days=14)
LOOK_BACK = timedelta(days=540)  # for attendance and slides
COMPARED = 3  # meetings with the ones before
FALLEN_TO = 0.7


def thresholds() -> list[str]:
    look = _(
        "Worth a look: fewer than %(firms)s member firms; an application older than %(waiting)s days; "
        "a chair still missing, or an agenda not out, on the day the cluster has set itself; slides missing "
        "%(slides)s days after the meeting; fewer than %(share)s as many people at the last "
        "%(meetings)s meetings as at the %(meetings)s before."
    )
    return [
        _(
            "Needs somebody: no coordinator in office; no meeting held for twice its rhythm "
            "(months of pause don’t count); active, and no meeting ahead."
        ),
        look
        % {
            "firms": FEW_FIRMS,
            "waiting": ANSWER_APPLICANTS.days,
            "slides": SLIDES_AFTER.days,
            "share": f"{FALLEN_TO:.0%}",
            "meetings": COMPARED,
        },
    ]


class Weight(IntEnum):
    NEEDS_SOMEBODY = 0
    WORTH_A_LOOK = 1
    WELL = 2
    RESTS = 3


@dataclass(frozen=True)
class Reason:
    weight: Weight
    sentence: str
    button: str
    url: str


@dataclass(frozen=True)
class Health:
    cluster: Cluster
    reasons: list[Reason]

    @property
    def weight(self) -> Weight:
        if self.cluster.state == Cluster.State.RESTING:
            return Weight.RESTS
        return min((reason.weight for reason in self.reasons), default=Weight.WELL)

    @property
    def in_words(self) -> str:
        return {
            Weight.NEEDS_SOMEBODY: _("Needs somebody"),
            Weight.WORTH_A_LOOK: _("Worth a look"),
            Weight.WELL: _("Well"),
            Weight.RESTS: _("Rests"),
        }[self.weight]


def health_of(user, now: datetime | None = None) -> list[Health]:
    """Of each cluster the user looks after; those that need somebody come first."""
    now = now or present.now()
    clusters = list(clusters_with_facts(user, now))
    came = attendance(clusters, now)
    found = [
        Health(cluster, list(reasons_of(cluster, came.get(cluster.pk, []), now))) for cluster in clusters
    ]
    return sorted(found, key=lambda health: (health.weight, health.cluster.name))


# --- what is looked at ----------------------------------------------------------------------
def clusters_with_facts(user, now: datetime):
    today = timezone.localdate(now)
    of_cluster = OuterRef("pk")
    ours = Meeting.objects.filter(cluster=of_cluster, kind=Meeting.Kind.MEETING).order_by()
    ahead = ours.upcoming(now).order_by()
    applied = Membership.objects.filter(cluster=of_cluster, state=Membership.State.APPLIED).order_by()
    chaired = Duty.objects.agreed().filter(meeting=OuterRef("pk"), role=Duty.Role.CHAIR)
    sent = AgendaEdition.objects.filter(meeting=OuterRef("pk"))
    slides = Presentation.objects.filter(
        meeting__cluster=of_cluster,
        state=Presentation.State.EXPECTED,
        meeting__ends_at__range=(now - LOOK_BACK, now - SLIDES_AFTER),
    ).order_by()
    return (
        Cluster.objects.managed_by(user)
        .select_related("association")
        .annotate(
            firms=_number(Membership.objects.active().filter(cluster=of_cluster).order_by(), "cluster"),
            has_coordinator=Exists(
                Officer.objects.current(today).filter(
                    cluster=of_cluster, office=Officer.Office.COORDINATOR, user__is_active=True
                )
            ),
            waiting_since=Subquery(applied.values("cluster").annotate(x=Min("applied_at")).values("x")),
            last_met=Subquery(
                ours.past(now).order_by().values("cluster").annotate(x=Max("starts_at")).values("x")
            ),
            meets_next=Subquery(ahead.values("cluster").annotate(x=Min("starts_at")).values("x")),
            without_chair=_number(ahead.filter(~Exists(chaired), _within("answer_days", now)), "cluster"),
            late_agendas=_number(ahead.filter(~Exists(sent), _within("agenda_days", now)), "cluster"),
            slides_missing=_number(slides, "meeting__cluster"),
        )
    )


def _number(rows, by: str):
    counted = rows.values(by).annotate(x=Count("pk")).values("x")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _within(days: str, now: datetime) -> Q:
    """Meetings that begin in so many days as their cluster has set itself."""
    return Q(starts_at__lte=Value(now) + F(f"cluster__{days}") * timedelta(days=1))


def attendance(clusters: list[Cluster], now: datetime) -> dict[int, list[int]]:
    """How many came to the last meetings of each cluster, the last first. Where nobody was noted is left out."""
    rows = (
        Meeting.objects.past(now)
        .filter(cluster__in=clusters, kind=Meeting.Kind.MEETING, ends_at__gte=now - LOOK_BACK)
        .with_heads()
        .filter(came__gt=0)
        .values_list("cluster", "came")
    )
    came: dict[int, list[int]] = {}
    for cluster, number in rows:
        came.setdefault(cluster, []).append(number)
    return came


# --- what is made of it, as `clusters_with_facts` gives it ----------------------------------
def reasons_of(cluster, came: list[int], now: datetime) -> Iterator[Reason]:
    if cluster.state == Cluster.State.RESTING:
        return
    page = reverse("admin:clusters_cluster_change", args=[cluster.pk])
    if not cluster.has_coordinator:
        appoint = _to("members_officer_add", cluster=cluster.pk, office=Officer.Office.COORDINATOR)
        yield Reason(Weight.NEEDS_SOMEBODY, _("No coordinator is in office."), _("Appoint somebody"), appoint)
    if cluster.state == Cluster.State.ACTIVE:
        yield from _meets(cluster, now)
    if cluster.firms < FEW_FIRMS:
        sentence = ngettext(
            "Only one firm is a member.", "Only %(number)s firms are members.", cluster.firms
        ) % {"number": cluster.firms}
        if not cluster.firms:
            sentence = _("No firm is a member.")
        yield Reason(Weight.WORTH_A_LOOK, sentence, _("See its page"), page)
    yield from _late(cluster, now)
    last, before = came[:COMPARED], came[COMPARED : 2 * COMPARED]
    if len(before) == COMPARED and sum(last) < FALLEN_TO * sum(before):
        sentence = _(
            "Fewer people come: about %(now)s to the last %(number)s meetings, %(before)s before."
        ) % {"now": _mean(last), "number": COMPARED, "before": _mean(before)}
        yield Reason(Weight.WORTH_A_LOOK, sentence, _("See who came"), _meetings(cluster, "past"))


def _meets(cluster, now: datetime) -> Iterator[Reason]:
    plan = _to("meetings_meeting_plan_ahead", cluster=cluster.pk)
    if not cluster.meets_next:
        yield Reason(Weight.NEEDS_SOMEBODY, _("No meeting is ahead."), _("Plan ahead"), plan)
    since = cluster.last_met or (cluster.founded and _midnight(cluster.founded))
    if since and now - since > _silence(cluster, since, now):
        sentence = (
            _("The last meeting was on %(day)s, and it means to meet %(cadence)s.")
            if cluster.last_met
            else _("It has never met, and it means to meet %(cadence)s.")
        )
        yield Reason(
            Weight.NEEDS_SOMEBODY,
            sentence % {"day": _day(cluster.last_met or since), "cadence": cluster.get_cadence_display()},
            _("Plan ahead, or let it rest"),
            reverse("admin:clusters_cluster_change", args=[cluster.pk]),
        )


def _silence(cluster, since: datetime, now: datetime) -> timedelta:
    """How long without a meeting is too long."""
    most = timedelta(days=CADENCE_DAYS[cluster.cadence] * SILENT_FOR)
    passed = {(since + timedelta(days=days)).month for days in range(min((now - since).days, 365))}
    return most + timedelta(days=31 * len(passed & set(cluster.pause_months)))


def _late(cluster, now: datetime) -> Iterator[Reason]:
    if cluster.waiting_since and now - cluster.waiting_since > ANSWER_APPLICANTS:
        query = {"state__exact": "applied", "cluster__id__exact": cluster.pk}
        yield Reason(
            Weight.WORTH_A_LOOK,
            _("A firm has waited for its answer since %(day)s.") % {"day": _day(cluster.waiting_since)},
            _("Answer it"),
            _to("members_membership_changelist", **query),
        )
    if cluster.without_chair:
        sentence = ngettext(
            "A meeting is near, and nobody has agreed to chair.",
            "%(number)s meetings are near, and nobody has agreed to chair.",
            cluster.without_chair,
        ) % {"number": cluster.without_chair}
        rota = reverse("admin:meetings_rota", args=[cluster.pk])
        yield Reason(Weight.WORTH_A_LOOK, sentence, _("See the rota"), rota)
    if cluster.late_agendas:
        sentence = ngettext("The agenda of a meeting is late.", "Agendas are late.", cluster.late_agendas)
        yield Reason(Weight.WORTH_A_LOOK, sentence, _("See the meetings"), _meetings(cluster, "ahead"))
    if cluster.slides_missing:
        sentence = ngettext(
            "The slides of one talk are missing.",
            "The slides of %(number)s talks are missing.",
            cluster.slides_missing,
        ) % {"number": cluster.slides_missing}
        query = {"state__exact": "expected", "meeting__cluster__id__exact": cluster.pk}
        yield Reason(
            Weight.WORTH_A_LOOK,
            sentence,
            _("See which"),
            _to("meetings_presentation_changelist", **query),
        )


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _mean(numbers: list[int]) -> int:
    return round(sum(numbers) / len(numbers))


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _meetings(cluster, when: str) -> str:
    return _to("meetings_meeting_changelist", cluster__id__exact=cluster.pk, when=when)


def _to(page: str, **query) -> str:
    return f"{reverse(f'admin:{page}')}?{urlencode(query)}"
