"""What the searches in our own data share: how typed words are read, weighed, and marked where they were found.

Rows keep their words in a generated column with a GIN index, made by `weighed`; accents and endings don't matter.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchVector
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Upper
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CONFIG = "english_unaccent"  # made in the first migration of clusters: English, and accents don't matter
LONGEST_QUERY = 200
# Postgres forgives less by itself (0.6), and takes comparing letters for so cheap that it would do it row after row.
FORGIVING = (
    "SET LOCAL pg_trgm.word_similarity_threshold = 0.45; "
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"
)
START, STOP = "\ue000", "\ue001"  # private signs around what was found; no text that we keep has them escaped


def weighed(expression, weight: str) -> SearchVector:
    return SearchVector(expression, weight=weight, config=CONFIG)


def letters_of(*fields: str, name: str) -> GinIndex:
    """For `icontains`, by which the desk searches."""
    return GinIndex(*(OpClass(Upper(field), name="gin_trgm_ops") for field in fields), name=name)


def asked_for(typed: str) -> str:
    """What was typed as it can be looked for."""
    return " ".join(without_nul(typed).split())[:LONGEST_QUERY]


def without_nul(typed: str) -> str:
    """Postgres keeps no text with the character NUL."""
    return typed.replace("\x00", " ")


def words_query(words: str) -> SearchQuery:
    """Understands "exact words", or, and -without; nothing that is typed is an error."""
    return SearchQuery(words, search_type="websearch", config=CONFIG)


def tolerantly(values: QuerySet) -> list[tuple]:
    """`values`, read while likeness (`__trigram_word_similar`) forgives a wrong letter in a short word: "farmng" is
    "farming". How is said in the same breath, which is a transaction of its own.
    """
    try:
        sql, params = values.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{FORGIVING}; {sql}", params)
        return cursor.fetchall()


def headline(expression, words: str) -> SearchHeadline:
    """The places in a text where the words are, with START and STOP around them; for `marked`."""
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


def marked(place: str) -> SafeString:
    """Escaped, all but the marks: the text comes from outside."""
    before, *rest = place.split(START)
    parts = [part.partition(STOP) for part in rest]
    return format_html(
        "{}{}", before, format_html_join("", "<mark>{}</mark>{}", ((p[0], p[2]) for p in parts))
    )
