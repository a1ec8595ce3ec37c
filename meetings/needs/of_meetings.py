"""What a meeting needs."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.models import Association, Cluster
from meetings.models import AgendaEdition, Duty, Meeting, Presentation
from meetings.roles import DO, DOES

from .need import AFTERWARDS, SOON, Need, desk_of_meetings

State = Meeting.State
LOOK_AHEAD = timedelta(days=120 + 8)  # the longest time to answer that a cluster may want, and SOON
LOOK_BACK = timedelta(days=60)  # for what is still missing of meetings that are over


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


def of_meeting(meeting, now: datetime) -> Iterator[Need]:
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
            yield Need(
                cluster,
                _("%(on)s: nobody %(does)s yet.") % {"on": _on(meeting), "does": DOES[role]},
                due,
                _("Find a firm"),
                url,
            )
        elif duty is not None and duty.state == Duty.State.PROPOSED and due - SOON <= today:
            sentence = _("%(on)s: %(company)s is meant to %(do)s, but has not been asked.") % {
                "on": _on(meeting),
                "company": duty.company,
                "do": DO[role],
            }
            yield Need(cluster, sentence, due, _("Ask"), url)
        elif duty is not None and duty.state == Duty.State.OFFERED and duty.answer_by - SOON <= today:
            sentence = _("%(on)s: %(company)s has not said yet whether it %(does)s.") % {
                "on": _on(meeting),
                "company": duty.company,
                "does": DOES[role],
            }
            yield Need(cluster, sentence, duty.answer_by, _("See the rota"), url)


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
    sentence = _("%(on)s: the agenda of “%(meeting)s” has not gone out.") % {
        "on": _on(meeting),
        "meeting": meeting,
    }
    yield Need(
        meeting.organiser,
        sentence,
        due,
        _("See and publish it") if ready else _("Prepare it"),
        url,
    )


def _afterwards(meeting) -> Iterator[Need]:
    due = meeting.day + AFTERWARDS
    slides = desk_of_meetings("presentation_changelist", meeting__id__exact=meeting.pk)
    if meeting.has_new_slides:
        yield Need(
            meeting.organiser,
            _("%(on)s: slides have come and wait for you.") % {"on": _on(meeting)},
            due,
            _("Publish them"),
            slides,
        )
    elif meeting.lacks_slides:
        yield Need(
            meeting.organiser,
            _("%(on)s: slides of “%(meeting)s” are missing.") % {"on": _on(meeting), "meeting": meeting},
            due,
            _("See which"),
            slides,
        )
    if meeting.needs_showcase and not meeting.notes:
        url = reverse("admin:meetings_meeting_change", args=[meeting.pk])
        sentence = _("%(on)s: what you took away is not written down.") % {"on": _on(meeting)}
        yield Need(meeting.organiser, sentence, due, _("Write it down"), url)


def _on(meeting: Meeting) -> str:
    return date_format(meeting.day, "MONTH_DAY_FORMAT")
