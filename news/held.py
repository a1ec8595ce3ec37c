"""All that is held of a person, from all apps (`clusters.held`)."""

import meetings.held
import members.held
from clusters.held import Held

from .models import Article, Consent, Letter

HELD = [
    Held("articles", Article, "author"),
    Held(
        "stories-you-agreed-to",
        Consent,
        "answered_by",
        only=("article", "company", "state", "answered_at", "note"),
    ),
    Held("letters-you-wrote", Letter, "author"),
]

EVERYTHING = [*members.held.HELD, *meetings.held.HELD, *HELD]
OF_NO_PERSON = {**members.held.OF_NO_PERSON, **meetings.held.OF_NO_PERSON}
