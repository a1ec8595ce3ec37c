"""A firm tells the coordinator, or the association, of something that should not be; they settle it and say how."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from members.models import Company, Introduction, Opportunity, Report, User

from . import notices
from .introductions import lock_firms


@transaction.atomic
def report(
    subject: Introduction | Opportunity,
    company: Company,
    *,
    by: User,
    text: str,
    to_association: bool = False,
) -> Report:
    """The firm's open report of it, made if there was none."""
    lock_firms(company)
    about: dict = {subject._meta.model_name: subject}
    earlier = Report.objects.open().filter(company=company, **about).first()
    if earlier is not None:
        return earlier
    cluster = cluster_of(subject)
    addressee = {"association": cluster.association} if to_association else {"cluster": cluster}
    written = Report.objects.create(company=company, by=by, text=text, **about, **addressee)
    trail.record(by, "wrote the report of", written, **addressee)
    notices.tell_of_report(written)
    return written


def cluster_of(subject: Introduction | Opportunity):
    """Whose coordinator can do something about it: of the introduction, or of the firm that posted."""
    if isinstance(subject, Introduction):
        return subject.cluster
    memberships = subject.company.memberships.active().select_related("cluster__association")
    membership = memberships.order_by("joined_at", "pk").first()
    if membership is None:
        raise Refused(
            _("%(company)s is no longer a member, and what it posted is gone from the list.")
            % {"company": subject.company}
        )
    return membership.cluster


@transaction.atomic
def settle(written: Report, *, by: User, note: str, now: datetime | None = None) -> Report:
    """Done, with a sentence that the firm which reported it reads. A second time changes nothing."""
    locking = Report.objects.select_for_update(of=["self"], no_key=True)
    written.refresh_from_db(
        from_queryset=locking.select_related("company", "by", "cluster__association", "association")
    )
    if written.state == Report.State.SETTLED:
        return written
    if not note.strip():
        raise Refused(_("Say in a sentence what was done. The firm reads it."))
    written.state, written.note = Report.State.SETTLED, note.strip()
    written.settled_at, written.settled_by = now or present.now(), by
    written.save(update_fields=["state", "note", "settled_at", "settled_by"])
    trail.record(
        by, "settled the report of", written, cluster=written.cluster, association=written.association
    )
    notices.tell_settled(written)
    return written
