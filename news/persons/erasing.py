"""A person goes for good. What their firm did stays true: the row of the account stays, with nobody behind it.

An answer to a meeting, a turn or a talk of the firm still counts, and leads to "A former member".
"""

from datetime import datetime, timedelta
from functools import partial
from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters import present, trail
from clusters.errors import Refused
from clusters.held import After, Held
from clusters.in_hand import nobody_in
from clusters.languages import in_site_language
from clusters.models import Association
from meetings.models import AgendaItem, Presentation, Registration
from meetings.registration import registrations
from members import outbox, representation
from members.memberships import coordinators_of, officers_of
from members.models import Export, Import, Officer, Representative, User
from news.held import EVERYTHING

from . import names
from .addresses import addresses_of

NAME = "A former member"
DOMAIN = "forgotten.invalid"  # never an address (RFC 2606)
BUSY = gettext_lazy(
    "A list of members is being read in at this moment, and you may be on it. Try again in a minute."
)


def why_not(person: User) -> str:
    """A sentence if the person can't go yet."""
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=person.pk)
    if person.is_superuser and not others.exists():
        return _("You are the only operator of this site. Make somebody else one first.")
    return ""


@transaction.atomic
def erase(person: User, *, now: datetime | None = None) -> None:
    """A second time changes nothing. Refused while a list is read in, which may name the person."""
    now = now or present.now()
    if not nobody_in(Import.READ_IN):
        raise Refused(BUSY)
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.erased_at:
        return
    if sentence := why_not(person):
        raise Refused(sentence)
    forgotten = names.Forgotten(person, addresses_of(person))
    _leave(person, now)
    own = _rows_about(person, forgotten.addresses)
    _drop_files(person)
    _end_sessions(person)
    _empty_rows(person, forgotten.addresses)
    _empty_account(person, now)
    names.forget(forgotten, own)
    trail.record(None, "deleted the account of", person)


# --- from what is still to come ---------------------------------------------------------------------------
def _leave(person: User, now: datetime) -> None:
    for acting in person.representations.filter(state=Representative.State.ACTIVE).order_by("pk"):
        representation.end(acting, by=person)
    person.representations.filter(state=Representative.State.ASKED).update(state=Representative.State.ENDED)
    person.standing_answers.all().delete()
    ahead = person.registrations.filter(meeting__ends_at__gt=now, meeting__state="published")
    coming = ahead.filter(state__in=Registration.COMING).order_by("meeting")
    for answer in coming.select_related("meeting__cluster__association", "meeting__association"):
        registrations.withdraw(answer, by=person, now=now)
    AgendaItem.objects.filter(presenter=person, meeting__ends_at__gt=now).update(presenter=None)
    Presentation.objects.filter(presenter=person, state=Presentation.State.EXPECTED).update(presenter=None)
    for office in person.offices.current().select_related("cluster__association", "association"):
        _leave_office(office, now)


@in_site_language()
def _leave_office(office: Officer, now: datetime) -> None:
    """Their term ends; who is left hears that somebody has to follow."""
    title, of = office.get_office_display(), office.cluster or office.association
    trail.record(None, "ended", office, cluster=office.cluster, association=office.association)
    yesterday = timezone.localdate(now) - timedelta(days=1)
    if office.start > yesterday:
        office.delete()
    else:
        office.end = yesterday
        office.save(update_fields=["end"])
    people = coordinators_of(office.cluster) if office.cluster else officers_of(cast(Association, of))
    outbox.queue_many(
        [one for one in people if one.pk != office.user_id],
        key=f"office-left:{office.user_id}:{office.office}:{office.cluster_id}:{office.association_id}",
        kind="office-left",
        subject=_("%(of)s needs a new %(title)s") % {"of": of, "title": title.lower()},
        template="office_left",
        context=lambda reader: {"person": reader, "title": title.lower(), "of": of},
        cluster=office.cluster,
        association=office.association,
    )


# --- what is held -----------------------------------------------------------------------------------------
def _rows_about(person: User, addresses: list[str]) -> dict[type[models.Model], set[int]]:
    rows: dict[type[models.Model], set[int]] = {}
    for held in EVERYTHING:
        numbers = held.rows(person, addresses).values_list("pk", flat=True)
        rows.setdefault(held.model, set()).update(numbers)
    return rows


def _drop_files(person: User) -> None:
    """Copies of others' data that the person made; slides of talks that no firm gave are the person's alone."""
    exports = Export.objects.filter(by=person).exclude(file="").values_list("file", flat=True)
    alone = Presentation.objects.filter(presenter=person, company=None)
    files = [name for pair in alone.values_list("file", "picture") for name in pair if name]
    alone.update(file="", picture="", link="", format="", text="", size=0, state=Presentation.State.WITHDRAWN)
    for name in [*exports, *files]:
        transaction.on_commit(partial(default_storage.delete, name))


def _end_sessions(person: User) -> None:
    keys = UserSession.objects.filter(user=person).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()


def _empty_rows(person: User, addresses: list[str]) -> None:
    _take_guest_visits(person, addresses)
    for held in EVERYTHING:
        rows = held.rows(person, addresses)
        if held.after == After.GOES:
            rows.order_by().delete()
            continue
        if held.emptied:
            fields = [held.model._meta.get_field(name) for name in held.emptied]
            empty = {field.name: field.get_default() for field in fields}
            rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).update(**empty)
    for held in EVERYTHING:
        if held.after == After.LET_GO:
            _let_go(held, person)


def _take_guest_visits(person: User, addresses: list[str]) -> None:
    """Visits by address alone count as the person's: without it they would be nobody's, and count as walk-ins."""
    visits = Registration.objects.filter(user=None, email__in=addresses)
    answered = Registration.objects.filter(user=person).values("meeting")
    visits.exclude(meeting__in=answered).update(user=person, email="")


def _let_go(held: Held, person: User) -> None:
    for column in held.person.split():
        rows = held.model._base_manager.filter(**{column: person})
        rows.update(**{column: None})


def _empty_account(person: User, now: datetime) -> None:
    person.name, person.email = NAME, f"person-{person.pk}@{DOMAIN}"
    person.is_active, person.is_superuser = False, False
    person.last_login, person.second_factor_by, person.erased_at = None, None, now
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()
