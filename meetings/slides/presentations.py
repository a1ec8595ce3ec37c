"""Slides: expected of who speaks, handed in, reviewed by the coordinator, and published or given back.

A talk of the published agenda makes an expected presentation, and so does the chair's showcase; it follows its item
to another firm until slides are handed in. Who spoke is asked for them by mail after the meeting.
"""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present, to_check, trail
from clusters.errors import Refused
from meetings.models import AgendaItem, Meeting, Presentation
from meetings.slides import documents, notices
from members.companies import answerers_of
from members.models import User

State = Presentation.State
SPOKEN = [AgendaItem.Kind.SHOWCASE, AgendaItem.Kind.TALK]
TO_HAND_IN = (State.EXPECTED, State.SUBMITTED)
ASKED_AFTER = (timedelta(0), timedelta(days=3), timedelta(days=10))  # the meeting's end; once each
NOT_ASKED_AFTER = timedelta(days=30)
READ_AT_ONCE = 5

HOW_IT_STANDS = {
    State.EXPECTED: _("The slides have not been handed in yet."),
    State.SUBMITTED: _("The slides are with the coordinator."),
    State.PUBLISHED: _("The slides are on the site already."),
    State.WAIVED: _("No slides are expected any more."),
    State.WITHDRAWN: _("The slides have been taken back."),
}


# --- who is to hand in what -------------------------------------------------------------------------------
@transaction.atomic
def expect(meeting: Meeting) -> None:
    """One presentation for each talk that somebody gives, as the agenda has it now. The meeting is locked."""
    given = Q(company__isnull=False) | Q(presenter__isnull=False)
    talks: dict[int | None, AgendaItem] = {
        item.pk: item for item in AgendaItem.objects.filter(given, meeting=meeting, kind__in=SPOKEN)
    }
    open_ones = Presentation.objects.filter(meeting=meeting, state=State.EXPECTED)
    open_ones.exclude(agenda_item=None).exclude(agenda_item__in=talks).delete()
    known = set(Presentation.objects.filter(agenda_item__in=talks).values_list("agenda_item", flat=True))
    for item in talks.values():
        if item.pk not in known:
            Presentation.objects.create(meeting=meeting, agenda_item=item, **_as_announced(item))
    for record in open_ones.filter(agenda_item__in=known):
        _follow(record, _as_announced(talks[record.agenda_item_id]))
    Presentation.objects.filter(meeting=meeting).keep_names()


def forget(item: AgendaItem) -> None:
    """The item goes; nothing is expected of it any more."""
    Presentation.objects.filter(agenda_item=item, state=State.EXPECTED).delete()


def _as_announced(item: AgendaItem) -> dict:
    return {
        "company_id": item.company_id,
        "presenter_id": item.presenter_id,
        "presenter_name": item.presenter_name,
        "title": item.title,
    }


def _follow(record: Presentation, announced: dict) -> None:
    """What is expected of one firm is not asked of the next as if it had been asked before."""
    if (record.company_id, record.presenter_id) != (announced["company_id"], announced["presenter_id"]):
        announced = {**announced, "asked": 0, "note": ""}
    Presentation.objects.filter(pk=record.pk).update(**announced)


def may_hand_in(presentation: Presentation) -> list[User]:
    """The speaker, and those who answer for the firm."""
    people = [presentation.presenter] if presentation.presenter else []
    people += answerers_of(presentation.company) if presentation.company else []
    return list({person.pk: person for person in people if person.is_active}.values())


def ask_for_slides(now: datetime | None = None) -> int:
    """A job of the worker: after the meeting, and again while nothing comes. Returns how many talks were asked for."""
    now = now or present.now()
    due = Q()
    for number, after in enumerate(ASKED_AFTER):
        due |= Q(asked__lte=number, meeting__ends_at__lte=now - after)
    talks = (
        Presentation.objects.filter(due, state=State.EXPECTED, meeting__state=Meeting.State.HELD)
        .filter(meeting__ends_at__gt=now - NOT_ASKED_AFTER)
        .select_related("company", "presenter", "meeting__cluster__association", "meeting__association")
        .order_by("pk")
    )
    with transaction.atomic():
        rows = list(talks.select_for_update(of=["self"], skip_locked=True))
        for talk in rows:
            talk.asked = sum(talk.meeting.ends_at <= now - after for after in ASKED_AFTER)
            talk.save(update_fields=["asked"])
            notices.send_wanted(talk, may_hand_in(talk))
    return len(rows)


# --- from the speaker ---------------------------------------------------------------------------------
def received(presentation: Presentation, form: str) -> None:
    """A new file has been put into the row, which is still to be saved. The worker reads it."""
    presentation.format, presentation.size = form, presentation.file.size
    presentation.reading, presentation.text = Presentation.Reading.WAITING, ""
    presentation.picture = ""
    if presentation.state == State.EXPECTED:  # nobody is asked for them any more
        presentation.state, presentation.submitted_at = State.SUBMITTED, present.now()


