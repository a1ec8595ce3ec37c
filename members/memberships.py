"""How a firm becomes, and ceases to be, a member of a cluster.

Every act locks what it decides about, so that two tabs or two coordinators at the same moment
come to one result, and queues its mails in the same transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.kept_figures import kept
from clusters.languages import in_site_language
from clusters.models import Association, Cluster
from clusters.reach import reach_of

from . import outbox, referrals
from .models import Company, Membership, Officer, Representative, User

FORGOTTEN_AFTER = relativedelta(years=1)


def apply(
    company: Company, cluster: Cluster, *, by: User, message: str = "", now: datetime | None = None
) -> Membership:
    """The open membership of the firm in the cluster, made if there was none: see `apply_to_all`."""
    return apply_to_all(company, [cluster], by=by, message=message, now=now)[0]


@transaction.atomic
def apply_to_all(
    company: Company,
    clusters: Iterable[Cluster],
    *,
    by: User,
    message: str = "",
    referral: str = "",
    now: datetime | None = None,
) -> list[Membership]:
    """The open memberships of the firm in the clusters, made where there was none: all of them or, refused, none.

    Where a coordinator looks at applications it is an application, else active at once. A firm
    that was a member and left by itself is a member again without a second look. An application
    that was withdrawn is taken up again, so that withdrawing and applying mails nobody twice. `referral` is the code
    of the link by which somebody came.
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    referrals.remember(company, referral, by=by)
    clusters = Cluster.objects.filter(pk__in=[cluster.pk for cluster in clusters]).select_related(
        "association"
    )
    clusters = clusters.prefetch_related("association__hostnames")
    earlier = Membership.objects.filter(company=company, cluster__in=clusters).order_by("applied_at", "pk")
    last = {membership.cluster_id: membership for membership in earlier}
    return [
        _apply(company, cluster, last.get(cluster.pk), by, message, now or present.now())
        for cluster in clusters
    ]


def _apply(company, cluster, last: Membership | None, by, message, now) -> Membership:
    if last and last.state in Membership.OPEN:
        return last
    if company.frozen_at:
        raise Refused(
            _("%(company)s takes no part at the moment. Your page says why, and whom to ask.")
            % {"company": company}
        )
    if cluster.state == Cluster.State.RESTING:
        raise Refused(
            _("%(cluster)s is resting and takes no new firms at the moment. Choose another one for now.")
            % {"cluster": cluster}
        )
    membership = last if last and was_withdrawn(last) else Membership()
    membership.company, membership.cluster = company, cluster
    membership.state = Membership.State.APPLIED
    membership.message = message
    membership.applied_at = now
    membership.applied_by = by
    membership.ended_at = None
    membership.save()
    trail.record(by, "applied for", membership, cluster=cluster)
    if cluster.joining == Cluster.Joining.OPEN or (last and left_by_itself(last)):
        _make_active(membership, by=None, now=now)
    else:
        _mail_coordinators(membership)
    return membership


def was_withdrawn(membership: Membership) -> bool:
    """An application that the firm took back before it was answered."""
    return membership.state == Membership.State.LEFT and membership.joined_at is None


def left_by_itself(membership: Membership) -> bool:
    """A membership that the firm ended, and no coordinator: `end` leaves a sentence."""
    return (
        membership.state == Membership.State.LEFT
        and membership.joined_at is not None
        and not membership.decision
    )


@transaction.atomic
def approve(membership: Membership, *, by: User, now: datetime | None = None) -> Membership:
    """The application becomes a membership and the firm gets its welcome mail. A second time changes nothing."""
    _lock(membership)
    if membership.state == Membership.State.ACTIVE:
        return membership
    if membership.state != Membership.State.APPLIED:
        raise Refused(_what_happened(membership))
    trail.record(by, "approved", membership, cluster=membership.cluster)
    _make_active(membership, by=by, now=now or present.now())
    return membership


