"""What comes back, and for whom."""

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
