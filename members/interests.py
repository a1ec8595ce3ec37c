"""Who is far from all clusters may hear when one starts near: asked for on the finder, confirmed by link, told once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters import finder, present, to_check
from clusters.finder import Outcome
from clusters.languages import in_site_language
from clusters.models import Association, Cluster
from clusters.models.postcode import point_of
from clusters.signed_links import LinkSigner
from members import outbox
from members.models import Interest

UNCONFIRMED = timedelta(days=7)  # then it is forgotten
LONGEST = timedelta(days=2 * 365)  # then it is too, told or not

interest_links = LinkSigner(
    "members.interest", holds=LONGEST + UNCONFIRMED, next_step="clusters:cluster-list"
)


@transaction.atomic
@in_site_language()
def ask(email: str, district: str, association: Association | None, now: datetime | None = None) -> None:
    """Mail the link by which the person confirms. At most one such mail an hour, and none once it is confirmed."""
    now = now or present.now()
    interest, _created = Interest.objects.get_or_create(
        email=email.lower(), district=district, defaults={"association": association, "asked_at": now}
    )
    if interest.confirmed_at is None:
        outbox.queue(
            key=f"interest:{interest.pk}:{now:%Y%m%d%H}",
            kind="interest",
            to=interest.email,
            subject=_("Shall we tell you when a cluster starts near %(district)s?") % {"district": district},
            template="interest",
            context={"district": district, "link": link_to(interest)},
            association=interest.association,
        )


def confirm(interest: Interest) -> None:
    Interest.objects.filter(pk=interest.pk, confirmed_at=None).update(confirmed_at=present.now())


@transaction.atomic
def tell() -> None:
    """A job of the worker: who waits is told once that the finder has an answer for their district now.

    It has one as soon as a cluster covers the district or is within `finder.FAR` miles of it.
    """
    noted = to_check.take("interests")
    waiting = Interest.objects.confirmed()
    if new := districts_of(waiting.filter(pk__in=noted["interest"])):
        tell_near(new, joinable())
    if (changed := joinable().filter(pk__in=noted["cluster"])) and waiting.exists():
        tell_near(districts_of(waiting), changed)


def joinable() -> QuerySet[Cluster]:
    rows = Cluster.objects.joinable()
    return rows.select_related("association").prefetch_related("association__hostnames")


def districts_of(interests: QuerySet[Interest]) -> list[str]:
    return list(interests.order_by("district").values_list("district", flat=True).distinct())


def tell_near(districts: list[str], clusters: QuerySet[Cluster]) -> None:
    for district in districts:
        answer = finder.find(district, clusters, point_of)
        if answer.near and answer.outcome in (Outcome.ONE, Outcome.SEVERAL):
            for interest in (
                Interest.objects.confirmed().filter(district=district).select_for_update(skip_locked=True)
            ):
                send_started(interest, answer.near[0])
                interest.delete()


@in_site_language()
def send_started(interest: Interest, near: finder.Near) -> None:
    outbox.queue(
        key=f"interest-started:{interest.pk}",
        kind="interest-started",
        to=interest.email,
        subject=_("There is a cluster near %(district)s now: %(cluster)s")
        % {"district": interest.district, "cluster": near.cluster.name},
        template="interest_started",
        context={"district": interest.district, "near": near},
        cluster=near.cluster,
    )


def outdated(now: datetime) -> QuerySet[Interest]:
    unconfirmed = Q(confirmed_at=None, asked_at__lt=now - UNCONFIRMED)
    return Interest.objects.filter(unconfirmed | Q(asked_at__lt=now - LONGEST))


def forget_old() -> None:
    outdated(present.now()).delete()


def link_to(interest: Interest) -> str:
    path = reverse("members:interest", args=[interest_links.sign(interest.pk)])
    return outbox.absolute(path, interest.association)


def read_token(token: str) -> tuple[bool, Interest | None]:
    """Whether the link is ours; and what it is about, if that is still there."""
    numbers = interest_links.numbers(token)
    if numbers is None:
        return False, None
    return True, Interest.objects.select_related("association").filter(pk=numbers[0]).first()
