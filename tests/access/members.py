from members.colleagues import token_of
from members.exchange.links import introduction_token
from members.interests import interest_links
from members.invitations import path_of
from members.models import MailChoice
from members.outbox import unsubscribe_path

from .answers import (
    ELSEWHERE,
    FORBIDDEN,
    NOT_THAT_WAY,
    NOTHING,
    OFFICE,
    OK,
    everybody,
    only,
    signed_in,
    signed_in_only,
)

# On the site the lead says who acts for the firm; the officers see it and do it on the desk.
ASKED = signed_in_only("member", answer=ELSEWHERE) | dict.fromkeys(OFFICE, FORBIDDEN)
LEAD_ALONE = ASKED
OWN_FIRM = signed_in(FORBIDDEN, member=OK)  # its page is public, its own people change it
LEFT_FURNESS = signed_in_only("member", answer=ELSEWHERE) | dict.fromkeys(
    ("other_coordinator", "officer", "operator"), FORBIDDEN
)
# It is answered by whom it was mailed to; to others who are signed in the page says why nothing happened.
INVITED = {**everybody(OK), "visitor": ELSEWHERE}


def invitation_token(w):
    return path_of(w.invitation).split("/")[-2]


MEMBERS = ("member", "other_member")
AMONG_MEMBERS = {
    **signed_in_only(*MEMBERS, *OFFICE, "other_coordinator", others=FORBIDDEN),
}

# A firm asks `member`'s: the two firms talk, the coordinator it went through reads it on the desk, nobody else sees it.
PASSED_ON = signed_in_only("member") | dict.fromkeys(OFFICE, ELSEWHERE)
BETWEEN_FIRMS = signed_in_only("member") | {"operator": ELSEWHERE}
WITH_THE_COORDINATOR = signed_in_only(*OFFICE, answer=ELSEWHERE)
FIRM_ALONE = signed_in_only("member", answer=ELSEWHERE) | dict.fromkeys(OFFICE, FORBIDDEN)
COORDINATOR_ONLY_SEES = signed_in_only(*OFFICE, answer=FORBIDDEN)
FIRM_WRITES = signed_in_only("member") | dict.fromkeys(OFFICE, FORBIDDEN)  # without words it asks for some
FIRM_WRITES_IN_PRIVATE = signed_in_only("member") | {"operator": FORBIDDEN}
LINK = everybody(OK)  # who is signed in as somebody else reads that it is not theirs
LINK_DONE = {**LINK, "visitor": ELSEWHERE, "member": ELSEWHERE}


def link_of(world) -> str:
    return introduction_token(world.introduction, world.member)


