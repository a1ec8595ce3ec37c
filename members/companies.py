"""How a firm comes onto the site, and who may act for it."""

import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain, count
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language
from clusters.models import Cluster

from . import outbox
from .memberships import coordinators_of
from .models import Company, Membership, Representative, User
from .models.company import SHARED_DOMAINS, web_domain

POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})")
MOST_REQUESTS = 5  # to act for firms, of one person within a day: each is mailed to others
OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?([0-9][A-Z]?)?")


@transaction.atomic
def register(user: User, *, name: str, **fields) -> Company:
    """A new firm with the person as its lead; the same firm when it is sent twice."""
    _lock(user)
    own = Company.objects.represented_by(user).first()
    if own and own.name.casefold() == name.casefold():
        return own
    if own:
        raise Refused(
            _("You act for %(own)s already. To add another firm, write to a coordinator.") % {"own": own}
        )
    same = with_web_domain(fields.get("website", ""))
    if same:
        raise Refused(
            _("%(same)s is here with this address. If you act for it, say so; if not, leave the address out.")
            % {"same": same}
        )
    try:
        with transaction.atomic():
            company = Company.objects.create(name=name, slug=unused_slug(name), **fields)
    except IntegrityError as error:
        raise Refused(
            _("Somebody added a firm of this name or web address just now. Is it yours?")
        ) from error
    Representative.objects.create(
        company=company, user=user, role=Representative.Role.LEAD, state=Representative.State.ACTIVE
    )
    trail.record(user, "registered", company)
    return company


@transaction.atomic
def ask_to_represent(user: User, company: Company) -> Representative:
    """The person asks to act for a firm that is here already. Its leads decide, else a coordinator."""
    _lock(user)
    requests = user.representations.select_related("company")
    same = requests.filter(company=company).exclude(state=Representative.State.ENDED).last()
    if same and same.state == Representative.State.REFUSED:
        raise Refused(
            _("%(company)s answered no to this before. Talk to them, or to your coordinator.")
            % {"company": company}
        )
    if same:
        return same
    other = requests.filter(state__in=[Representative.State.ASKED, Representative.State.ACTIVE]).first()
    if other and other.state == Representative.State.ASKED:
        raise Refused(
            _("You have asked to act for %(company)s. Take that back first.") % {"company": other.company}
        )
    if other:
        raise Refused(
            _("You act for %(company)s already. To add another firm, write to a coordinator.")
            % {"company": other.company}
        )
    refuse_often(user)
    representative = Representative.objects.create(
        company=company, user=user, role=Representative.Role.MEMBER, state=Representative.State.ASKED
    )
    clusters = clusters_of(company)
    _record(user, "asked to be", representative, clusters)
    _mail_those_who_decide(representative, clusters)
    return representative


def refuse_often(user: User) -> None:
    """Asking and taking it back again and again would mail others each time. Call it with the user locked."""
    if user.representations.filter(since__gt=present.now() - timedelta(days=1)).count() >= MOST_REQUESTS:
        raise Refused(_("That was often for one day. Go on tomorrow, or write to a coordinator."))


@transaction.atomic
def accept_representative(representative: Representative, by: User) -> Representative:
    """The person acts for the firm from now on: as its lead where it has none."""
    Company.objects.select_for_update(no_key=True).get(pk=representative.company_id)  # as representation does
    _lock_request(representative)
    if representative.state == Representative.State.ACTIVE:
        return representative
    if representative.state != Representative.State.ASKED:
        raise Refused(
            _("%(person)s does not ask to act for %(company)s any more.")
            % {"person": representative.user, "company": representative.company}
        )
    leads = representative.company.representatives.active().filter(role=Representative.Role.LEAD)
    if representative.takes_over:
        leads.update(role=Representative.Role.DEPUTY)
    if representative.takes_over or not leads_of(representative.company):
        representative.role = Representative.Role.LEAD
    representative.state = Representative.State.ACTIVE
    representative.takes_over = False
    representative.save(update_fields=["state", "role", "takes_over"])
    Company.objects.filter(pk=representative.company_id).update(unrepresented_since=None)
    clusters = clusters_of(representative.company)
    _record(by, "accepted", representative, clusters)
    with in_site_language():
        _mail_answer(
            representative,
            "representative_accepted",
            _("You act for %(company)s now") % {"company": representative.company},
            clusters,
        )
    return representative


@transaction.atomic
def refuse_representative(representative: Representative, by: User) -> Representative:
    _lock_request(representative)
    if representative.state == Representative.State.REFUSED:
        return representative
    if representative.state != Representative.State.ASKED:
        raise Refused(
            _("%(person)s does not ask to act for %(company)s any more.")
            % {"person": representative.user, "company": representative.company}
        )
    representative.state = Representative.State.REFUSED
    representative.save(update_fields=["state"])
    clusters = clusters_of(representative.company)
    _record(by, "refused", representative, clusters)
    with in_site_language():
        _mail_answer(
            representative,
            "representative_refused",
            _("About acting for %(company)s") % {"company": representative.company},
            clusters,
        )
    return representative


