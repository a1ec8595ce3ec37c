"""The figures of a report. Each is a query with a name and a meaning; its number is the number of its rows, or
what one of their columns adds up to."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.figures import count_all
from clusters.models import Support
from meetings.models import AgendaItem, Duty, Feedback, Meeting, Presentation, Registration
from meetings.reports.scope import Scope
from members.models import Company, Introduction, Membership, Opportunity

GOOD = 4  # of 5: a rating that says the evening was worth it
EACH_ONCE = _("Each firm once, however many of the clusters it is in.")


@dataclass(frozen=True)
class Figure:
    key: str
    group: str
    name: str
    meaning: str
    rows: QuerySet
    adds_up: str = ""  # the column, of a figure that is a sum


def figures_of(scope: Scope, now: datetime) -> list[Figure]:
    held = held_in(scope, now)
    return [
        *_firms(scope),
        *_meetings(scope, held),
        *_attendance(held),
        *_turns(held),
        *_exchange(scope),
        *_feedback(held),
        *_support(scope),
    ]


def with_numbers(figures: list[Figure]) -> list[tuple[Figure, int]]:
    """One query, and one for each sum."""
    numbers = count_all([figure.rows for figure in figures])
    return [
        (figure, sum_of(figure) if figure.adds_up else number)
        for figure, number in zip(figures, numbers, strict=True)
    ]


def sum_of(figure: Figure) -> int:
    return figure.rows.aggregate(sum=Sum(figure.adds_up))["sum"] or 0


def held_in(scope: Scope, now: datetime) -> QuerySet[Meeting]:
    return Meeting.objects.past(now).filter(scope.within("starts_at", association="association")).order_by()


# --- firms --------------------------------------------------------------------------------------------
def _firms(scope: Scope) -> list[Figure]:
    own = Membership.objects.filter(company=OuterRef("pk"))
    at_start = Exists(own.filter(scope.members_at(end=False)))
    at_end = Exists(own.filter(scope.members_at(end=True)))
    joined = Exists(own.filter(scope.within("joined_at")))
    firms = Company.objects.all()

    def figure(key: str, name: str, meaning: str, rows: QuerySet) -> Figure:
        return Figure(key, gettext("Member firms"), name, f"{meaning} {EACH_ONCE}", rows)

    return [
        figure(
            "firms-start",
            gettext("At the start"),
            gettext("Members when the period began."),
            firms.filter(at_start),
        ),
        figure(
            "firms-joined",
            gettext("Joined"),
            gettext("Members at the end that were none at the start."),
            firms.filter(at_end).exclude(at_start),
        ),
        figure(
            "firms-left",
            gettext("Left"),
            gettext("Members at the start that were none at the end."),
            firms.filter(at_start).exclude(at_end),
        ),
        figure(
            "firms-end",
            gettext("At the end"),
            gettext("Members when the period was over, or today. At the start, and joined, less left."),
            firms.filter(at_end),
        ),
        figure(
            "firms-passed",
            gettext("Came and went"),
            gettext("Joined in the period and left again before its end. In none of the figures above."),
            firms.filter(joined).exclude(at_start).exclude(at_end),
        ),
    ]


# --- meetings and who came ----------------------------------------------------------------------------
def _meetings(scope: Scope, held: QuerySet) -> list[Figure]:
    group = gettext("Meetings and events")
    called_off = Meeting.objects.filter(
        scope.within("starts_at", association="association"), state=Meeting.State.CANCELLED
    )
    return [
        Figure(
            "meetings",
            group,
            gettext("Held, of all kinds"),
            gettext("Published and over, not called off."),
            held,
        ),
        *[
            Figure(
                f"meetings-{kind.value}",
                group,
                str(kind.label),
                gettext("Held, of this kind."),
                held.filter(kind=kind),
            )
            for kind in Meeting.Kind
        ],
        Figure(
            "meetings-cancelled",
            group,
            gettext("Called off"),
            gettext("Planned for the period and called off."),
            called_off,
        ),
    ]


def _attendance(held: QuerySet) -> list[Figure]:
    group = gettext("Attendance")
    answers = Registration.objects.filter(meeting__in=held)
    came = answers.attended()
    there = came.filter(company=OuterRef("pk"))
    no_list = ~Exists(came.filter(meeting=OuterRef("pk")))
    return [
        Figure(
            "attended",
            group,
            gettext("Attendances"),
            gettext("People ticked as there: one who came to three counts thrice."),
            came,
        ),
        Figure(
            "attended-training",
            group,
            gettext("Of these at training"),
            gettext("Attendances at training."),
            came.filter(meeting__kind=Meeting.Kind.TRAINING),
        ),
        Figure(
            "attended-guests",
            group,
            gettext("Of these guests"),
            gettext("Attendances of people who came for no firm on our books."),
            came.filter(company__isnull=True),
        ),
        Figure(
            "no-shows",
            group,
            gettext("Did not come"),
            gettext("People who had a place and were not ticked."),
            answers.filter(state=Registration.State.NO_SHOW),
        ),
        Figure(
            "firms-there",
            group,
            gettext("Firms that came"),
            gettext("Firms of which somebody was there at least once, each once."),
            Company.objects.filter(Exists(there)),
        ),
        Figure(
            "heads",
            group,
            gettext("Counted without a list"),
            gettext("Heads counted at meetings where nobody was ticked off. In none of the figures above."),
            held.filter(no_list, headcount__gt=0),
            adds_up="headcount",
        ),
    ]


def _turns(held: QuerySet) -> list[Figure]:
    group = gettext("Turns and talks")
    turns = Duty.objects.agreed().filter(meeting__in=held, company=OuterRef("pk"))
    talks = Presentation.objects.filter(meeting__in=held, state=Presentation.State.PUBLISHED)
    return [
        Figure(
            "showcases",
            group,
            gettext("Showcases"),
            gettext("Twenty minutes in which the chair shows its own work, at meetings held."),
            AgendaItem.objects.filter(meeting__in=held, kind=AgendaItem.Kind.SHOWCASE),
        ),
        Figure(
            "firms-chaired",
            group,
            gettext("Firms that chaired"),
            gettext("Each once, however often."),
            Company.objects.filter(Exists(turns.filter(role=Duty.Role.CHAIR))),
        ),
        Figure(
            "firms-hosted",
            group,
            gettext("Firms that hosted"),
            gettext("Each once, however often."),
            Company.objects.filter(Exists(turns.filter(role=Duty.Role.HOST))),
        ),
        Figure(
            "talks",
            group,
            gettext("Presentations published"),
            gettext("Of meetings held, in the archive today."),
            talks,
        ),
    ]


# --- between members ----------------------------------------------------------------------------------
def _exchange(scope: Scope) -> list[Figure]:
    group = gettext("Between members")
    asked = Introduction.objects.filter(scope.within("asked_at"))
    posted = Opportunity.objects.filter(posted_in(scope))
    return [
        Figure(
            "introductions",
            group,
            gettext("Introductions asked for"),
            gettext("By a member, in the period."),
            asked,
        ),
        Figure(
            "introductions-accepted",
            group,
            gettext("Of these accepted"),
            gettext("Asked for in the period, and the other firm said yes."),
            asked.accepted(),
        ),
        Figure(
            "introductions-outcome",
            group,
            gettext("Of these with an outcome"),
            gettext("One of the two told us what came of it."),
            asked.exclude(outcome=""),
        ),
        Figure(
            "introductions-good",
            group,
            gettext("Of these led to something"),
            gettext("To business, or one helped the other."),
            asked.filter(outcome__in=Introduction.GOOD_OUTCOMES),
        ),
        Figure(
            "opportunities",
            group,
            gettext("Asks and offers posted"),
            gettext("By members, to members."),
            posted,
        ),
        Figure(
            "opportunities-closed",
            group,
            gettext("Of these closed"),
            gettext("By the firm, or because their time was over."),
            posted.filter(state=Opportunity.State.CLOSED),
        ),
        Figure(
            "opportunities-good",
            group,
            gettext("Of these between members"),
            gettext("Closed because a member and the firm came together."),
            posted.filter(outcome=Opportunity.Outcome.MEMBER),
        ),
    ]


def posted_in(scope: Scope) -> Q:
    """Of firms that are or were members of these clusters."""
    found = Q(pk__in=[])
    for begins, over, clusters, _associations in scope.zones():
        members = Membership.objects.filter(cluster__in=clusters, joined_at__isnull=False)
        found |= Q(company__in=members.values("company"), posted_at__gte=begins, posted_at__lt=over)
    return found


def _feedback(held: QuerySet) -> list[Figure]:
    group = gettext("Feedback")
    answers = Feedback.objects.filter(meeting__in=held)
    return [
        Figure(
            "feedback",
            group,
            gettext("Answers"),
            gettext("From people who were there, about meetings held."),
            answers,
        ),
        Figure(
            "feedback-good",
            group,
            gettext("Of these good or excellent"),
            gettext("Four or five of five."),
            answers.filter(rating__gte=GOOD),
        ),
    ]


# --- support ------------------------------------------------------------------------------------------
def _support(scope: Scope) -> list[Figure]:
    group = gettext("Support received")
    given = supports_in(scope)
    return [
        Figure(
            "support",
            group,
            gettext("Gifts in force"),
            gettext("Money, rooms, staff, services and backing, on at least a day of the period."),
            given,
        ),
        Figure(
            "support-in-kind",
            group,
            gettext("Of these in kind"),
            gettext("Rooms, staff and services."),
            given.filter(gives__in=[Support.Gives.ROOMS, Support.Gives.STAFF, Support.Gives.SERVICES]),
        ),
    ]


def supports_in(scope: Scope) -> QuerySet[Support]:
    return Support.objects.filter(
        Q(cluster__in=[one.pk for one in scope.clusters])
        | Q(association__in=[one.pk for one in scope.associations]),
        Q(end__isnull=True) | Q(end__gte=scope.start),
        start__lte=scope.end,
    )


def whole_months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month + 1