ROWS = [
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
    ("members:company-list", lambda w: [], "get", everybody(OK)),
    ("members:company", lambda w: [w.firm.slug], "get", everybody(OK)),
    ("members:company", lambda w: ["no-such-firm"], "get", everybody(NOTHING)),
    ("members:company-card", lambda w: [w.firm.slug], "get", everybody(OK)),
    ("members:company-share-picture", lambda w: [w.firm.slug, "old"], "get", everybody(ELSEWHERE)),
    ("members:company-logo", lambda w: [w.logo.uid, "small"], "get", everybody(OK)),
    ("members:company-logo", lambda w: [w.logo.uid, "huge"], "get", everybody(NOTHING)),
    ("members:company-edit", lambda w: [w.firm.slug], "get", OWN_FIRM),
    ("members:company-edit", lambda w: [w.firm.slug], "post", OWN_FIRM),  # refused: nothing is filled in
    ("members:company-people", lambda w: [w.firm.slug], "get", OWN_FIRM),
    ("members:company-invite", lambda w: [w.firm.slug], "get", signed_in(NOT_THAT_WAY)),
    ("members:company-invite", lambda w: [w.firm.slug], "post", OWN_FIRM),
    ("members:company-take-over", lambda w: [w.firm.slug], "get", signed_in(NOT_THAT_WAY)),
    ("members:company-take-over", lambda w: [w.firm.slug], "post", signed_in(ELSEWHERE)),
    ("members:colleague-invitation", lambda w: [token_of(w.colleague)], "get", everybody(OK)),
    ("members:colleague-invitation", lambda w: ["forged:token"], "get", everybody(NOTHING)),
    ("members:colleague-accept", lambda w: [token_of(w.colleague)], "get", signed_in(NOT_THAT_WAY)),
    ("members:colleague-accept", lambda w: [token_of(w.colleague)], "post", signed_in(ELSEWHERE)),
    ("members:colleague-accept", lambda w: ["forged:token"], "post", signed_in(NOTHING)),
    ("members:colleague-withdraw", lambda w: [w.colleague.pk], "get", signed_in(NOT_THAT_WAY)),
    (
        "members:colleague-withdraw",
        lambda w: [w.colleague.pk],
        "post",
        signed_in_only("member", answer=ELSEWHERE),
    ),
    ("members:representative-lead", lambda w: [w.deputy.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:representative-lead", lambda w: [w.deputy.pk], "post", LEAD_ALONE),
    ("members:representative-deputy", lambda w: [w.deputy.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:representative-deputy", lambda w: [w.deputy.pk], "post", LEAD_ALONE),
    ("members:representative-end", lambda w: [w.deputy.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:representative-end", lambda w: [w.deputy.pk], "post", LEAD_ALONE),
    ("members:representative-about", lambda w: [w.deputy.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:representative-about", lambda w: [w.deputy.pk], "post", signed_in(NOTHING)),
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
    ("members:my-mail", lambda w: [], "get", signed_in()),
    ("members:interest-ask", lambda w: [], "get", everybody(ELSEWHERE)),  # a district that has a cluster
    ("members:interest-ask", lambda w: [], "post", everybody(ELSEWHERE)),
    ("members:interest", lambda w: [interest_links.sign(w.interest.pk)], "get", everybody(OK)),
    ("members:interest", lambda w: ["forged:token"], "get", everybody(NOTHING)),
    (
        "members:interest-confirm",
        lambda w: [interest_links.sign(w.interest.pk)],
        "get",
        everybody(NOT_THAT_WAY),
    ),
    (
        "members:interest-confirm",
        lambda w: [interest_links.sign(w.interest.pk)],
        "post",
        everybody(ELSEWHERE),
    ),
    ("members:interest-confirm", lambda w: ["forged:token"], "post", everybody(NOTHING)),
    (
        "members:interest-remove",
        lambda w: [interest_links.sign(w.interest.pk)],
        "get",
        everybody(NOT_THAT_WAY),
    ),
    (
        "members:interest-remove",
        lambda w: [interest_links.sign(w.interest.pk)],
        "post",
        everybody(ELSEWHERE),
    ),
    ("members:question-ask", lambda w: [], "get", everybody(OK)),
    ("members:question-ask", lambda w: [], "post", everybody(OK)),
    ("members:association-question-ask", lambda w: [w.association.slug], "get", everybody(OK)),
    ("members:cluster-question-ask", lambda w: [w.cluster.slug], "get", everybody(OK)),
    ("members:referral-link-make", lambda w: [], "get", signed_in(NOT_THAT_WAY)),
    (
        "members:referral-link-make",
        lambda w: [],
        "post",
        signed_in(FORBIDDEN, member=ELSEWHERE, other_member=ELSEWHERE),
    ),
    ("members:drive", lambda w: [w.drive.slug], "get", everybody(OK)),
    ("members:drive-rows", lambda w: [w.drive.slug, w.drive.targets.get().pk], "get", everybody(OK)),
    ("members:drive-rows", lambda w: [w.drive.slug, "left"], "get", only("officer", "operator")),
    ("members:drive-rows", lambda w: [w.drive.slug, "nothing"], "get", everybody(NOTHING)),
    (
        "members:unsubscribe",
        lambda w: [unsubscribe_path(w.member, MailChoice.Kind.AGENDAS).split("/")[-2]],
        "get",
        everybody(OK),
    ),
    ("members:unsubscribe", lambda w: ["forged:token"], "get", everybody(NOTHING)),
    ("members:invitation", lambda w: [invitation_token(w)], "get", everybody(OK)),
    ("members:invitation", lambda w: ["forged:token"], "get", everybody(OK)),
    ("members:invitation-accept", lambda w: [invitation_token(w)], "get", everybody(NOT_THAT_WAY)),
    ("members:invitation-accept", lambda w: [invitation_token(w)], "post", INVITED),
    ("members:invitation-decline", lambda w: [invitation_token(w)], "get", everybody(NOT_THAT_WAY)),
    ("members:invitation-decline", lambda w: [invitation_token(w)], "post", INVITED),
    ("members:demo-mails", lambda w: [], "get", everybody(OK)),
    ("members:demo-mail", lambda w: [10**9], "get", everybody(NOTHING)),
    ("members:demo-mail-html", lambda w: [10**9], "get", everybody(NOTHING)),
    ("members:demo-mail-calendar", lambda w: [10**9], "get", everybody(NOTHING)),
    ("members:introduction-list", lambda w: [], "get", signed_in()),
    ("members:introduction", lambda w: [w.introduction.pk], "get", PASSED_ON),
    ("members:introduction", lambda w: [w.direct.pk], "get", BETWEEN_FIRMS),
    ("members:introduction", lambda w: [w.requested.pk], "get", WITH_THE_COORDINATOR),
    ("members:introduction", lambda w: [10**9], "get", signed_in(NOTHING)),
    ("members:introduction-accept", lambda w: [w.introduction.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:introduction-accept", lambda w: [w.introduction.pk], "post", FIRM_ALONE),
    ("members:introduction-accept", lambda w: [w.requested.pk], "post", COORDINATOR_ONLY_SEES),
    ("members:introduction-decline", lambda w: [w.introduction.pk], "post", FIRM_ALONE),
    (
        "members:introduction-withdraw",
        lambda w: [w.introduction.pk],
        "post",
        signed_in_only("member", *OFFICE, answer=FORBIDDEN),  # the other firm asked
    ),
    ("members:introduction-write", lambda w: [w.introduction.pk], "post", FIRM_WRITES),
    ("members:introduction-write", lambda w: [w.direct.pk], "post", FIRM_WRITES_IN_PRIVATE),
    ("members:introduction-outcome", lambda w: [w.introduction.pk], "post", FIRM_ALONE),
    ("members:introduction-report", lambda w: [w.introduction.pk], "get", FIRM_WRITES),
    ("members:introduction-block", lambda w: [w.introduction.pk], "get", signed_in(NOT_THAT_WAY)),
    ("members:introduction-block", lambda w: [w.introduction.pk], "post", FIRM_ALONE),
    ("members:unblock", lambda w: [w.block.pk], "post", signed_in_only("member", answer=ELSEWHERE)),
    (
        "members:introduction-ask",
        lambda w: [w.firm.slug],
        "get",
        {**signed_in(FORBIDDEN), "other_member": OK},  # newcomers have no firm, and its own people know it
    ),
    ("members:introduction-ask", lambda w: ["nobody"], "get", signed_in(NOTHING)),
    ("members:introduction-link", lambda w: [link_of(w)], "get", LINK),
    ("members:introduction-link", lambda w: ["forged:token"], "get", everybody(OK)),  # and says so
    ("members:introduction-link-accept", lambda w: [link_of(w)], "get", everybody(NOT_THAT_WAY)),
    ("members:introduction-link-accept", lambda w: [link_of(w)], "post", LINK_DONE),
    ("members:introduction-link-decline", lambda w: [link_of(w)], "post", LINK_DONE),
    ("members:introduction-link-forward", lambda w: [link_of(w)], "post", LINK),
    ("members:introduction-link-turn-down", lambda w: [link_of(w)], "post", LINK),
    ("members:introduction-link-outcome", lambda w: [link_of(w)], "post", LINK),
    ("members:opportunity-list", lambda w: [], "get", AMONG_MEMBERS),
    ("members:opportunity-post", lambda w: [], "get", signed_in_only(*MEMBERS, others=FORBIDDEN)),
    ("members:opportunity", lambda w: [w.opportunity.pk], "get", signed_in_only(*MEMBERS, *OFFICE)),
    ("members:opportunity", lambda w: [w.local_opportunity.pk], "get", signed_in_only("member", *OFFICE)),
    ("members:opportunity-reply", lambda w: [w.opportunity.pk], "get", signed_in(NOT_THAT_WAY)),
    (
        "members:opportunity-reply",
        lambda w: [w.opportunity.pk],
        "post",
        {
            **signed_in_only("other_member"),  # without words it asks for some
            **dict.fromkeys(("member", *OFFICE), FORBIDDEN),
        },
    ),
    (
        "members:opportunity-close",
        lambda w: [w.opportunity.pk],
        "post",
        {
            **signed_in_only("member"),  # without an outcome it asks for one
            **dict.fromkeys(("other_member", *OFFICE), FORBIDDEN),
        },
    ),
    (
        "members:opportunity-report",
        lambda w: [w.opportunity.pk],
        "get",
        {**signed_in_only("other_member"), **dict.fromkeys(("member", *OFFICE), FORBIDDEN)},
    ),
    ("members:contact", lambda w: [w.cluster.slug], "get", everybody(OK)),
    ("members:contact", lambda w: ["nowhere"], "get", everybody(NOTHING)),
    ("members:association-contact", lambda w: [w.association.slug], "get", everybody(OK)),
    ("members:site-figures", lambda w: [], "get", signed_in_only("operator")),
]