@transaction.atomic
def take_back_request(representative: Representative) -> Representative:
    """The person no longer asks to act for the firm."""
    _lock_request(representative)
    if representative.state == Representative.State.ACTIVE:
        raise Refused(
            _("%(company)s has said yes already: you act for it now.") % {"company": representative.company}
        )
    if representative.state == Representative.State.ASKED:
        representative.state = Representative.State.ENDED
        representative.save(update_fields=["state"])
        _record(
            representative.user, "no longer asks to be", representative, clusters_of(representative.company)
        )
    return representative


def leads_of(company: Company) -> list[User]:
    """Those who say who else may act for the firm."""
    leads = company.representatives.active().filter(role=Representative.Role.LEAD, user__is_active=True)
    return [lead.user for lead in leads.select_related("user")]


def answerers_of(company: Company) -> list[User]:
    """Those who answer for the firm, as when it is asked to take a turn: its leads and deputies."""
    acting = Representative.objects.active().filter(company=company, role__in=Representative.ANSWERING)
    return list(User.objects.filter(is_active=True, representations__in=acting).order_by("pk"))


def answered_by(user: User):
    """The firms for which the person answers."""
    acting = Representative.objects.active().filter(user=user, role__in=Representative.ANSWERING)
    return Company.objects.filter(pk__in=acting.values("company"))


def with_web_domain(website: str) -> Company | None:
    """The firm that has the domain of this web address for itself."""
    domain = web_domain(website)
    if not domain or domain in SHARED_DOMAINS:
        return None
    return Company.objects.filter(web_domain=domain).first()


def unused_slug(name: str) -> str:
    base = _slug(name)
    return _next_slug(base, set(Company.objects.filter(slug__startswith=base).values_list("slug", flat=True)))


def slugs_for(names: Iterable[str]) -> list[str]:
    """An unused slug for each of many new firms, in one query."""
    taken = set(Company.objects.values_list("slug", flat=True))
    slugs = []
    for name in names:
        slugs.append(_next_slug(_slug(name), taken))
        taken.add(slugs[-1])
    return slugs


def _slug(name: str) -> str:
    return slugify(name)[:70].strip("-") or "firm"


def _next_slug(base: str, taken: set[str]) -> str:
    return next(
        slug for slug in chain([base], (f"{base}-{number}" for number in count(2))) if slug not in taken
    )


def tidy_postcode(typed: str) -> str:
    """A full UK postcode as the post writes it: "la14yw" → "LA1 4YW"."""
    bare = re.sub(r"[^A-Z0-9]", "", typed.upper())
    whole = POSTCODE.fullmatch(bare)
    if whole:
        return f"{whole[1]} {whole[2]}"
    if OUTWARD.fullmatch(bare):
        raise ValidationError(
            _("%(typed)s is only half of it. A full postcode looks like LA2 9QT.") % {"typed": typed}
        )
    raise ValidationError(_("%(typed)s is not a UK postcode. One looks like LA2 9QT.") % {"typed": typed})


def district_of(postcode: str) -> str:
    """The part of a tidy postcode before the space: "LA1 4YW" → "LA1"."""
    return postcode.partition(" ")[0]


def tidy_website(typed: str) -> str:
    """A web address as a browser wants it: "www.bay.example" → "https://www.bay.example"."""
    address = typed if "://" in typed else f"https://{typed}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as error:
        raise ValidationError(
            _("%(typed)s is not a web address. One looks like www.lunevalley.example.") % {"typed": typed}
        ) from error
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")


def _lock(user: User) -> None:
    """Two tabs of one person go one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _lock_request(representative: Representative) -> None:
    """Nobody else answers it until we are through; what they answered before, we see."""
    locking = Representative.objects.select_for_update(of=["self"], no_key=True)
    representative.refresh_from_db(from_queryset=locking.select_related("company", "user"))


def clusters_of(company: Company) -> list[Cluster]:
    clusters = Cluster.objects.filter(memberships__in=company.memberships.filter(state__in=Membership.OPEN))
    return list(
        clusters.select_related("association").prefetch_related("association__hostnames").order_by("pk")
    )


def _record(actor: User, verb: str, representative: Representative, clusters: list[Cluster]) -> None:
    """One line for the coordinators of each cluster of the firm."""
    for cluster in clusters or (None,):
        trail.record(actor, verb, representative, cluster=cluster)


@in_site_language()
def _mail_those_who_decide(representative: Representative, clusters: list[Cluster]) -> None:
    """To the firm's leads; without one to the coordinators of its clusters; without those to the operator."""
    company = representative.company
    leads = leads_of(company)
    others = {user.pk: user for cluster in clusters for user in coordinators_of(cluster)}.values()
    deciders = leads or list(others) or User.objects.filter(is_superuser=True, is_active=True)
    desk = reverse("admin:members_representative_change", args=[representative.pk])
    path = reverse("members:me") if leads else desk
    for user in deciders:
        outbox.queue(
            key=f"representative:{representative.pk}:{user.pk}",
            kind="representative",
            to=user,
            subject=_("May %(person)s act for %(company)s?")
            % {"person": representative.user, "company": company},
            template="representative",
            context={"person": user, "representative": representative, "company": company, "path": path},
            cluster=next(iter(clusters), None),
        )


def _mail_answer(
    representative: Representative, template: str, subject: str, clusters: list[Cluster]
) -> None:
    outbox.queue(
        key=f"{template}:{representative.pk}",
        kind="representative",
        to=representative.user,
        subject=subject,
        template=template,
        context={"person": representative.user, "company": representative.company},
        cluster=next(iter(clusters), None),
    )
