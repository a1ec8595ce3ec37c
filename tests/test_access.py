"""Every address of the site, asked by everybody. A new address without a row here fails the suite.

The world: Lancaster & Morecambe with a member firm, Furness with another, and things in each state that somebody
may not see. A row says for each person what must come back: OK, to sign in first (SIGN_IN), ELSEWHERE (done, or
sent on), NOTHING (404), FORBIDDEN (403), or NOT_THAT_WAY (405).
"""

import uuid
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from zeal import zeal_ignore

from meetings.afterwards import feedback_token
from meetings.models import Meeting, Presentation
from meetings.registration_notices import answer_token
from meetings.slide_links import slides_token
from meetings.turn_links import swap_token, turn_token
from members.models import MailChoice, Membership, Representative
from members.outbox import unsubscribe_path

from . import factories
from .conftest import client_of

OK, ELSEWHERE, FORBIDDEN, NOTHING, NOT_THAT_WAY = 200, 302, 403, 404, 405
SIGN_IN = "to the sign-in page"

ROLES = [
    "visitor",
    "newcomer",
    "member",
    "other_member",
    "coordinator",
    "other_coordinator",
    "former_coordinator",
    "officer",
    "operator",
]
OFFICE = ("coordinator", "officer", "operator")


def everybody(answer):
    return dict.fromkeys(ROLES, answer)


def only(*roles, answer=OK, others=NOTHING):
    return {role: answer if role in roles else others for role in ROLES}


def signed_in(answer=OK, **others):
    return {**everybody(answer), "visitor": SIGN_IN, **others}


def signed_in_only(*roles, answer=OK, others=NOTHING):
    return {**only(*roles, answer=answer, others=others), "visitor": SIGN_IN}


@pytest.fixture
def world(
    lancaster, furness, firm, member, coordinator, other_coordinator, former_coordinator, officer, operator
):
    other_firm = factories.MembershipFactory(cluster=furness, company__name="Walney Controls").company
    people = {
        "visitor": None,
        "newcomer": factories.UserFactory(),
        "member": member,
        "other_member": factories.RepresentativeFactory(company=other_firm).user,
        "coordinator": coordinator,
        "other_coordinator": other_coordinator,
        "former_coordinator": former_coordinator,
        "officer": officer,
        "operator": operator,
    }
    meeting = factories.MeetingFactory(cluster=lancaster)
    members_meeting = factories.MeetingFactory(cluster=lancaster, openness=Meeting.Openness.MEMBERS)
    return SimpleNamespace(
        people=people,
        association=lancaster.association,
        cluster=lancaster,
        firm=firm,
        member=member,
        membership=Membership.objects.get(company=firm),
        asked=factories.RepresentativeFactory(company=firm, state=Representative.State.ASKED, role="member"),
        left=factories.MembershipFactory(company=firm, cluster=furness, state=Membership.State.LEFT),
        meeting=meeting,
        answer=factories.RegistrationFactory(meeting=meeting, user=member),
        draft=factories.MeetingFactory(cluster=lancaster, state=Meeting.State.DRAFT),
        members_meeting=members_meeting,
        awaited=factories.PresentationFactory(meeting=meeting, company=firm, state="expected"),
        attended=factories.RegistrationFactory(
            meeting=meeting, user=factories.UserFactory(), state="attended"
        ),
        photo=photo(meeting),
        members_photo=photo(members_meeting),
        slides=slides(meeting, Presentation.Audience.PUBLIC),
        members_slides=slides(meeting, Presentation.Audience.MEMBERS),
        turn=factories.DutyFactory(meeting=meeting, company=firm),
        swap=factories.SwapRequestFactory(duty=meeting.duties.get()),
        room=factories.VenueFactory(cluster=lancaster, company=firm),
        absence=factories.UnavailabilityFactory(company=firm),
        article=factories.ArticleFactory(association=lancaster.association),
        draft_article=draft_article(lancaster),
        proposal=factories.AgendaProposalFactory(cluster=lancaster, company=firm),
        topic=factories.TopicFactory(cluster=lancaster),
    )


def slides(meeting, audience):
    presentation = factories.PresentationFactory(meeting=meeting, audience=audience)
    presentation.file.save("slides.pdf", ContentFile(b"%PDF-1.4\n%%EOF\n"))
    presentation.picture.save("page.webp", ContentFile(b"RIFF"))
    return presentation


