"""Drives: what is counted, how a drive stands, and how it is closed.

What was reached is always a query over the rows (`counted`), so each figure can be opened. Closing writes down how
the drive stands, with the numbers of the rows; from then on it is shown as it was.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.figures import count_all
from clusters.models import Association

from .models import Company, Drive, Introduction, Membership, Opportunity, Target
from .pace import Pace, pace_of

NEWLY = timedelta(days=28)
LEFT = "left"  # the key of those who came and went


# --- what is counted --------------------------------------------------------------------------------
def counted(target: Target, now: datetime) -> QuerySet:
    """The rows behind a target, each of which counts as one."""
    drive = target.drive
    if target.kind == Target.Kind.NEW_MEMBERS:
        return new_firms(drive).filter(Exists(stays(drive)))
    if target.kind == Target.Kind.INTRODUCTIONS:
        return Introduction.objects.filter(
            in_clusters_of(drive), asked_at__range=within(drive), outcome__in=Introduction.GOOD_OUTCOMES
        )
    if target.kind == Target.Kind.OPPORTUNITIES:
        members = Membership.objects.filter(in_clusters_of(drive), joined_at__isnull=False)
        return Opportunity.objects.filter(
            company__in=members.values("company"),
            posted_at__range=within(drive),
            outcome=Opportunity.Outcome.MEMBER,
        )
    return events(drive, now).filter(kind__in=target.counts_meetings())


def meaning(target: Target) -> str:
    """What its figure counts, in a sentence."""
    if target.kind == Target.Kind.MEETINGS:
        names = dict(meeting_model().Kind.choices)
        kinds = ", ".join(names.get(kind, kind).lower() for kind in target.meeting_kinds)
        return _("Held in the drive so that everybody could see it: %(kinds)s.") % {"kinds": kinds}
    if target.kind == Target.Kind.NEW_MEMBERS and target.drive.cluster:
        return _("Firms that joined %(cluster)s for the first time in the drive, and are still members.") % {
            "cluster": target.drive.cluster
        }
    return str(Target.COUNTED[Target.Kind(target.kind)])


def meeting_model() -> Any:
    """Of a higher layer, reached by its relation."""
    return Association.meetings.rel.related_model


def in_clusters_of(drive: Drive) -> Q:
    if drive.cluster_id:
        return Q(cluster=drive.cluster_id)
    return Q(cluster__association=drive.association_id)


def within(drive: Drive) -> tuple[datetime, datetime]:
    """For `__range`, which holds its end: the last moment of the drive."""
    begins, over = drive.moments
    return begins, over - timedelta(microseconds=1)


def joined_in(drive: Drive) -> QuerySet[Membership]:
    return Membership.objects.filter(in_clusters_of(drive), joined_at__range=within(drive))


def new_firms(drive: Drive) -> QuerySet[Company]:
    """Firms that joined in the drive and had never been a member before, whether they stayed or not."""
    earlier = Membership.objects.filter(
        in_clusters_of(drive), company=OuterRef("pk"), joined_at__lt=drive.moments[0]
    )
    joined = joined_in(drive).filter(company=OuterRef("pk"))
    return Company.objects.filter(Exists(joined), ~Exists(earlier))


def stays(drive: Drive) -> QuerySet[Membership]:
    """The memberships of a firm that began in the drive and outlast it, as far as one can say yet."""
    return joined_in(drive).filter(outlasting(drive), company=OuterRef("pk"))


def outlasting(drive: Drive) -> Q:
    over = drive.moments[1]
    return Q(state=Membership.State.ACTIVE) | Q(state=Membership.State.LEFT, ended_at__gte=over)


def leavers(drive: Drive) -> QuerySet[Company]:
    """New firms that left again before the drive was over. They don't count."""
    return new_firms(drive).exclude(Exists(stays(drive)))


def events(drive: Drive, now: datetime) -> QuerySet:
    """Meetings held in the drive that everybody may see: the figures are public."""
    held = (
        meeting_model().objects.visible_to(AnonymousUser()).past(now).filter(starts_at__range=within(drive))
    )
    if drive.cluster_id:
        return held.filter(cluster=drive.cluster_id)
    return held.of(drive.association)


