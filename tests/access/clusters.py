from clusters.views.share_pictures import picture_of_cluster

from .answers import ELSEWHERE, NOT_THAT_WAY, OK, everybody, only

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
    ("clusters:privacy", lambda w: [], "get", everybody(OK)),
    ("clusters:accessibility", lambda w: [], "get", everybody(OK)),
    ("clusters:robots", lambda w: [], "get", everybody(OK)),
    ("clusters:appearance", lambda w: [], "get", everybody(NOT_THAT_WAY)),
    ("clusters:appearance", lambda w: [], "post", everybody(ELSEWHERE)),
    ("clusters:brand-css", lambda w: [w.association.slug, w.association.accent[1:]], "get", everybody(OK)),
]