def photo(meeting):
    photo = factories.MeetingPhotoFactory.build(meeting=meeting)
    for file in (photo.large, photo.small):
        file.save("photo.webp", ContentFile(b"RIFF"), save=False)
    photo.save()
    return photo


def draft_article(cluster):
    article = factories.ArticleFactory(association=cluster.association, state="draft", published_at=None)
    article.clusters.add(cluster)
    return article


@pytest.fixture(autouse=True)
def media_of_our_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# On the site the lead says who acts for the firm; the officers see it and do it on the desk.
ASKED = signed_in_only("member", answer=ELSEWHERE) | dict.fromkeys(OFFICE, FORBIDDEN)
LEFT_FURNESS = signed_in_only("member", answer=ELSEWHERE) | dict.fromkeys(
    ("other_coordinator", "officer", "operator"), FORBIDDEN
)

MEMBERS = signed_in_only("member", *OFFICE, others=FORBIDDEN)  # everybody sees the cluster, not what it plans

OWN_TURN = signed_in_only("member", answer=ELSEWHERE)

DOOR = signed_in_only(*OFFICE, others=FORBIDDEN)
MEMBERS_ANSWER = signed_in_only("member", *OFFICE, answer=ELSEWHERE)

# (name, what stands in the address, method, who gets what). One name may have several rows.
ROWS = [
    ("news:home", lambda w: [], "get", everybody(OK)),
    ("news:association", lambda w: [w.association.slug], "get", everybody(OK)),
    ("news:article-list", lambda w: [], "get", everybody(OK)),
    ("news:article", lambda w: [w.article.slug], "get", everybody(OK)),
    ("news:article", lambda w: [w.draft_article.slug], "get", only(*OFFICE)),
    ("meetings:meeting-list", lambda w: [], "get", everybody(OK)),
    ("meetings:meeting-archive", lambda w: [], "get", everybody(OK)),
    ("meetings:meeting", lambda w: [w.meeting.pk], "get", everybody(OK)),
    ("meetings:meeting", lambda w: [w.draft.pk], "get", only(*OFFICE)),
    ("meetings:meeting", lambda w: [w.members_meeting.pk], "get", only("member", *OFFICE)),
    ("meetings:meeting", lambda w: [10**9], "get", everybody(NOTHING)),
    ("meetings:run-sheet", lambda w: [w.meeting.pk], "get", signed_in_only("member", *OFFICE)),
    ("meetings:meeting-calendar", lambda w: [w.meeting.pk], "get", everybody(OK)),
    ("meetings:meeting-calendar", lambda w: [w.draft.pk], "get", only(*OFFICE)),
    ("meetings:meeting-calendar", lambda w: [w.members_meeting.pk], "get", only("member", *OFFICE)),
    ("meetings:answer-details", lambda w: [w.meeting.pk], "get", signed_in_only("member", answer=OK)),
    ("meetings:answer-yes", lambda w: [w.meeting.pk], "get", signed_in(NOT_THAT_WAY)),
    ("meetings:answer-yes", lambda w: [w.meeting.pk], "post", signed_in(ELSEWHERE)),
    ("meetings:answer-yes", lambda w: [w.members_meeting.pk], "post", MEMBERS_ANSWER),
    ("meetings:answer-wait", lambda w: [w.members_meeting.pk], "post", MEMBERS_ANSWER),
    ("meetings:answer-no", lambda w: [w.members_meeting.pk], "post", MEMBERS_ANSWER),
    ("meetings:answer-bring", lambda w: [w.meeting.pk], "post", signed_in_only("member")),
    ("meetings:answer-unbring", lambda w: [w.meeting.pk], "post", signed_in_only("member", answer=ELSEWHERE)),
    ("meetings:guest", lambda w: [w.meeting.pk], "get", {**everybody(ELSEWHERE), "visitor": OK}),
    ("meetings:guest", lambda w: [w.draft.pk], "get", only(*OFFICE, answer=ELSEWHERE)),
    ("meetings:answer", lambda w: [answer_token(w.answer)], "get", only("visitor", "member")),
    ("meetings:answer", lambda w: ["forged:token"], "get", everybody(NOTHING)),
    (
        "meetings:answer-confirm",
        lambda w: [answer_token(w.answer)],
        "post",
        only("visitor", "member", answer=ELSEWHERE),
    ),
    (
        "meetings:answer-withdraw",
        lambda w: [answer_token(w.answer)],
        "post",
        only("visitor", "member", answer=ELSEWHERE),
    ),
    ("meetings:come-to-all", lambda w: [w.cluster.slug], "post", signed_in(ELSEWHERE)),
    ("meetings:stop-coming-to-all", lambda w: [w.cluster.slug], "post", signed_in(ELSEWHERE)),
    ("meetings:check-in", lambda w: [w.meeting.pk], "get", DOOR),
    ("meetings:check-in", lambda w: [w.draft.pk], "get", signed_in_only(*OFFICE)),
    ("meetings:check-in-tick", lambda w: [w.meeting.pk, w.answer.pk], "get", signed_in(NOT_THAT_WAY)),
    (
        "meetings:check-in-tick",
        lambda w: [w.meeting.pk, w.answer.pk],
        "post",
        {role: ELSEWHERE if got == OK else got for role, got in DOOR.items()},
    ),
    (
        "meetings:check-in-untick",
        lambda w: [w.meeting.pk, w.answer.pk],
        "post",
        {role: ELSEWHERE if got == OK else got for role, got in DOOR.items()},
    ),
    (
        "meetings:check-in-walk-in",
        lambda w: [w.meeting.pk],
        "post",
        {role: ELSEWHERE if got == OK else got for role, got in DOOR.items()},
    ),
    (
        "meetings:check-in-close",
        lambda w: [w.meeting.pk],
        "post",
        {role: ELSEWHERE if got == OK else got for role, got in DOOR.items()},
    ),
    ("meetings:sign-in-sheet", lambda w: [w.meeting.pk], "get", DOOR),
    ("meetings:badges", lambda w: [w.meeting.pk], "get", DOOR),
    ("meetings:private-calendar", lambda w: ["unknown"], "get", everybody(NOTHING)),
    ("meetings:private-calendar-make", lambda w: [], "post", signed_in(ELSEWHERE)),
    ("meetings:private-calendar-remove", lambda w: [], "post", signed_in(ELSEWHERE)),
    ("meetings:cluster-calendar", lambda w: [w.cluster.slug], "get", everybody(OK)),
    ("meetings:association-calendar", lambda w: [w.association.slug], "get", everybody(OK)),
    ("meetings:presentation-file", lambda w: [w.slides.uid], "get", everybody(OK)),
    ("meetings:presentation-file", lambda w: [w.members_slides.uid], "get", only("member", *OFFICE)),
    ("meetings:presentation-file", lambda w: [uuid.uuid4()], "get", everybody(NOTHING)),
    ("meetings:presentation-view", lambda w: [w.slides.uid], "get", everybody(OK)),
    ("meetings:presentation-view", lambda w: [w.members_slides.uid], "get", only("member", *OFFICE)),
    ("meetings:presentation-picture", lambda w: [w.slides.uid], "get", everybody(OK)),
    ("meetings:presentation-picture", lambda w: [w.members_slides.uid], "get", only("member", *OFFICE)),
    ("meetings:presentation-list", lambda w: [], "get", everybody(OK)),
    ("meetings:my-slides", lambda w: [w.awaited.pk], "get", signed_in_only("member", answer=ELSEWHERE)),
    ("meetings:slides", lambda w: [slides_token(w.awaited, w.member)], "get", everybody(OK)),
    (
        "meetings:slides-hand-in",
        lambda w: [slides_token(w.awaited, w.member)],
        "get",
        everybody(NOT_THAT_WAY),
    ),
    (
        "meetings:slides-withdraw",
        lambda w: [slides_token(w.awaited, w.member)],
        "get",
        everybody(NOT_THAT_WAY),
    ),
    ("meetings:feedback", lambda w: [feedback_token(w.attended)], "get", everybody(OK)),
    ("meetings:feedback-give", lambda w: [feedback_token(w.attended)], "get", everybody(NOT_THAT_WAY)),
    ("meetings:meeting-photo", lambda w: [w.photo.uid, "small"], "get", everybody(OK)),
    ("meetings:meeting-photo", lambda w: [w.members_photo.uid, "large"], "get", only("member", *OFFICE)),
    ("meetings:meeting-photo", lambda w: [w.photo.uid, "huge"], "get", everybody(NOTHING)),
    ("meetings:proposal-list", lambda w: [w.cluster.slug], "get", MEMBERS),
    (
        "meetings:proposal-list",
        lambda w: [w.cluster.slug],
        "post",
        MEMBERS | dict.fromkeys(OFFICE, FORBIDDEN),
    ),
    ("meetings:proposal-take-back", lambda w: [w.proposal.pk], "get", signed_in(NOT_THAT_WAY)),
    (
        "meetings:proposal-take-back",
        lambda w: [w.proposal.pk],
        "post",
        signed_in_only("member", answer=ELSEWHERE) | dict.fromkeys(OFFICE, FORBIDDEN),
    ),
    ("meetings:topic-wish", lambda w: [w.topic.pk], "get", signed_in(NOT_THAT_WAY)),
    ("meetings:topic-wish", lambda w: [w.topic.pk], "post", signed_in(FORBIDDEN, member=ELSEWHERE)),
    ("meetings:topic-unwish", lambda w: [w.topic.pk], "get", signed_in(NOT_THAT_WAY)),
    ("meetings:topic-unwish", lambda w: [w.topic.pk], "post", signed_in(FORBIDDEN, member=ELSEWHERE)),
    ("meetings:turn", lambda w: [turn_token(w.turn, w.member)], "get", everybody(OK)),
    ("meetings:turn-accept", lambda w: [turn_token(w.turn, w.member)], "get", everybody(NOT_THAT_WAY)),
    ("meetings:turn-accept", lambda w: ["forged:token"], "post", everybody(OK)),
    ("meetings:turn-decline", lambda w: [turn_token(w.turn, w.member)], "get", everybody(NOT_THAT_WAY)),
    ("meetings:turn-showcase", lambda w: [turn_token(w.turn, w.member)], "get", everybody(NOT_THAT_WAY)),
    ("meetings:swap", lambda w: [swap_token(w.swap, w.firm, w.member)], "get", everybody(OK)),
    ("meetings:swap-take", lambda w: ["forged:token"], "post", everybody(OK)),
    ("meetings:my-turns", lambda w: [], "get", signed_in()),
    ("meetings:my-turn-accept", lambda w: [w.turn.pk], "get", signed_in(NOT_THAT_WAY)),
    ("meetings:my-turn-accept", lambda w: [w.turn.pk], "post", OWN_TURN),
    ("meetings:my-turn-decline", lambda w: [w.turn.pk], "post", OWN_TURN),
    ("meetings:my-turn-showcase", lambda w: [w.turn.pk], "get", OWN_TURN),
    ("meetings:my-turn-give-back", lambda w: [w.turn.pk], "get", signed_in_only("member")),
    ("meetings:my-turn-give-back", lambda w: [w.turn.pk], "post", OWN_TURN),
    ("meetings:my-turn-swap", lambda w: [w.turn.pk], "get", signed_in_only("member")),
    ("meetings:my-swap-take", lambda w: [w.swap.pk, w.firm.pk], "post", OWN_TURN),
    ("meetings:my-swap-withdraw", lambda w: [w.swap.pk], "post", OWN_TURN),
    ("meetings:my-swap-undo", lambda w: [w.swap.pk], "post", OWN_TURN),
    ("meetings:my-offers", lambda w: [w.membership.pk], "get", signed_in_only("member")),
    ("meetings:my-room-add", lambda w: [w.membership.pk], "get", signed_in_only("member")),
    ("meetings:my-room", lambda w: [w.room.pk], "get", signed_in_only("member")),
    ("meetings:my-absence-add", lambda w: [], "get", signed_in(NOT_THAT_WAY)),
    (
        "meetings:my-absence-add",
        lambda w: [],
        "post",
        signed_in(FORBIDDEN, member=OK, other_member=OK),  # the page again, with what is missing
    ),
    ("meetings:my-absence-remove", lambda w: [w.absence.pk], "post", OWN_TURN),
    ("members:join", lambda w: [], "get", {**everybody(ELSEWHERE), "visitor": OK}),
    (
        "members:join-company",
        lambda w: [],
        "get",
        {**signed_in(), "member": ELSEWHERE, "other_member": ELSEWHERE},
    ),
    ("members:join-look-alikes", lambda w: [], "get", signed_in(ELSEWHERE)),
    ("members:join-represent", lambda w: [w.firm.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:join-register", lambda w: [], "post", signed_in(ELSEWHERE)),
    (
        "members:join-clusters",
        lambda w: [],
        "get",
        signed_in_only("member", "other_member", others=ELSEWHERE),
    ),
    ("members:join-done", lambda w: [], "get", signed_in_only("member", "other_member", others=ELSEWHERE)),
    ("members:me", lambda w: [], "get", signed_in()),
    ("members:membership-leave", lambda w: [w.membership.pk], "get", signed_in(NOT_THAT_WAY)),
    (
        "members:membership-leave",
        lambda w: [w.membership.pk],
        "post",
        signed_in(FORBIDDEN, member=ELSEWHERE),  # who is a member is public
    ),
    ("members:membership-rejoin", lambda w: [w.left.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:membership-rejoin", lambda w: [w.left.pk], "post", LEFT_FURNESS),
    ("members:representative-accept", lambda w: [w.asked.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:representative-accept", lambda w: [w.asked.pk], "post", ASKED),
    ("members:representative-refuse", lambda w: [w.asked.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:representative-refuse", lambda w: [w.asked.pk], "post", ASKED),
    ("members:representative-take-back", lambda w: [w.asked.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:representative-take-back", lambda w: [w.asked.pk], "post", signed_in(NOTHING)),
    ("members:mail-choice", lambda w: [], "get", signed_in(NOT_THAT_WAY)),
    (
        "members:unsubscribe",
        lambda w: [unsubscribe_path(w.member, MailChoice.Kind.AGENDAS).split("/")[-2]],
        "get",
        everybody(OK),
    ),
    ("members:unsubscribe", lambda w: ["forged:token"], "get", everybody(NOTHING)),
    ("members:demo-mails", lambda w: [], "get", everybody(OK)),
    ("members:demo-mail", lambda w: [10**9], "get", everybody(NOTHING)),
    ("members:demo-mail-html", lambda w: [10**9], "get", everybody(NOTHING)),
    ("members:demo-mail-calendar", lambda w: [10**9], "get", everybody(NOTHING)),
    ("clusters:cluster-list", lambda w: [], "get", everybody(OK)),
    ("clusters:cluster", lambda w: [w.cluster.slug], "get", everybody(OK)),
    ("clusters:cluster-faq", lambda w: [w.cluster.slug], "get", everybody(OK)),
    ("clusters:association-faq", lambda w: [w.association.slug], "get", everybody(OK)),
    ("clusters:faq", lambda w: [], "get", everybody(OK)),
    ("clusters:supporters", lambda w: [], "get", everybody(OK)),
    ("clusters:privacy", lambda w: [], "get", everybody(OK)),
    ("clusters:accessibility", lambda w: [], "get", everybody(OK)),
    ("clusters:robots", lambda w: [], "get", everybody(OK)),
    ("clusters:appearance", lambda w: [], "get", everybody(NOT_THAT_WAY)),
    ("clusters:appearance", lambda w: [], "post", everybody(ELSEWHERE)),
    ("clusters:brand-css", lambda w: [w.association.slug, w.association.accent[1:]], "get", everybody(OK)),
    ("sitemap", lambda w: [], "get", everybody(OK)),
]


def addresses(patterns=None, namespace=""):
    """The names of all our addresses: those of the libraries and the desk are theirs to test (and test_scoping)."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name
        elif pattern.namespace != "admin" and str(pattern.pattern) != "accounts/":
            yield from addresses(pattern.url_patterns, pattern.namespace or namespace)


def test_every_address_has_a_row():
    assert set(addresses()) == {name for name, *_ in ROWS}


@pytest.mark.parametrize(
    ("name", "args", "method", "expected"),
    ROWS,
    ids=[f"{name}-{method}-{n}" for n, (name, _, method, _) in enumerate(ROWS)],
)
def test_everybody_gets_what_is_theirs(name, args, method, expected, world):
    url = reverse(name, args=args(world))
    got = {}
    for role, user in world.people.items():
        client = client_of(user) if user else Client()
        with transaction.atomic(), zeal_ignore():  # nine requests in a row look like a loop
            response = getattr(client, method)(url)
            transaction.set_rollback(True)
        response.getvalue()  # to its end, so that files are closed
        to_sign_in = response.status_code == 302 and response.url.startswith(reverse(settings.LOGIN_URL))
        got[role] = SIGN_IN if to_sign_in else response.status_code
    assert got == expected
