"""Who answers for a firm: leads and deputies who can be reached by mail. Without any it is unrepresented.

An unrepresented firm stays a member; the rota skips it, and its coordinators are told once. `settle` looks at one
firm after an act; `watch`, a job of the worker, finds what came about otherwise: an account closed, mail bouncing.

What each may do: a lead edits the page, asks colleagues, says who is deputy and who leads; a deputy edits and asks;
a colleague reads what is for members, and decides about their own name on the page. Everybody may leave.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from clusters import present, to_check, trail
from clusters.errors import Refused
from clusters.languages import in_site_language

from . import outbox
from .companies import clusters_of
from .memberships import coordinators_of
from .models import Company, OutgoingMail, Representative, User

BOUNCES = 2  # mails in a row that the server of an address refused for good
Role, State = Representative.Role, Representative.State


# --- who can be reached ------------------------------------------------------------------------------------
def bouncing() -> Q:
    """Of representatives: their address refused the last mails to it. A new address begins anew."""
    later = OutgoingMail.objects.filter(
        to=OuterRef("to"), state=OutgoingMail.State.SENT, created_at__gt=OuterRef("created_at")
    )
    refused = OutgoingMail.objects.filter(to=OuterRef("user__email"), bounced=True)
    last = refused.filter(~Exists(later)).order_by("pk")
    return Q(Exists(last[BOUNCES - 1 : BOUNCES]))


def answering():
    """The leads and deputies who can be reached."""
    acting = Representative.objects.active().filter(role__in=Representative.ANSWERING, user__is_active=True)
    return acting.exclude(bouncing())


# --- firms without anybody -----------------------------------------------------------------------------------
@transaction.atomic
def watch(now: datetime | None = None) -> None:
    """A job of the worker: firms that lost their last reachable person, and those that have one again.

    The former are looked for among the firms of which something changed; of the latter there are few.
    """
    is_answered = Exists(answering().filter(company=OuterRef("pk")))
    listed = Company.objects.listed()
    lost = listed.filter(~is_answered, unrepresented_since=None, pk__in=changed_firms())
    found = Company.objects.filter(Q(is_answered) | ~Q(pk__in=listed.values("pk")))
    for company in [*lost, *found.exclude(unrepresented_since=None)]:
        settle(company, now=now)


def changed_firms() -> set[int]:
    noted = to_check.take("people")
    people = Representative.objects.filter(Q(user__in=noted["user"]) | Q(user__email__in=noted["address"]))
    return {*map(int, noted["company"]), *people.values_list("company", flat=True)}


@transaction.atomic
def settle(company: Company, now: datetime | None = None) -> None:
    """The next in line leads where the lead is gone; nobody left to reach: the firm is marked, and its coordinators
    are told."""
    company.refresh_from_db(from_queryset=Company.objects.select_for_update(no_key=True))
    promote(company)
    has_somebody = answering().filter(company=company).exists()
    is_member = Company.objects.listed().filter(pk=company.pk).exists()
    if has_somebody or not is_member:
        if company.unrepresented_since:
            _mark(company, None, "somebody answers again for")
    elif company.unrepresented_since is None:
        _mark(company, now or present.now(), "found nobody to answer for")
        _tell_coordinators(company)


def promote(company: Company) -> None:
    """Where nobody leads, the one who has acted for the firm the longest does, deputies first."""
    acting = company.representatives.filter(state=State.ACTIVE, user__is_active=True)
    if acting.filter(role=Role.LEAD).exists():
        return
    heirs = acting.select_related("user").order_by("since", "pk")
    heir = heirs.filter(role=Role.DEPUTY).first() or heirs.first()
    if heir:
        heir.role = Role.LEAD
        heir.save(update_fields=["role"])
        _record(None, "made lead", heir)


def _mark(company: Company, since: datetime | None, verb: str) -> None:
    company.unrepresented_since = since
    company.save(update_fields=["unrepresented_since"])
    for cluster in clusters_of(company):
        trail.record(None, verb, company, cluster=cluster)


@in_site_language()
def _tell_coordinators(company: Company) -> None:
    for cluster in clusters_of(company):
        for person in coordinators_of(cluster):
            outbox.queue(
                key=f"unrepresented:{company.pk}:{company.unrepresented_since:%Y%m%d}:{person.pk}",
                kind="unrepresented",
                to=person,
                subject=_("Nobody answers for %(company)s") % {"company": company},
                template="unrepresented",
                context={"person": person, "company": company},
                cluster=cluster,
            )


# --- who is what ------------------------------------------------------------------------------------------------
@transaction.atomic
def hand_over(representative: Representative, *, by: User) -> None:
    """The person leads the firm from now on; whoever led it becomes deputy."""
    _lock(representative)
    _refuse_inactive(representative)
    if representative.role == Role.LEAD:
        return
    leads = representative.company.representatives.active().filter(role=Role.LEAD)
    leads.update(role=Role.DEPUTY)
    representative.role = Role.LEAD
    representative.save(update_fields=["role"])
    _record(by, "handed the lead over to", representative)
    settle(representative.company)


@transaction.atomic
def set_deputy(representative: Representative, deputy: bool, *, by: User) -> None:
    """A deputy answers for the firm as its lead does; a colleague doesn't."""
    _lock(representative)
    _refuse_inactive(representative)
    if representative.role == Role.LEAD:
        raise Refused(
            _("%(person)s leads %(company)s. Hand the lead over first.")
            % {"person": representative.user, "company": representative.company}
        )
    role = Role.DEPUTY if deputy else Role.MEMBER
    if representative.role == role:
        return
    representative.role = role
    representative.save(update_fields=["role"])
    _record(by, "made deputy" if deputy else "made colleague", representative)


@transaction.atomic
def introduce(representative: Representative, *, consents: bool) -> None:
    """How the person stands on the firm's page, if at all. `consents`: they have just said so, or taken it back."""
    representative.save(update_fields=["listed", "job"])
    if consents:
        verb = "agreed to be named as" if representative.listed else "is no longer to be named as"
        _record(representative.user, verb, representative)


@transaction.atomic
def end(representative: Representative, *, by: User) -> None:
    """The person no longer acts for the firm: they leave, or are let go. A second time changes nothing."""
    _lock(representative)
    if representative.state != State.ACTIVE:
        return
    representative.state = State.ENDED
    representative.save(update_fields=["state"])
    _record(by, "ended", representative)
    settle(representative.company)


def _lock(representative: Representative) -> None:
    """Acts on the people of one firm come one after the other."""
    Company.objects.select_for_update(no_key=True).get(pk=representative.company_id)
    representative.refresh_from_db(from_queryset=Representative.objects.select_related("company", "user"))


def _refuse_inactive(representative: Representative) -> None:
    if representative.state != State.ACTIVE:
        raise Refused(
            _("%(person)s does not act for %(company)s any more.")
            % {"person": representative.user, "company": representative.company}
        )


def _record(by: User | None, verb: str, representative: Representative) -> None:
    for cluster in clusters_of(representative.company) or (None,):
        trail.record(by, verb, representative, cluster=cluster)