# --- how a drive stands -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Figure:
    """A target and what was reached. `kinds` are the meetings that count, if any do.

    `rows` are the numbers of the rows that were counted, written down at the end.
    """

    key: str
    kind: str
    label: str
    number: int
    reached: int
    meaning: str
    kinds: list[str] = field(default_factory=list)
    rows: list[int] | None = None

    @property
    def over(self) -> int:
        return max(self.reached - self.number, 0)

    @property
    def to_go(self) -> int:
        return max(self.number - self.reached, 0)


@dataclass(frozen=True)
class Standing:
    """How a drive stands on a day.

    `history` are the new firms at the end of each month of the drive, counted from its first day; `newly` those of
    the last four weeks; `by_cluster` pairs of a cluster's number and its new firms, of which one may be in two.
    """

    day: date
    figures: list[Figure]
    history: list[int] = field(default_factory=list)
    newly: int = 0
    by_cluster: list[tuple[int, int]] = field(default_factory=list)
    left: int = 0
    left_rows: list[int] | None = None
    referred: int = 0

    @property
    def members(self) -> Figure | None:
        """The target for new members, which leads."""
        return next((figure for figure in self.figures if figure.kind == Target.Kind.NEW_MEMBERS), None)

    @property
    def others(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.kind != Target.Kind.NEW_MEMBERS]

    def pace(self, drive: Drive) -> Pace | None:
        if self.members is None:
            return None
        return pace_of(self.members.number, self.members.reached, drive.start, drive.end, self.day)

    def as_json(self) -> dict:
        return {**asdict(self), "day": self.day.isoformat()}

    @classmethod
    def from_json(cls, written: dict) -> "Standing":
        figures = [Figure(**figure) for figure in written["figures"]]
        by_cluster = [(cluster, firms) for cluster, firms in written["by_cluster"]]
        day = date.fromisoformat(written["day"])
        return cls(**{**written, "day": day, "figures": figures, "by_cluster": by_cluster})


def standing_of(drive: Drive, now: datetime | None = None) -> Standing:
    """As it was when it was closed, else as it is now."""
    if drive.result is not None:
        return Standing.from_json(drive.result)
    now = now or drive.now()
    return counted_now(drive, list(drive.targets.all()), now)


def figures_of(
    drive: Drive, targets: list[Target], now: datetime, *besides: QuerySet
) -> tuple[list[Figure], list[int]]:
    """What was reached of each target, and how many rows there are `besides`: one query."""
    for target in targets:
        target.drive = drive
    numbers = count_all([*(counted(target, now) for target in targets), *besides])
    figures = [
        Figure(
            key=str(target.pk),
            kind=target.kind,
            label=target.label,
            number=target.number,
            reached=reached,
            meaning=meaning(target),
            kinds=target.counts_meetings(),
        )
        for target, reached in zip(targets, numbers, strict=False)
    ]
    return figures, numbers[len(targets) :]


def counted_now(drive: Drive, targets: list[Target], now: datetime) -> Standing:
    """Two queries, whatever the number of targets and firms."""
    day = min(drive.day(now), drive.end)
    brought = new_firms(drive).filter(Exists(stays(drive)), referral__isnull=False)
    figures, (left, referred) = figures_of(drive, targets, now, leavers(drive), brought)
    log = log_of(drive)
    since = min(now, drive.moments[1]) - NEWLY
    present.until((joined + NEWLY for _, _, joined, _ in log), now)
    early = {company for company, _, joined, _ in log if joined < since}
    return Standing(
        day=day,
        figures=figures,
        history=[still_members(log, moment) for moment in month_ends(drive, day)],
        newly=len({company for company, _, _, ended in log if ended is None} - early),
        by_cluster=by_cluster(log),
        left=left,
        referred=referred,
    )


Stay = tuple[int, int, datetime, datetime | None]  # company, cluster, joined, left (None: outlasts the drive)


def log_of(drive: Drive) -> list[Stay]:
    """The memberships of the new firms that began in the drive."""
    rows = joined_in(drive).filter(company__in=new_firms(drive)).order_by("joined_at", "pk")
    over = drive.moments[1]
    return [
        (row.company_id, row.cluster_id, row.joined_at, ended_of(row, over))
        for row in rows.only("company", "cluster", "joined_at", "state", "ended_at")
        if row.joined_at
    ]


def ended_of(membership: Membership, over: datetime) -> datetime | None:
    if membership.state == Membership.State.ACTIVE:
        return None
    ended = membership.ended_at or membership.joined_at
    return None if ended and ended >= over else ended


