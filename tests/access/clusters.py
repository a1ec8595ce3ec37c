from clusters.views.share_pictures import picture_of_cluster

from .answers import (
    ELSEWHERE,
    FORBIDDEN,
    NOT_THAT_WAY,
    NOTHING,
    OFFICE,
    OK,
    everybody,
    only,
    signed_in_only,
)

ROWS = [
    ("clusters:cluster-list", lambda w: [], "get", everybody(OK)),
    ("clusters:cluster", lambda w: [w.cluster.slug], "get", everybody(OK)),
    (
        "clusters:cluster-share-picture",
        lambda w: [w.cluster.slug, picture_of_cluster(w.cluster).version],
        "get",
        everybody(OK),
    ),
    ("clusters:cluster-faq", lambda w: [w.cluster.slug], "get", everybody(OK)),
    ("clusters:association-faq", lambda w: [w.association.slug], "get", everybody(OK)),
    ("clusters:faq", lambda w: [], "get", everybody(OK)),
    ("clusters:question-helpful", lambda w: [w.question.pk], "get", everybody(NOT_THAT_WAY)),
    ("clusters:question-helpful", lambda w: [w.question.pk], "post", everybody(ELSEWHERE)),
    (
        "clusters:question-helpful",
        lambda w: [w.draft_question.pk],
        "post",
        only("coordinator", "officer", "operator", answer=ELSEWHERE),
    ),
    ("clusters:supporters", lambda w: [], "get", everybody(OK)),
    (
        "clusters:supporter-costs",
        lambda w: [],
        "get",
        signed_in_only(*OFFICE, "other_coordinator", others=FORBIDDEN),
    ),
    ("clusters:supporter-logo", lambda w: [w.supporter_logo.uid, "small"], "get", everybody(OK)),
    ("clusters:supporter-logo", lambda w: [w.quiet_logo.uid, "large"], "get", only(*OFFICE)),
    ("clusters:supporter-logo", lambda w: [w.quiet_logo.uid, "huge"], "get", everybody(NOTHING)),
    ("clusters:privacy", lambda w: [], "get", everybody(OK)),
    ("clusters:accessibility", lambda w: [], "get", everybody(OK)),
    ("clusters:robots", lambda w: [], "get", everybody(OK)),
    ("clusters:security-txt", lambda w: [], "get", everybody(NOTHING)),  # no contact is set
    ("clusters:csp-report", lambda w: [], "get", everybody(NOT_THAT_WAY)),
    ("clusters:csp-report", lambda w: [], "post", everybody(204)),
    ("clusters:appearance", lambda w: [], "get", everybody(NOT_THAT_WAY)),
    ("clusters:appearance", lambda w: [], "post", everybody(ELSEWHERE)),
    ("clusters:brand-css", lambda w: [w.association.slug, w.association.accent[1:]], "get", everybody(OK)),
]