@transaction.atomic
def hand_in(
    presentation: Presentation, *, by, title: str, audience: str, file=None, form="", link=""
) -> None:
    """The slides as the speaker wants them shown: a file, found to be of `form` by `documents.check`, or a link."""
    _lock(presentation)
    if presentation.state not in TO_HAND_IN:
        raise Refused(
            gettext("%(how_it_stands)s To change something, write to the coordinator.")
            % {"how_it_stands": HOW_IT_STANDS[State(presentation.state)]}
        )
    if bool(file) and bool(link):
        raise Refused(gettext("Give a file or a link, not both."))
    if not (file or link or presentation.has_slides):
        raise Refused(gettext("Choose a file, or give a link."))
    old = presentation.file.name
    presentation.title, presentation.audience, presentation.note = title, audience, ""
    presentation.state, presentation.submitted_at = State.SUBMITTED, present.now()
    if link:
        presentation.link, presentation.file, presentation.picture = link, "", ""
        presentation.size, presentation.format, presentation.text = 0, "", ""
        presentation.reading = Presentation.Reading.NONE
    elif file:
        presentation.link, presentation.file = "", file
        received(presentation, form)
    _save(presentation)
    if old and old != presentation.file.name:
        transaction.on_commit(lambda: presentation.file.storage.delete(old))
    Presentation.objects.filter(pk=presentation.pk).keep_names()
    _record(by, "handed in", presentation)
    notices.send_submitted(presentation)


def _save(presentation: Presentation) -> None:
    try:
        presentation.save()
    except OSError as full:  # the disk, or the store of files
        raise Refused(
            gettext(
                "The file could not be kept just now; it is not your fault. Try again in an hour, or give a link."
            )
        ) from full


# --- from the coordinator -----------------------------------------------------------------------------
@transaction.atomic
def publish(presentation: Presentation, *, by) -> None:
    """Its audience sees it on the meeting's page and in the archive."""
    _lock(presentation)
    if not presentation.has_slides:
        raise Refused(gettext("There are no slides yet. Upload the file first, or give a link."))
    presentation.state = State.PUBLISHED
    presentation.published_at = presentation.published_at or present.now()
    presentation.save(update_fields=["state", "published_at"])
    Presentation.objects.filter(pk=presentation.pk).keep_names()
    _record(by, "published", presentation)


@transaction.atomic
def give_back(presentation: Presentation, *, by, note: str) -> None:
    """Something is to be changed first: the speaker reads what, and hands in again."""
    _lock(presentation)
    if presentation.state != State.SUBMITTED:
        raise Refused(HOW_IT_STANDS[State(presentation.state)])
    presentation.state, presentation.note = State.EXPECTED, note
    presentation.save(update_fields=["state", "note"])
    _record(by, "gave back", presentation, note)
    notices.send_given_back(presentation, may_hand_in(presentation))


@transaction.atomic
def waive(presentation: Presentation, *, by) -> None:
    """There are none; nobody is asked for them any more."""
    _lock(presentation)
    if presentation.state != State.EXPECTED:
        raise Refused(HOW_IT_STANDS[State(presentation.state)])
    presentation.state = State.WAIVED
    presentation.save(update_fields=["state"])
    _record(by, "waived", presentation)


@transaction.atomic
def withdraw(presentation: Presentation, *, by) -> None:
    """Only its firm and the coordinators see it."""
    _lock(presentation)
    presentation.state = State.WITHDRAWN
    presentation.save(update_fields=["state"])
    _record(by, "withdrew", presentation)


def _lock(presentation: Presentation) -> None:
    """Acts on one come one after the other. `presentation` is as the last one left it."""
    rows = Presentation.objects.select_for_update(of=["self"], no_key=True)
    presentation.refresh_from_db(
        from_queryset=rows.select_related(
            "company", "presenter", "meeting__cluster__association", "meeting__association"
        )
    )


def _record(by, verb: str, presentation: Presentation, note: str = "") -> None:
    meeting = presentation.meeting
    trail.record(by, verb, presentation, cluster=meeting.cluster, association=meeting.association, note=note)


# --- the worker -----------------------------------------------------------------------------------------
def read_uploads() -> int:
    """A job of the worker: the words and a picture from new files, one at a time. Returns how many it read.

    The row is locked meanwhile, so no other worker takes it; one that dies leaves it to the next.
    """
    for number in range(READ_AT_ONCE):
        with transaction.atomic():
            waiting = Presentation.objects.filter(reading=Presentation.Reading.WAITING).order_by("pk")
            rows = waiting.select_related("meeting").select_for_update(of=["self"], skip_locked=True)
            presentation = rows.first()
            if presentation is None:
                return number
            _read(presentation)
    return READ_AT_ONCE


def _read(presentation: Presentation) -> None:
    try:
        with presentation.file.open("rb") as file:
            text, picture = documents.text(file), documents.picture(file)
    except FileNotFoundError:
        text, picture = None, None
    reading = Presentation.Reading.FAILED if text is None else Presentation.Reading.DONE
    presentation.reading, presentation.text = reading, text or ""
    if picture:
        presentation.picture.save("page.webp", ContentFile(picture), save=False)
    presentation.save(update_fields=["reading", "text", "picture"])


def keep_names() -> int:
    """A job of the worker: the archive finds firms and speakers by the names they have now."""
    noted = to_check.take("names")
    talks = Q(pk__in=noted["presentation"]) | Q(company__in=noted["company"]) | Q(presenter__in=noted["user"])
    return Presentation.objects.filter(talks).keep_names()