def still_members(log: Iterable[Stay], moment: datetime) -> int:
    """How many firms had joined by then and not left again."""
    return len(
        {
            company
            for company, _, joined, ended in log
            if joined < moment and (ended is None or ended >= moment)
        }
    )


def by_cluster(log: Iterable[Stay]) -> list[tuple[int, int]]:
    firms = {(cluster, company) for company, cluster, _, ended in log if ended is None}
    return sorted(Counter(cluster for cluster, _ in firms).items())


def month_ends(drive: Drive, day: date) -> list[datetime]:
    """When each whole month of the drive was over, up to a day."""
    zone = drive.moments[0].tzinfo
    months = (drive.start + relativedelta(months=count) for count in range(1, months_of(drive) + 1))
    return [
        datetime.combine(month, datetime.min.time(), zone)
        for month in months
        if month <= day and month <= drive.end
    ]


def months_of(drive: Drive) -> int:
    """How many months of the calendar it takes, the last one perhaps not whole."""
    long = relativedelta(drive.end + timedelta(days=1), drive.start)
    return long.years * 12 + long.months + (1 if long.days else 0)


# --- acts -------------------------------------------------------------------------------------------
@transaction.atomic
def close(drive: Drive, *, by, now: datetime | None = None) -> Drive:
    """Writes down how it stood at its end. A second time changes nothing."""
    now = now or present.now()
    locking = Drive.objects.select_for_update(of=["self"])
    drive = locking.select_related("association", "cluster__association").get(pk=drive.pk)
    if drive.state == Drive.State.CLOSED:
        return drive
    if now < drive.moments[1]:
        last = date_format(drive.end)
        raise Refused(
            _("The drive runs until %(last)s. To end it early, put its last day earlier.") % {"last": last}
        )
    drive.state, drive.closed_at = Drive.State.CLOSED, now
    drive.result = result_of(drive, now).as_json()
    drive.save(update_fields=["state", "closed_at", "result"])
    trail.record(by, "closed", drive, cluster=drive.cluster, association=drive.association)
    return drive


def result_of(drive: Drive, now: datetime) -> Standing:
    """As it stands, with the numbers of the rows behind each figure."""
    targets = list(drive.targets.all())
    standing = counted_now(drive, targets, now)
    rows = {str(target.pk): numbers_of(counted(target, now)) for target in targets}
    figures = [
        replace(figure, rows=rows[figure.key], reached=len(rows[figure.key])) for figure in standing.figures
    ]
    gone = numbers_of(leavers(drive))
    return replace(standing, figures=figures, left=len(gone), left_rows=gone)


def numbers_of(rows: QuerySet) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


# --- the rows behind a figure -----------------------------------------------------------------------
def rows_behind(drive: Drive, key: str, now: datetime | None = None) -> QuerySet | None:
    """What a figure counts, or did when the drive was closed. None if there is no such figure."""
    now = now or present.now()
    if key == LEFT:
        if drive.result is None:
            return leavers(drive)
        return Company.objects.filter(pk__in=standing_of(drive).left_rows or [])
    if drive.result is None:
        target = next((one for one in drive.targets.all() if str(one.pk) == key), None)
        if target is None:
            return None
        target.drive = drive
        return counted(target, now)
    figure = next((one for one in standing_of(drive).figures if one.key == key), None)
    return None if figure is None else model_of(figure.kind).objects.filter(pk__in=figure.rows or [])


def model_of(kind: str) -> Any:
    own = {
        Target.Kind.NEW_MEMBERS: Company,
        Target.Kind.INTRODUCTIONS: Introduction,
        Target.Kind.OPPORTUNITIES: Opportunity,
    }
    return own.get(Target.Kind(kind)) or meeting_model()


def looked_after(user, drive: Drive) -> bool:
    return user.is_authenticated and Drive.objects.managed_by(user).filter(pk=drive.pk).exists()


def seen_by(user, drive: Drive, rows: QuerySet) -> QuerySet:
    """Of the rows those that are public anyway; all for who looks after the drive."""
    if looked_after(user, drive):
        return rows
    if rows.model is Company:
        return rows.filter(
            Exists(Membership.objects.active().filter(in_clusters_of(drive), company=OuterRef("pk")))
        )
    if rows.model is meeting_model():
        return rows.filter(pk__in=meeting_model().objects.visible_to(user).values("pk"))
    return rows.none()
