"""Who comes to a meeting: answers, places, and the waiting list.

Every act locks the meeting's row, so that places are counted by one act at a time and never given twice. A place that
comes free, for whatever reason, goes to who has waited longest (`fill_places`), and is mailed in that transaction.
Guests are let in by `meetings.registration.guests`; the door is in `meetings.registration.checkins`.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.models import Cluster
from meetings import agendas
from meetings.models import Meeting, Registration, StandingAnswer
from meetings.registration import notices
from members.models import Company, User

State = Registration.State


class Full(Refused):
    """No place is left for who wants one, and no waiting list."""


# --- may one answer? ----------------------------------------------------------------------------------
def is_open(meeting: Meeting, now: datetime | None = None) -> bool:
    return meeting.state == Meeting.State.PUBLISHED and meeting.ends_at > (now or present.now())


def refuse_unless_open(meeting: Meeting, now: datetime) -> None:
    if meeting.state == Meeting.State.DRAFT:
        raise Refused(_("This meeting is not announced yet. Answers open when its agenda goes out."))
    if meeting.state == Meeting.State.CANCELLED:
        raise Refused(_("This meeting is called off. Nothing has changed."))
    if not is_open(meeting, now):
        raise Refused(_("This meeting is over, so answers are closed."))


def takes_guests(meeting: Meeting) -> bool:
    """Events are for everybody who sees them. To a cluster's own meetings guests come if it wants them."""
    if meeting.openness == Meeting.Openness.MEMBERS:
        return False
    return meeting.cluster is None or meeting.kind != Meeting.Kind.MEETING or meeting.cluster.guests_welcome


def is_at_home(meeting: Meeting, user: User) -> bool:
    """Members of any cluster of the association, and who looks after the meeting, come as often as they like."""
    member = Cluster.objects.with_member(user).filter(association=meeting.in_association)
    return member.exists() or Meeting.objects.managed_by(user).filter(pk=meeting.pk).exists()


def refuse_guest(meeting: Meeting, person: Q) -> None:
    """`person`: whose answers are looked at. One visit to a cluster's own meetings, before joining."""
    if not takes_guests(meeting):
        raise Refused(
            _("%(organiser)s meets among its members here. Joining costs nothing.")
            % {"organiser": meeting.organiser}
        )
    if has_been_guest(meeting, person):
        raise Refused(
            _(
                "You have been a guest of %(organiser)s already, or are down for another of its "
                "meetings. To come again, join: it costs nothing."
            )
            % {"organiser": meeting.organiser}
        )


def has_been_guest(meeting: Meeting, person: Q) -> bool:
    if meeting.cluster is None or meeting.kind != Meeting.Kind.MEETING:
        return False
    visits = Registration.objects.filter(person, meeting__cluster=meeting.cluster, meeting__kind=meeting.kind)
    return (
        visits.filter(state__in=[*Registration.COMING, State.ATTENDED])
        .exclude(meeting=meeting)
        .exclude(meeting__state=Meeting.State.CANCELLED)
        .exists()
    )


# --- answers ------------------------------------------------------------------------------------------
@transaction.atomic
def register(
    meeting: Meeting,
    user: User,
    *,
    or_wait: bool = False,
    needs: str | None = None,
    shares_name: bool | None = None,
    now: datetime | None = None,
) -> Registration:
    """The person comes. With no place left they join the waiting list, or without `or_wait` are refused (`Full`).

    A second time changes nothing but what is said with it.
    """
    now = now or present.now()
    agendas.lock(meeting)
    refuse_unless_open(meeting, now)
    answer = answer_of(meeting, user) or Registration(meeting=meeting, user=user, state=State.WITHDRAWN)
    answer.meeting = meeting
    if answer.state == State.WITHDRAWN:
        if not is_at_home(meeting, user):
            refuse_guest(meeting, Q(user=user))
        answer.company = firm_of(meeting, user)
        answer.created_at = now
        take_place_or_wait(answer, or_wait=or_wait, by=user, now=now)
    note(answer, needs=needs, shares_name=shares_name)
    return answer


@transaction.atomic
def decline(meeting: Meeting, user: User, *, now: datetime | None = None) -> Registration:
    """Not this time. Also of somebody with a standing answer: this one meeting is skipped."""
    now = now or present.now()
    agendas.lock(meeting)
    refuse_unless_open(meeting, now)
    answer = answer_of(meeting, user)
    if answer is None:
        return Registration.objects.create(
            meeting=meeting, user=user, state=State.WITHDRAWN, created_at=now, changed_at=now
        )
    return withdraw(answer, by=user, now=now)


