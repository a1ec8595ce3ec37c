"""What of this app goes into an export of all data (`clusters.archives`)."""

from .archives import Kept
from .models import (
    Act,
    AskedQuestion,
    Association,
    Cluster,
    Hostname,
    Postcode,
    Question,
    Support,
    Supporter,
    SupporterLogo,
    Topic,
)

KEPT = [
    Kept(
        Association,
        association="pk",
        label="name",
        outside=("name", "short_name", "slug", "name_lines", "accent", "mark", "time_zone"),
    ),
    Kept(Hostname, association="association"),
    Kept(Cluster, cluster="pk", label="name"),
    Kept(Topic, cluster="cluster", label="name"),
    Kept(Supporter, cluster="supports__cluster", association="supports__association", label="name"),
    Kept(
        SupporterLogo,
        cluster="supporter__supports__cluster",
        association="supporter__supports__association",
    ),
    Kept(Support, cluster="cluster", association="association"),
    Kept(Question, cluster="cluster", association="association", label="question"),
    Kept(AskedQuestion, cluster="cluster", association="association"),
    Kept(Act, cluster="cluster", association="association"),
]
LEFT_OUT = {Postcode: "Public data, loaded from its source by load_postcodes."}
