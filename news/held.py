"""All that is held of a person, from all apps (`clusters.held`)."""

import meetings.held
import members.held
from clusters.held import Held

from .models import Article

HELD = [Held("articles", Article, "author")]

EVERYTHING = [*members.held.HELD, *meetings.held.HELD, *HELD]
OF_NO_PERSON = {**members.held.OF_NO_PERSON, **meetings.held.OF_NO_PERSON}