@transaction.atomic
def withdraw(answer: Registration, *, by: User | None, now: datetime | None = None) -> Registration:
    """The person can't come after all, or leaves the waiting list, and their colleague with them.

    A second time changes nothing. `by`: None for a guest.
    """
    now = now or present.now()
    lock(answer)
    if answer.state == State.WITHDRAWN:
        return answer
    refuse_unless_open(answer.meeting, now)
    if answer.state == State.ATTENDED:
        raise Refused(_("You are ticked as here. Talk to who keeps the list at the door."))
    has_the_date = answer.state in Registration.SEATED and answer.brought_by is None
    give_up(answer, now)
    record(by, "withdrew from", answer)
    if has_the_date:
        notices.send_withdrawn(answer)
    seat_the_next(answer.meeting, now)
    return answer


@transaction.atomic
def remove(answer: Registration, *, by: User, because: str, now: datetime | None = None) -> Registration:
    """The coordinator takes somebody off the list and says why; they are told."""
    now = now or present.now()
    lock(answer)
    if answer.state not in (State.AWAITING, *Registration.COMING):
        raise Refused(_("%(person)s is not on the list any more.") % {"person": answer.person})
    refuse_unless_open(answer.meeting, now)
    was_told = answer.state != State.AWAITING
    give_up(answer, now)
    record(by, "removed somebody from", answer, because)
    if was_told:
        notices.send_removed(answer, because)
    seat_the_next(answer.meeting, now)
    return answer


@transaction.atomic
def bring_colleague(answer: Registration, name: str, *, now: datetime | None = None) -> Registration:
    """A second place, under the colleague's name; on the waiting list behind all others if none is left."""
    now = now or present.now()
    lock(answer)
    refuse_unless_open(answer.meeting, now)
    if answer.state not in Registration.COMING:
        raise Refused(_("Say first that you come yourself."))
    if answer.brought_by_id is not None:
        raise Refused(_("Who is brought along can bring nobody."))
    if not name.strip():
        raise Refused(_("Give the name of your colleague. It goes on a badge."))
    colleague = answer.brings.first() or Registration(brought_by=answer, state=State.WITHDRAWN)
    colleague.meeting, colleague.company = answer.meeting, answer.company
    colleague.name, colleague.shares_name = name.strip(), answer.shares_name
    if colleague.state == State.WITHDRAWN:
        colleague.created_at = now
        take_place_or_wait(colleague, or_wait=True, by=answer.user, now=now, behind=answer)
    else:
        colleague.save(update_fields=["name", "shares_name"])
    return colleague


def note(answer: Registration, *, needs: str | None = None, shares_name: bool | None = None) -> None:
    """What the host should know, and whether it may know who. None leaves it as it is."""
    fields = {"needs": needs, "shares_name": shares_name}
    given = {name: value for name, value in fields.items() if value is not None}
    if shares_name is not None and shares_name != answer.shares_name:
        record(
            answer.user, "let the host know of" if shares_name else "no longer lets the host know of", answer
        )
    for name, value in given.items():
        setattr(answer, name, value)
    if given:
        answer.save(update_fields=list(given))
    if shares_name is not None:
        answer.brings.update(shares_name=shares_name)


def answer_of(meeting: Meeting, user: User) -> Registration | None:
    return meeting.registrations.filter(user=user).select_related("user").first()


def firm_of(meeting: Meeting, user: User) -> Company | None:
    """For which firm the person comes: one that is a member here before another."""
    firms = Company.objects.represented_by(user)
    here = Q(memberships__cluster=meeting.cluster_id) | Q(
        memberships__cluster__association=meeting.association_id
    )
    return firms.filter(here, memberships__state="active").first() or firms.first()


# --- places -------------------------------------------------------------------------------------------
def lock(answer: Registration) -> None:
    """The meeting's row, and the answer as the last act left it."""
    agendas.lock(answer.meeting)
    meeting = answer.meeting
    answer.refresh_from_db(from_queryset=Registration.objects.select_related("user", "brought_by__user"))
    answer.meeting = meeting


def free_places(meeting: Meeting) -> int | None:
    """Places left; below zero when the limit was lowered. None: there is no limit. The meeting is locked."""
    if meeting.places is None:
        return None
    return meeting.places - meeting.registrations.seated().count()


