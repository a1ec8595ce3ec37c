"""All that goes into an export of all data, from all apps (`clusters.archives`)."""

from typing import Any

import clusters.kept
import meetings.kept
import members.kept
from clusters.archives import Kept

from .models import Article, ArticlePicture, Consent, Digest, Letter

KEPT = [
    Kept(Article, cluster="clusters", association="association", label="title"),
    Kept(ArticlePicture, cluster="article__clusters", association="article__association"),
    Kept(Consent, cluster="article__clusters", association="article__association"),
    Kept(Letter, cluster="cluster", association="association", label="subject"),
]

EVERYTHING = [*clusters.kept.KEPT, *members.kept.KEPT, *meetings.kept.KEPT, *KEPT]
LEFT_OUT: dict[Any, str] = {
    **clusters.kept.LEFT_OUT,
    **members.kept.LEFT_OUT,
    **meetings.kept.LEFT_OUT,
    Digest: "Says that the mails of a week have been written, on the site that wrote them.",
}