@transaction.atomic
def reject(membership: Membership, *, by: User, sentence: str, now: datetime | None = None) -> Membership:
    """The application ends, and the firm is told why. A second time changes nothing."""
    _lock(membership)
    if membership.state == Membership.State.REJECTED:
        return membership
    if membership.state != Membership.State.APPLIED:
        raise Refused(_what_happened(membership))
    if not sentence.strip():
        raise Refused(_("Tell the firm why in a sentence. It is mailed to them as you write it."))
    membership.state = Membership.State.REJECTED
    membership.decision = sentence.strip()
    membership.decided_by = by
    membership.ended_at = now or present.now()
    membership.save(update_fields=["state", "decision", "decided_by", "ended_at"])
    trail.record(by, "rejected", membership, cluster=membership.cluster, note=membership.decision)
    with in_site_language():
        for user in representatives_of(membership.company):
            outbox.queue(
                key=f"rejected:{membership.pk}:{user.pk}",
                kind="rejected",
                to=user,
                subject=_("Your application to %(cluster)s") % {"cluster": membership.cluster},
                template="rejected",
                context={"person": user, "membership": membership, "cluster": membership.cluster},
                cluster=membership.cluster,
            )
    return membership


@transaction.atomic
def leave(membership: Membership, *, by: User, now: datetime | None = None) -> Membership:
    """The firm leaves, or takes back its application. A second time changes nothing; `apply` undoes it."""
    _lock(membership)
    if membership.state == Membership.State.LEFT:
        return membership
    if membership.state == Membership.State.REJECTED:
        raise Refused(_what_happened(membership))
    verb = "withdrew" if membership.state == Membership.State.APPLIED else "ended"
    membership.state = Membership.State.LEFT
    membership.ended_at = now or present.now()
    membership.save(update_fields=["state", "ended_at"])
    trail.record(by, verb, membership, cluster=membership.cluster)
    return membership


@transaction.atomic
def end(membership: Membership, *, by: User, sentence: str, now: datetime | None = None) -> Membership:
    """A coordinator ends it; the firm is told why, and may apply again. A second time changes nothing."""
    _lock(membership)
    if membership.state == Membership.State.LEFT:
        return membership
    if membership.state != Membership.State.ACTIVE:
        raise Refused(_what_happened(membership))
    if not sentence.strip():
        raise Refused(_("Tell the firm why in a sentence. It is mailed to them as you write it."))
    membership.state = Membership.State.LEFT
    membership.decision = sentence.strip()
    membership.decided_by = by
    membership.ended_at = now or present.now()
    membership.save(update_fields=["state", "decision", "decided_by", "ended_at"])
    trail.record(by, "ended", membership, cluster=membership.cluster, note=membership.decision)
    with in_site_language():
        outbox.queue_many(
            representatives_of(membership.company),
            key=f"membership-ended:{membership.pk}",
            kind="membership-ended",
            subject=_("Your membership of %(cluster)s") % {"cluster": membership.cluster},
            template="membership_ended",
            context=lambda user: {"person": user, "membership": membership},
            cluster=membership.cluster,
        )
    return membership


# --- what is not kept for ever -----------------------------------------------------------------------------
def unanswered(now: datetime) -> models.QuerySet[Membership]:
    """Applications that waited for a year."""
    waiting = Membership.objects.filter(state=Membership.State.APPLIED)
    return waiting.filter(applied_at__lt=now - FORGOTTEN_AFTER)


def let_lapse(applications: models.QuerySet[Membership]) -> None:
    """They end as if the firm had taken them back, and it is told so: it may apply again."""
    for membership in applications.order_by("pk"):
        _lock(membership)
        if membership.state == Membership.State.APPLIED:
            membership.state, membership.message = Membership.State.LEFT, ""
            membership.ended_at = present.now()
            membership.save(update_fields=["state", "message", "ended_at"])
            trail.record(None, "let lapse", membership, cluster=membership.cluster)
            _tell_that_it_lapsed(membership)


@in_site_language()
def _tell_that_it_lapsed(membership: Membership) -> None:
    outbox.queue_many(
        representatives_of(membership.company),
        key=f"application-lapsed:{membership.pk}:{membership.applied_at.isoformat()}",
        kind="application-lapsed",
        subject=_("Your application to %(cluster)s") % {"cluster": membership.cluster},
        template="application_lapsed",
        context=lambda user: {"person": user, "membership": membership},
        cluster=membership.cluster,
    )


def rejected_long_ago(now: datetime) -> models.QuerySet[Membership]:
    rejected = Membership.objects.filter(state=Membership.State.REJECTED, ended_at__lt=now - FORGOTTEN_AFTER)
    return rejected.exclude(message="", decision="")


def forget_words(rejected: models.QuerySet[Membership]) -> None:
    rejected.update(message="", decision="")


