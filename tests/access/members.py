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
    signed_in,
    signed_in_only,
)

# On the site the lead says who acts for the firm; the officers see it and do it on the desk.
ASKED = signed_in_only("member", answer=ELSEWHERE) | dict.fromkeys(OFFICE, FORBIDDEN)
LEFT_FURNESS = signed_in_only("member", answer=ELSEWHERE) | dict.fromkeys(
    ("other_coordinator", "officer", "operator"), FORBIDDEN
)
# It is answered by whom it was mailed to; to others who are signed in the page says why nothing happened.
INVITED = {**everybody(OK), "visitor": ELSEWHERE}


def invitation_token(w):
    return path_of(w.invitation).split("/")[-2]


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
    ("members:question-ask", lambda w: [], "get", everybody(OK)),
    ("members:question-ask", lambda w: [], "post", everybody(OK)),
    ("members:association-question-ask", lambda w: [w.association.slug], "get", everybody(OK)),
    ("members:cluster-question-ask", lambda w: [w.cluster.slug], "get", everybody(OK)),
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
]
