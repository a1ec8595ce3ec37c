"""All that goes into an export of all data, from all apps (`clusters.archives`)."""

import clusters.kept
import meetings.kept
import members.kept
from clusters.archives import Kept

from .models import Article

KEPT = [Kept(Article, cluster="clusters", association="association", label="title")]

EVERYTHING = [*clusters.kept.KEPT, *members.kept.KEPT, *meetings.kept.KEPT, *KEPT]
LEFT_OUT = {**clusters.kept.LEFT_OUT, **members.kept.LEFT_OUT, **meetings.kept.LEFT_OUT}