# --- who hears of it ---------------------------------------------------------------------------------------
def coordinators_of(cluster: Cluster) -> list[User]:
    """Whom to mail about the cluster: its coordinators, else its other officers, else the association's."""
    officers = (
        Officer.objects.current().filter(user__is_active=True).select_related("user").order_by("start", "pk")
    )
    own = list(officers.filter(cluster=cluster))
    chosen = (
        [officer for officer in own if officer.office == Officer.Office.COORDINATOR]
        or own
        or officers.filter(association=cluster.association_id)
    )
    return list({officer.user_id: officer.user for officer in chosen}.values())


def officers_of(association: Association) -> list[User]:
    """Whom to mail about the association: its officers."""
    officers = Officer.objects.current().filter(association=association, user__is_active=True)
    people = officers.select_related("user").order_by("start", "pk")
    return list({officer.user_id: officer.user for officer in people}.values())


def home_association(user: User) -> Association | None:
    """The one in whose clusters the person's firms are; None if there are several, or none."""
    if reach := reach_of(user):
        pks = list(reach.associations)
        one = Association.objects.filter(pk__in=pks)
        return kept(("home", pks[0]), one.get) if len(pks) == 1 else None
    found = Association.objects.filter(clusters__in=Cluster.objects.with_member(user)).distinct()[:2]
    return found[0] if len(found) == 1 else None


def representatives_of(company: Company) -> list[User]:
    """The people who act for the firm today."""
    acting = Representative.objects.active().filter(company=company)
    return list(User.objects.filter(is_active=True, representations__in=acting).order_by("pk"))


def next_meeting(cluster: Cluster):
    """The next published meeting of the cluster, or None. Drafts are not for mails and members."""
    return cluster.meetings.announced().upcoming().select_related("venue").first()


def _lock(membership: Membership) -> None:
    """Nobody else decides about it until we are through; what they decided before, we see."""
    locking = Membership.objects.select_for_update(of=["self"], no_key=True)
    membership.refresh_from_db(
        from_queryset=locking.select_related("company", "cluster__association").prefetch_related(
            "cluster__association__hostnames"
        )
    )


@in_site_language()
def _make_active(membership: Membership, *, by: User | None, now: datetime) -> None:
    membership.state = Membership.State.ACTIVE
    membership.joined_at = now
    membership.decided_by = by
    membership.save(update_fields=["state", "joined_at", "decided_by"])
    referrals.thank(membership, now)
    cluster = membership.cluster
    for user in representatives_of(membership.company):
        outbox.queue(
            key=f"welcome:{membership.pk}:{user.pk}",
            kind="welcome",
            to=user,
            subject=_("Welcome to %(cluster)s") % {"cluster": cluster},
            template="welcome",
            context={
                "person": user,
                "membership": membership,
                "cluster": cluster,
                "coordinators": coordinators_of(cluster),
                "meeting": next_meeting(cluster),
            },
            cluster=cluster,
        )


@in_site_language()
def _mail_coordinators(membership: Membership) -> None:
    cluster = membership.cluster
    for user in coordinators_of(cluster):
        outbox.queue(
            key=f"application:{membership.pk}:{user.pk}",
            kind="application",
            to=user,
            subject=_("%(company)s would like to join %(cluster)s")
            % {"company": membership.company, "cluster": cluster},
            template="application",
            context={
                "person": user,
                "membership": membership,
                "company": membership.company,
                "cluster": cluster,
            },
            cluster=cluster,
        )


def _what_happened(membership: Membership) -> str:
    """Why the act came too late, for the person who tried it."""
    company, cluster = membership.company, membership.cluster
    if membership.state == Membership.State.ACTIVE:
        return _("%(company)s is a member of %(cluster)s already.") % {"company": company, "cluster": cluster}
    on = date_format(timezone.localtime(membership.ended_at))
    if membership.state == Membership.State.REJECTED:
        return _("%(company)s was turned down on %(on)s. It can apply again.") % {
            "company": company,
            "on": on,
        }
    if membership.joined_at and membership.decision:
        return _("The membership was ended on %(on)s. %(company)s can apply again.") % {
            "on": on,
            "company": company,
        }
    if membership.joined_at:
        return _("%(company)s left %(cluster)s on %(on)s. It can join again by itself.") % {
            "company": company,
            "cluster": cluster,
            "on": on,
        }
    return _("%(company)s took its application back on %(on)s. Nothing is left to decide.") % {
        "company": company,
        "on": on,
    }
