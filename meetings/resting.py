"""A cluster starts, rests and starts again: its coordinator's decision alone."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.languages import in_site_language
from clusters.models import Cluster
from meetings import agendas
from meetings.models import Meeting
from members import outbox
from members.memberships import coordinators_of
from members.models import OutgoingMail, Representative, User


@transaction.atomic
def rest(cluster: Cluster, *, by: User, call_off: bool, word: str = "", now: datetime | None = None) -> int:
    """It pauses: members stay members, nobody new joins, its page says whom to ask.

    The meetings ahead are called off or kept. Every member is told once: with the meeting that is called off, or
    that the cluster rests. Returns how many are told. A second time changes nothing.
    """
    now = now or present.now()
    _lock(cluster)
    if cluster.state == Cluster.State.RESTING:
        return 0
    cluster.state = Cluster.State.RESTING
    cluster.save(update_fields=["state"])
    trail.record(by, "put to rest", cluster, cluster=cluster, note=word)
    called_off = list(meetings_ahead(cluster, now)) if call_off else []
    with in_site_language():
        for meeting in called_off:
            agendas.call_off(
                meeting,
                by=by,
                because=(
                    _("%(cluster)s rests for now. %(word)s") % {"cluster": cluster, "word": word}
                ).strip()[:300],
                now=now,
            )
    told = {user for meeting in called_off for user in told_of(meeting)}
    others = [person for person in people_of(cluster) if person.pk not in told]
    with in_site_language():
        return len(told) + _tell(
            cluster, others, "resting", _("%(cluster)s rests for now") % {"cluster": cluster}, word, now
        )


@transaction.atomic
def start(cluster: Cluster, *, by: User, now: datetime | None = None) -> int:
    """It meets: it is listed as active and firms can join. After a rest its members are told; returns how many."""
    _lock(cluster)
    if cluster.state == Cluster.State.ACTIVE:
        return 0
    rested = cluster.state == Cluster.State.RESTING
    cluster.state = Cluster.State.ACTIVE
    cluster.save(update_fields=["state"])
    trail.record(by, "started", cluster, cluster=cluster)
    if not rested:
        return 0
    with in_site_language():
        return _tell(
            cluster,
            people_of(cluster),
            "restarted",
            _("%(cluster)s meets again") % {"cluster": cluster},
            "",
            now or present.now(),
        )


def meetings_ahead(cluster: Cluster, now: datetime | None = None):
    """Its own that have not begun: what has begun takes place."""
    now = now or present.now()
    return Meeting.objects.filter(cluster=cluster, starts_at__gt=now).upcoming(now)


def told_of(meeting: Meeting):
    """The people with an account whom the mail reached that it is called off."""
    mails = OutgoingMail.objects.filter(key__startswith=f"called-off:{meeting.pk}:", user__isnull=False)
    return mails.values_list("user", flat=True)


def people_of(cluster: Cluster) -> list[User]:
    """Those who act for the member firms."""
    firms = cluster.memberships.active().values("company")
    acting = Representative.objects.active().filter(company__in=firms)
    return list(User.objects.filter(is_active=True, representations__in=acting).distinct().order_by("pk"))


def _lock(cluster: Cluster) -> None:
    locking = Cluster.objects.select_for_update(of=["self"], no_key=True).select_related("association")
    cluster.refresh_from_db(from_queryset=locking.prefetch_related("association__hostnames"))


def _tell(cluster: Cluster, people: list[User], template: str, subject: str, word: str, now: datetime) -> int:
    coordinators = coordinators_of(cluster)
    return outbox.queue_many(
        people,
        key=f"{template}:{cluster.pk}:{now:%Y%m%d%H%M%S}",
        kind="resting",
        subject=subject,
        template=template,
        context=lambda person: {"person": person, "word": word, "coordinators": coordinators},
        cluster=cluster,
    )
