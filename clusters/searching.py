"""What the searches in our own data share: how typed words are read, weighed, and marked where they were found.

Rows keep their words in a generated column with a GIN index, made by `weighed`; accents and endings don't matter.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchVector
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Upper
from django.http import QueryDict
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from clusters.ready_made import Blank, ReadyMade, ready_made

CONFIG = "english_unaccent"  # made in the first migration of clusters: English, and accents don't matter
LONGEST_QUERY = 200
# To be said before rows that are known are joined with what belongs to them: as it is written. Comparing all other ways
# takes Postgres longer than the joining.
AS_WRITTEN = "SET LOCAL join_collapse_limit = 1"
# To be said before likeness is asked for (`__trigram_word_similar`): a wrong letter in a short word is forgiven, so
# "farmng" is "farming". Postgres forgives less by itself (0.6), and takes comparing letters for so cheap that it would
# do it row after row.
FORGIVING = (
    "SET LOCAL pg_trgm.word_similarity_threshold = 0.45; "
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"
)
WORDS = Blank("words", TextField())  # that are looked for
START, STOP = "\ue000", "\ue001"  # private signs around what was found; no text that we keep has them escaped


def weighed(expression, weight: str) -> SearchVector:
    return SearchVector(expression, weight=weight, config=CONFIG)


def letters_of(*fields: str, name: str) -> GinIndex:
    """For `icontains`, by which the desk searches."""
    return GinIndex(*(OpClass(Upper(field), name="gin_trgm_ops") for field in fields), name=name)


def asked_for(typed: str) -> str:
    """What was typed as it can be looked for."""
    return " ".join(without_nul(typed).split())[:LONGEST_QUERY]


def filled_in(sent: QueryDict) -> QueryDict:
    """Of the fields of a form, of which browsers also send the empty ones."""
    filled = QueryDict(mutable=True)
    for name, value in sent.items():
        if value:
            filled.appendlist(name, str(value))
    return filled


def without_nul(typed: str) -> str:
    """Postgres keeps no text with the character NUL."""
    return typed.replace("\x00", " ")


def words_query(words: str | Value) -> SearchQuery:
    """Understands "exact words", or, and -without; nothing that is typed is an error."""
    return SearchQuery(words, search_type="websearch", config=CONFIG)


class Ranked(NamedTuple):
    """How many rows have the words; and these, with how well they fit, where they are few enough for that."""

    found: ReadyMade
    most: int

    def look(self, **given: Any) -> tuple[int, list[tuple]]:
        """Of more than `most` one more than that, and no rows; else these in no order, each with its rank before it."""
        found = self.found.rows(**given)
        number = found[0][0] if found else 0
        return number, [row[1:] for row in found] if 0 < number <= self.most else []


def ranked(having: QuerySet, columns: Sequence[str], most: int, beside: ReadyMade | None = None) -> Ranked:
    """`having`: the rows in which WORDS are. Of too many no rank is made, for which each has to be looked into, nor is
    the list read that each has `beside`, whose SQL speaks of a row of `found`.
    """
    found = ready_made(having.order_by().values_list(*columns, "words")[: most + 1])
    if not found.sql:
        return Ranked(found, most)
    shown = [f'found."{name}"' for name in columns]
    parameters = [*found.parameters, CONFIG, WORDS]
    if beside:
        shown.append(f"ARRAY({beside.sql})")
        parameters += beside.parameters
    sql = RANKED.format(found=found.sql, shown=", ".join(shown), most=most)
    return Ranked(ReadyMade(sql, tuple(parameters)), most)


RANKED = """
WITH found AS MATERIALIZED ({found}), number AS (SELECT count(*) AS number FROM found)
SELECT number.number, ts_rank(found.words, websearch_to_tsquery(%s::regconfig, %s)), {shown}
FROM number LEFT JOIN found ON number.number <= {most}
"""


def headline(expression, words: str | Value) -> SearchHeadline:
    """The places in a text where the words are, with START and STOP around them; for `place_in`."""
    return SearchHeadline(
        expression,
        words_query(words),
        config=CONFIG,
        start_sel=START,
        stop_sel=STOP,
        max_words=30,
        min_words=15,
        max_fragments=2,
        fragment_delimiter=" … ",
    )


def place_in(text: str) -> SafeString:
    """Of what `headline` gives, nothing where nothing was found. Escaped, all but the marks: it comes from outside."""
    if START not in text:
        return SafeString()
    before, *rest = escape(text).split(START)
    parts = (part.partition(STOP) for part in rest)
    written = "".join(f"<mark>{found}</mark>{after}" for found, _, after in parts)
    return mark_safe(before + written)  # noqa: S308 - escaped above