def take_place_or_wait(
    answer: Registration, *, or_wait: bool, by: User | None, now: datetime, behind: Registration | None = None
) -> None:
    """The answer gets a place if one is left and nobody waits for it, else a place in line. The meeting is locked.

    `behind`: who must not have to wait while this one is seated.
    """
    meeting = answer.meeting
    free = free_places(meeting)
    line = meeting.registrations.in_line()
    seated = (
        (free is None or free > 0)
        and not line.exists()
        and (behind is None or behind.state != State.WAITLISTED)
    )
    if not seated and not or_wait:
        raise Full(_("Somebody took the last place a moment before you. Nothing else has changed."))
    if seated:
        answer.state, answer.queue_number = State.REGISTERED, None
    else:
        last = meeting.registrations.aggregate(last=Max("queue_number"))["last"] or 0
        answer.state, answer.queue_number = State.WAITLISTED, last + 1
    step(answer, now)
    record(by, "answered yes to" if seated else "joined the waiting list of", answer)
    if seated:
        notices.send_registered(answer)
    else:
        notices.send_waiting(answer)


def give_up(answer: Registration, now: datetime) -> None:
    for row in [answer, *answer.brings.exclude(state=State.WITHDRAWN)]:
        row.state, row.queue_number = State.WITHDRAWN, None
        step(row, now)


def step(answer: Registration, now: datetime) -> None:
    answer.version += 1
    answer.changed_at = now
    answer.save()


@transaction.atomic
def fill_places(meeting: Meeting, *, now: datetime | None = None) -> list[Registration]:
    """Give the places that are free to those who have waited longest, and tell each of them once.

    Call it after whatever changes the places or who holds them, in the same transaction. Where the limit is now below
    those who were promised a place, nobody loses it; the coordinators are told.
    """
    agendas.lock(meeting)
    return seat_the_next(meeting, now or present.now())


def seat_the_next(meeting: Meeting, now: datetime) -> list[Registration]:
    """The same of a locked meeting."""
    if not is_open(meeting, now):
        return []
    free = free_places(meeting)
    if free is None and meeting.venue is None:
        return []  # a room is still to be found: nobody is promised a chair in it
    if meeting.places is not None and free is not None and free < 0:
        notices.send_overbooked(meeting, meeting.registrations.seated().count())
    line = meeting.registrations.in_line().select_related("user", "brought_by__user")
    promoted = list(line if free is None else line[: max(free, 0)])
    for answer in promoted:
        answer.meeting = meeting
        answer.state, answer.queue_number = State.REGISTERED, None
        step(answer, now)
        record(None, "gave a free place at", answer)
        notices.send_promoted(answer)
    return promoted


def fill_places_in(venue, *, now: datetime | None = None) -> None:
    """After a venue's capacity has changed: in all meetings ahead that take place there."""
    ahead = Meeting.objects.upcoming(now).filter(venue=venue, state=Meeting.State.PUBLISHED)
    for meeting in ahead.select_related("cluster__association", "association", "venue"):
        fill_places(meeting, now=now)


def record(by: User | None, verb: str, answer: Registration, note: str = "") -> None:
    """In the trail of the meeting: guests' names are not kept there."""
    meeting = answer.meeting
    trail.record(by, verb, meeting, cluster=meeting.cluster, association=meeting.association, note=note)


# --- yes to all meetings --------------------------------------------------------------------------------
@transaction.atomic
def come_to_all(cluster: Cluster, user: User, *, now: datetime | None = None) -> None:
    """From now on the person is down for each meeting of the cluster once it is announced."""
    if not Cluster.objects.with_member(user).filter(pk=cluster.pk).exists():
        raise Refused(
            _("Only members of %(cluster)s can say yes to all its meetings. Joining costs nothing.")
            % {"cluster": cluster}
        )
    standing, _is_new = StandingAnswer.objects.get_or_create(
        user=user, cluster=cluster, defaults={"since": now or present.now()}
    )
    follow(standing, now=now)


def stop_coming_to_all(cluster: Cluster, user: User) -> None:
    """What has been answered already stays."""
    StandingAnswer.objects.filter(cluster=cluster, user=user).delete()


def follow(standing: StandingAnswer, *, now: datetime | None = None) -> None:
    """Answer yes where the person has not answered yet."""
    if not Cluster.objects.with_member(standing.user).filter(pk=standing.cluster_id).exists():
        return
    unanswered = (
        Meeting.objects.upcoming(now)
        .filter(cluster=standing.cluster_id, state=Meeting.State.PUBLISHED, kind=Meeting.Kind.MEETING)
        .exclude(registrations__user=standing.user)
    )
    for meeting in unanswered.select_related("cluster__association", "association", "venue"):
        register(meeting, standing.user, or_wait=True, now=now)
