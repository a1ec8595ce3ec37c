"""What a meeting needs."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import cast

from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.models import Cluster
from meetings.models import AgendaEdition, Duty, Meeting, Presentation
from meetings.roles import DO, DOES

from .need import AFTERWARDS, SOON, Need, Words, desk_of_meetings

State = Meeting.State
A_DAY = timedelta(days=1)
LOOK_AHEAD = timedelta(days=120 + 8)  # the longest time to answer that a cluster may want, and SOON
LOOK_BACK = timedelta(days=60)  # for what is still missing of meetings that are over
LONGEST = timedelta(days=30)  # that a meeting takes
READ = [
    *("kind", "title", "starts_at", "state", "venue", "notes", "cluster", "association"),
    *("cluster__name", "cluster__answer_days", "cluster__agenda_days", "cluster__association"),
    *(f"{whose}association__{field}" for whose in ("", "cluster__") for field in ("name", "time_zone")),
]


def of_meetings(user, most: int, now: datetime) -> Iterator[Need]:
    """What meetings need; of each kind of need only the `most` urgent meetings are read."""
    ours = Meeting.objects.managed_by(user)
    ours = ours.select_related("cluster__association", "association").only(*READ)
    for meeting in lacking_turns(ours, now)[:most]:
        yield from _turns(meeting, cast(Cluster, meeting.cluster), now.astimezone(meeting.zone).date())
    for meeting in without_agenda(ours, now)[:most]:
        yield from _agenda(meeting, now.astimezone(meeting.zone).date())
    for meeting in with_work_afterwards(ours, now)[:most]:
        yield from _afterwards(meeting)


def lacking_turns(meetings, now: datetime):
    """Those ahead whose turns nobody has been asked for in time, or has agreed to; the soonest due first.

    To the day: who is told decides by the day where the meeting takes place.
    """
    due = F("starts_at") - days(F("cluster__answer_days"))
    ahead = _ahead(meetings.order_by(), now).filter(cluster__isnull=False, kind=Meeting.Kind.MEETING)
    soon = ahead.filter(starts_at__lte=_latest("answer_days", now)).annotate(turns_due=due)
    late = soon.filter(turns_due__lte=now + A_DAY)
    turns = Duty.objects.filter(meeting=OuterRef("pk"))
    open_turns = turns.filter(state__in=Duty.OPEN)
    unanswered = Duty.objects.filter(state=Duty.State.OFFERED, answer_by__lte=(now + SOON + A_DAY).date())
    proposed = turns.filter(state=Duty.State.PROPOSED)
    first, *others = (
        ahead.filter(pk__in=unanswered.order_by().values("meeting")),
        soon.filter(Exists(proposed), turns_due__lte=now + SOON + A_DAY),
        late.filter(~Exists(open_turns.filter(role=Duty.Role.CHAIR))),
        late.filter(~Exists(open_turns.filter(role=Duty.Role.HOST)), venue=None),
    )  # each for itself: in one condition all turns there are would be looked at
    found = first.values("pk").union(*(way.values("pk") for way in others))
    return (
        meetings.filter(pk__in=found)
        .annotate(turns_due=due)
        .prefetch_related(
            Prefetch(
                "duties",
                queryset=Duty.objects.filter(state__in=Duty.OPEN).select_related("company"),
                to_attr="turns",
            )
        )
        .order_by("turns_due", "pk")
    )


def without_agenda(meetings, now: datetime):
    """Those ahead whose agenda should go out soon, the soonest due first."""
    usual = Cluster._meta.get_field("agenda_days").default
    sent = AgendaEdition.objects.filter(meeting=OuterRef("pk"))
    chair = Duty.objects.agreed().filter(meeting=OuterRef("pk"), role=Duty.Role.CHAIR)
    return (
        _ahead(meetings, now)
        .filter(starts_at__lte=_latest("agenda_days", now))
        .annotate(
            agenda_due=F("starts_at") - days(Coalesce("cluster__agenda_days", usual)),
            has_chair=Exists(chair),
        )
        .filter(~Exists(sent), agenda_due__lte=now + SOON + A_DAY)
        .order_by("agenda_due", "pk")
    )


def with_work_afterwards(meetings, now: datetime):
    """Those that are over, whose slides or notes are missing, the first one first."""
    slides = Presentation.objects.filter(meeting=OuterRef("pk"))
    return (
        meetings.filter(
            state__in=[State.PUBLISHED, State.HELD],
            ends_at__range=(now - LOOK_BACK, now),
            starts_at__range=(now - LOOK_BACK - LONGEST, now),  # spares the index all others
        )
        .annotate(
            lacks_slides=Exists(slides.filter(state=Presentation.State.EXPECTED)),
            has_new_slides=Exists(slides.filter(state=Presentation.State.SUBMITTED)),
        )
        .filter(Q(lacks_slides=True) | Q(has_new_slides=True) | Q(kind=Meeting.Kind.MEETING, notes=""))
        .order_by("starts_at", "pk")
    )


def _ahead(meetings, now: datetime):
    return meetings.filter(
        state__in=[State.DRAFT, State.PUBLISHED], starts_at__gt=now, starts_at__lte=now + LOOK_AHEAD
    ).exclude(cluster__state=Cluster.State.RESTING)


def _latest(wanted: str, now: datetime) -> ExpressionWrapper:
    """When a meeting begins at the latest for which something may be due soon: by the longest that a cluster wants."""
    most = Cluster.objects.order_by(f"-{wanted}").values(wanted)[:1]
    usual = Cluster._meta.get_field(wanted).default
    latest = Value(now + SOON + A_DAY) + days(Greatest(Subquery(most), Value(usual)))
    return ExpressionWrapper(latest, DateTimeField())


def days(number) -> ExpressionWrapper:
    return ExpressionWrapper(number * Value(A_DAY), DurationField())


def _turns(meeting, cluster: Cluster, today: date) -> Iterator[Need]:
    """Turns nobody was asked for by the cut-off; offers that have to be answered soon."""
    turns = {duty.role: duty for duty in meeting.turns}
    due = meeting.day - timedelta(days=cluster.answer_days)
    for role in Duty.Role.values:
        duty = turns.get(role)
        needed = role == Duty.Role.CHAIR or meeting.venue_id is None
        if duty is None and needed and due <= today:
            yield Need(cluster, due, partial(_nobody_yet, meeting, role))
        elif duty is not None and duty.state == Duty.State.PROPOSED and due - SOON <= today:
            yield Need(cluster, due, partial(_not_asked, meeting, duty))
        elif duty is not None and duty.state == Duty.State.OFFERED and duty.answer_by - SOON <= today:
            yield Need(cluster, duty.answer_by, partial(_not_answered, meeting, duty))


def _nobody_yet(meeting, role: str) -> Words:
    sentence = _("%(on)s: nobody %(does)s yet.") % {"on": _on(meeting), "does": DOES[role]}
    return Words(sentence, _("Find a firm"), _rota(meeting))


def _not_asked(meeting, duty: Duty) -> Words:
    sentence = _("%(on)s: %(company)s is meant to %(do)s, but has not been asked.") % {
        "on": _on(meeting),
        "company": duty.company,
        "do": DO[duty.role],
    }
    return Words(sentence, _("Ask"), _rota(meeting))


def _not_answered(meeting, duty: Duty) -> Words:
    sentence = _("%(on)s: %(company)s has not said yet whether it %(does)s.") % {
        "on": _on(meeting),
        "company": duty.company,
        "does": DOES[duty.role],
    }
    return Words(sentence, _("See the rota"), _rota(meeting))


def _rota(meeting) -> str:
    return f"{reverse('admin:meetings_rota', args=[meeting.cluster_id])}#meeting-{meeting.pk}"


def _agenda(meeting, today: date) -> Iterator[Need]:
    days = meeting.cluster.agenda_days if meeting.cluster else Cluster._meta.get_field("agenda_days").default
    due = meeting.day - timedelta(days=days)
    if due - SOON <= today:
        yield Need(meeting.organiser, due, partial(_agenda_not_out, meeting))


def _agenda_not_out(meeting) -> Words:
    ready = meeting.has_chair or not meeting.needs_showcase
    url = (
        reverse("admin:meetings_meeting_act", args=[meeting.pk, "publish"])
        if ready and meeting.state == State.DRAFT
        else reverse("admin:meetings_meeting_change", args=[meeting.pk])
    )
    sentence = _("%(on)s: the agenda of “%(meeting)s” has not gone out.") % {
        "on": _on(meeting),
        "meeting": meeting,
    }
    return Words(sentence, _("See and publish it") if ready else _("Prepare it"), url)


def _afterwards(meeting) -> Iterator[Need]:
    due = meeting.day + AFTERWARDS
    if meeting.has_new_slides or meeting.lacks_slides:
        yield Need(meeting.organiser, due, partial(_slides, meeting))
    if meeting.needs_showcase and not meeting.notes:
        yield Need(meeting.organiser, due, partial(_no_notes, meeting))


def _slides(meeting) -> Words:
    url = desk_of_meetings("presentation_changelist", meeting__id__exact=meeting.pk)
    if meeting.has_new_slides:
        sentence = _("%(on)s: slides have come and wait for you.") % {"on": _on(meeting)}
        return Words(sentence, _("Publish them"), url)
    words = {"on": _on(meeting), "meeting": meeting}
    return Words(_("%(on)s: slides of “%(meeting)s” are missing.") % words, _("See which"), url)


def _no_notes(meeting) -> Words:
    sentence = _("%(on)s: what you took away is not written down.") % {"on": _on(meeting)}
    return Words(sentence, _("Write it down"), reverse("admin:meetings_meeting_change", args=[meeting.pk]))


def _on(meeting: Meeting) -> str:
    return date_format(meeting.day, "MONTH_DAY_FORMAT")
