"""What the page of a firm is made of besides the firm itself. Turns and talks belong to higher layers, and are
reached by their relations to the firm."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from clusters.kept_figures import kept
from clusters.linked_data import absolute, breadcrumbs, graph
from clusters.markdown import plain
from clusters.models import Association
from clusters.moments import now_among
from clusters.onlookers import EVERYBODY, Onlooker, kept_for_all_like, looking_at
from clusters.share_picture import SharePicture
from clusters.templatetags.pages import linked_data as written
from clusters.views.share_pictures import Shared, shared
from members.contact_fields import Shown, contact_fields
from members.models import Company, Membership, Representative

AHEAD, BEHIND = 3, 8  # lines of what a firm does in its clusters


class Line(NamedTuple):
    """A turn or a talk: `did` is "Chairs", "Hosted", "Presented"; `title` and `url` say what."""

    at: datetime
    did: str
    title: str
    url: str
    where: str
    is_ahead: bool = False


class FirmPage(NamedTuple):
    """What all who may see a firm see of it; of how it is reached they see more or less."""

    company: Company
    memberships: list[Membership]
    description: str
    since: str  # when it is a member
    head: SafeString
    facts: SafeString
    about: SafeString
    stories: SafeString
    people: SafeString
    links: SafeString
    linked: SafeString
    share_picture: Shared | None


def firm_page(user, slug: str) -> FirmPage:
    """Of a firm that everybody may see it is kept. Raises Http404."""
    try:
        return kept(("firm", slug), lambda: page_of(EVERYBODY, slug))
    except Http404:
        if user.is_anonymous:
            raise
        return page_of(user, slug)


def page_of(user, slug: str) -> FirmPage:
    company: Any = firm_for(user, slug)
    memberships = memberships_of(company)
    listed = company.representatives.active().filter(listed=True).select_related("user")
    listed = listed.only("company", "role", "job", "user__name")
    listed = sorted(listed, key=lambda one: list(Representative.Role).index(Representative.Role(one.role)))
    articles = company.articles.visible_to(EVERYBODY).published().defer("body")
    picture = share_picture_of(company, memberships)

    def piece(name: str, **values) -> SafeString:
        return render_to_string(f"members/company/{name}.html", {"company": company, **values})

    return FirmPage(
        company,
        memberships,
        description=Truncator(company.summary).chars(200),
        since=str(timezone.localtime(memberships[0].joined_at).year) if memberships else "",
        head=piece("_head"),
        facts=piece("_facts", memberships=memberships),
        about=piece("_about"),
        stories=piece("_stories", articles=list(articles[:3])),
        people=piece("_faces", people=listed),
        links=piece("_links"),
        linked=written(linked_data(company, memberships)) if memberships else SafeString(),
        share_picture=shared(picture, "members:company-share-picture", slug) if picture else None,
    )


def firm_for(user, slug: str) -> Company:
    return get_object_or_404(Company.objects.visible_to(user).select_related("logo"), slug=slug)


def memberships_of(company: Company) -> list[Membership]:
    """Where it is a member, first where it is the longest."""
    active = company.memberships.filter(state=Membership.State.ACTIVE).select_related("cluster__association")
    return list(active.order_by("joined_at", "pk"))


def association_of(memberships: list[Membership]) -> Association | None:
    return memberships[0].cluster.association if memberships else None


def lines_for(company: Company, user) -> tuple[Line, ...]:
    """`lines_of`, kept for all who see the same of them."""

    def find() -> Onlooker | None:
        return looking_at(user, *places_of(company), frozenset([company.pk]))

    return kept_for_all_like(user, find, ("lines of a firm", company.pk), partial(lines_of, company))


def places_of(company: Any) -> tuple[frozenset[int], frozenset[int]]:
    """The numbers of the clusters and of the associations in which it has a turn or a talk."""

    def look() -> tuple[frozenset[int], frozenset[int]]:
        where = ("meeting__cluster", "meeting__association")
        turns, talks = company.duties.order_by(), company.presentations.order_by()
        found = [*turns.values_list(*where).union(talks.values_list(*where))]
        clusters, associations = (frozenset(one[kind] for one in found if one[kind]) for kind in (0, 1))
        return clusters, associations

    return kept(("places of a firm", company.pk), look)


def lines_of(company: Any, user) -> tuple[Line, ...]:
    """The next turns, the soonest first; then past turns and talks, the last one first."""
    now = now_among("meetings.Meeting")
    duties = company.duties.visible_to(user).agreed().exclude(meeting__state="cancelled")
    duties = duties.select_related("meeting__cluster", "meeting__association")
    ahead = duties.filter(meeting__ends_at__gte=now).order_by("meeting__starts_at", "pk")[:AHEAD]
    past = duties.filter(meeting__ends_at__lt=now).order_by("-meeting__starts_at", "pk")[:BEHIND]
    turns = sorted(ahead.union(past, all=True), key=lambda duty: duty.meeting.starts_at)
    talks = company.presentations.visible_to(user).published()
    talks = talks.select_related("meeting__cluster", "meeting__association")
    coming = [_turn(duty, is_ahead=True) for duty in turns if duty.meeting.ends_at >= now]
    behind = [
        *(_turn(duty) for duty in turns if duty.meeting.ends_at < now),
        *(_talk(talk) for talk in talks.order_by("-meeting__starts_at", "pk")[:BEHIND]),
    ]
    behind.sort(key=lambda line: line.at, reverse=True)
    return (*coming, *behind[:BEHIND])


def _turn(duty, *, is_ahead: bool = False) -> Line:
    meeting = duty.meeting
    chairs = duty.role == "chair"
    if is_ahead:
        did = _("Chairs") if chairs else _("Hosts")
    else:
        did = _("Chaired") if chairs else _("Hosted")
    return Line(
        meeting.starts_at,
        did,
        str(meeting),
        meeting.get_absolute_url(),
        str(meeting.organiser),
        is_ahead,
    )


def _talk(talk) -> Line:
    url = talk.get_absolute_url()
    return Line(talk.meeting.starts_at, _("Presented"), talk.title, url, str(talk.meeting.organiser))


def linked_data(company: Company, memberships: list[Membership]) -> dict:
    """Facts for search engines: what everybody may see, whoever looks. Needs the logo."""
    seen = contact_fields(company, Shown.PUBLIC)
    url = absolute(company.get_absolute_url())
    address = {
        "@type": "PostalAddress",
        "streetAddress": seen.address,
        "addressLocality": seen.town,
        "postalCode": seen.postcode,
        "addressCountry": "GB",
    }
    facts = {
        "name": company.name,
        "url": url,
        "description": company.summary,
        "logo": absolute(company.logo.get_absolute_url()) if company.logo_if_any else "",
        "sameAs": company.website,
        "foundingDate": str(company.founded or ""),
        "knowsAbout": company.expertise,
        "email": seen.email,
        "telephone": seen.phone,
        "address": address if seen.town else None,
        "memberOf": [
            {
                "@type": "Organization",
                "name": one.cluster.name,
                "url": absolute(one.cluster.get_absolute_url()),
            }
            for one in memberships
        ],
    }
    organization = {"@type": "Organization", "@id": url, **{key: fact for key, fact in facts.items() if fact}}
    return graph(
        organization, breadcrumbs((_("Companies"), "/companies/"), (company.name, company.get_absolute_url()))
    )


def share_picture_of(company: Company, memberships: list[Membership]) -> SharePicture | None:
    """In the look of the association it has been with the longest."""
    association = association_of(memberships)
    if association is None:
        return None
    cluster = memberships[0].cluster
    return SharePicture.of(
        association,
        kicker=cluster.name,
        title=company.name,
        line=plain(company.summary),
        lit=cluster.slug,
    )
