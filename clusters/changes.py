"""Whether anything that pages show has changed: one number that moves with each commit that changed something.

Triggers on every table keep it (but for those of UNSHOWN), so it also counts what an admin types into psql, a worker,
another machine. The first changed row of a transaction adds 1 to a row of `change_count` that no other transaction
holds, or makes one: nobody waits for anybody, and as an ordinary row it is seen by others exactly when the rest of
the transaction is. Of two looks on one database the later sees all that the earlier saw, so the sum only rises, and
two equal sums mean that nothing was committed in between.

Whoever looks is told for how long that number holds (`look_at_changes`), a few milliseconds, and asks again only then:
under load most requests ask nobody. For that, who changes something says so by a lock before, which those who look
try: held, the number may become another at any moment. And it commits no sooner than those have to ask again who looked
before (`await_looks`), which it has mostly done by then; so whoever heard that a change is committed, or could have, is
shown it. A transaction left open makes everybody ask each time, nothing else.

Each table has a number of its own beside, in rows of its own, kept likewise; and what figures are counted from
(COUNTED) another one, which only the columns move that matter to them.

It says nothing about other databases: pages and the number must be read from the same one, which is why no page is
read from a replica.
"""

import hashlib
import random
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg2
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, Error, connections
from psycopg2 import errors

from clusters import to_check

# Tables that no page for visitors shows, and which are written too often to count.
UNSHOWN = {
    "account.EmailAddress": "only their owner and the desk see them",
    "account.EmailConfirmation": "a code on its way",
    "admin.LogEntry": "only the desk shows it",
    "auth.Group": "not used",
    "auth.Permission": "not used",
    "clusters.Act": "only the desk shows the trail",
    "contenttypes.ContentType": "changes with the code alone",
    "members.MailChoice": "decides who gets which mail",
    "members.OutgoingMail": "only its receiver and the desk see it",
    "members.WorkerBeat": "the worker writes it all the time",
    "mfa.Authenticator": "only its owner sees it",
    "sessions.Session": "visitors have none",
    "usersessions.UserSession": "only its owner sees it",
}
# Columns whose change alone counts for nothing.
QUIET = {"members.User": ["last_login", "password"]}

# Of what figures are counted from there is another number, moved by these columns of the table; None: by all.
COUNTED: dict[str, list[str] | None] = {
    "clusters.Association": None,
    "clusters.Cluster": None,
    "clusters.Hostname": None,
    "clusters.Support": None,
    "clusters.Supporter": None,
    "clusters.SupporterLogo": None,
    "clusters.Topic": None,
    "meetings.AgendaItem": ["topic_id", "meeting_id"],
    "meetings.Meeting": ["cluster_id", "association_id", "state", "openness", "starts_at", "ends_at"],
    "meetings.Presentation": ["meeting_id", "agenda_item_id", "company_id", "state", "audience"],
    "meetings.TopicWish": None,
    "members.Company": ["name", "slug", "frozen_at", "size", "introductions", "expertise"],
    "members.Membership": ["company_id", "cluster_id", "state"],
    "members.Officer": None,
    "members.User": ["name"],
}

ACTS = ["note_change()", "note_to_check()", "note_all_to_check()"]  # what the triggers call
ASK_AFTER = 0.8  # of the time for which a number holds: the last fifth is for one thread to ask, while the others go on
LOOK = "SELECT number, holds_ms FROM look_at_changes()"
NUMBERS = "SELECT about, sum(commits)::bigint FROM change_count GROUP BY about"

_prepared: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # {connection: names of statements}


class Own(threading.local):
    """What each thread knows; `numbers` of each page that is made within `one_look`."""

    def __init__(self):
        self.looks_once = False
        self.numbers: dict[str, int] | None = None


_own = Own()


class Look(NamedTuple):
    """What all threads of the process know: the number, and when by `time.monotonic()` it is to be asked for again."""

    number: int
    again_from: float  # by the first who comes then
    until: float  # by all: from here on another one may be committed


_last_look = Look(0, 0, 0)
_looking_again = threading.Lock()
# What all threads know of the tables: all numbers as of one moment, never changed. They are those of now for as long
# as that of all is what it was then. Empty until somebody has asked.
_last_numbers: dict[str, int] = {}


def number_of_changes() -> int | None:
    """None inside a transaction, where what one sees may never be committed, and when the database is out of reach."""
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return None
    look, now = _last_look, time.monotonic()
    if now < look.again_from:
        return look.number
    if now < look.until:
        if not _looking_again.acquire(blocking=False):
            return look.number
        try:
            return _look()
        finally:
            _looking_again.release()
    return _look()


def _look() -> int | None:
    """Asked for many kept pages, so it goes past Django's cursor, which would also ask whether the connection still
    answers; and it is prepared, which saves Postgres half of its work. Behind pgbouncer the statement may be unknown
    to the connection one is given: then it is asked in full.
    """
    global _last_look
    began = time.monotonic()
    rows = _asked("look_at_changes", LOOK)
    if rows is None:
        return None
    number, milliseconds = rows[0]
    if milliseconds:
        seconds = milliseconds / 1000
        _last_look = Look(number, began + seconds * ASK_AFTER, began + seconds)
    return number


def numbers_of_changes() -> dict[str, int] | None:
    """All numbers, as of one moment: "" is that of all tables, `of_table(…)` that of one. None as above.

    Not to be changed: others read the same.
    """
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return None
    numbers = _own.numbers
    if numbers is None:
        numbers = _numbers()
        if _own.looks_once:
            _own.numbers = numbers
    return numbers


def _numbers() -> dict[str, int] | None:
    """No number of a table moves without that of all, so they are asked for only when it did."""
    global _last_numbers
    known = _last_numbers
    if known and known[""] == number_of_changes():
        return known
    rows = _asked("numbers_of_changes", NUMBERS)
    if rows is None:
        return None
    _last_numbers = {"": 0, **dict(rows)}
    return _last_numbers


def of_table(name: str) -> str:
    """All changes of a table; its name alone is about those that figures are counted from."""
    return f"{name}.*"


@contextmanager
def one_look() -> Iterator[None]:
    """Within, the numbers of tables are asked for once: for the making of a page, which changes nothing itself."""
    _own.looks_once = True
    try:
        yield
    finally:
        _own.looks_once, _own.numbers = False, None


class LookOnce:
    """Each page that is only looked at asks once what has changed, whatever it shows of what is kept."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with one_look():
            return self.get_response(request)


def _asked(name: str, question: str) -> list[tuple] | None:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block:
        return None
    try:
        if connection.connection is None:
            connection.ensure_connection()
        cursor = connection.connection.cursor()
        _ask(cursor, name, question)
        # What Django would ask before the first query of a page: it answers.
        connection.health_check_done = True  # type: ignore[attr-defined]
        return cursor.fetchall()
    except (psycopg2.Error, Error):
        connection.close()  # whoever asks next opens a new one
        return None


def _ask(cursor, name: str, question: str) -> None:
    prepared = _prepared.setdefault(cursor.connection, set())
    try:
        if name not in prepared:
            prepared.add(name)
            cursor.execute(f"PREPARE {name} AS {question}")
        cursor.execute(f"EXECUTE {name}")
    except (errors.DuplicatePreparedStatement, errors.InvalidSqlStatementName):
        cursor.execute(question)


def watched_models() -> list:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in UNSHOWN
    ]


def watch_tables(using: str, **kwargs) -> None:
    """After each `migrate`: gives the tables the triggers they lack, and takes from them those they should not have.

    A trigger's name ends in a digest of what it says, so that a changed one is made anew.
    """
    wanted = {}
    for model in apps.get_models(include_auto_created=True):
        for trigger in triggers_of(model):
            digest = hashlib.sha256(trigger.encode()).hexdigest()[:8]
            wanted[model._meta.db_table, f"note_change_{digest}"] = trigger
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT bool_and(to_regprocedure(act) IS NOT NULL) FROM unnest(%s) act", [ACTS])
        if not cursor.fetchone()[0]:  # a migration that makes one has not run yet, or was taken back
            return
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'note_change_%'"
        )
        present = {(table.strip('"'), name) for table, name in cursor.fetchall()}
        tables = set(connections[using].introspection.table_names(cursor))
        for table, name in present - wanted.keys():
            cursor.execute(f'DROP TRIGGER {name} ON "{table}"')
        missing = {key: wanted[key] for key in sorted(wanted.keys() - present) if key[0] in tables}
        for (table, name), trigger in missing.items():
            cursor.execute(f"CREATE TRIGGER {name} {trigger.format(table=table)}")
            # Also where a copy of the data is loaded in the role of a replica.
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {name}')
        to_check.note_what_was_there(cursor, missing)
        # A table without its row in change_count is one that nobody watches yet. Where one gets its row that of all
        # moves, so that whoever knows the numbers asks again.
        about = [
            of_table(model._meta.db_table) for model in watched_models() if model._meta.db_table in tables
        ]
        cursor.execute(
            "WITH new AS (INSERT INTO change_count (about, commits) SELECT about, 0 FROM unnest(%s) about "
            "WHERE NOT EXISTS (SELECT FROM change_count known WHERE known.about = about.about) RETURNING about) "
            "INSERT INTO change_count (about, commits) SELECT '', 1 FROM new LIMIT 1",
            [about],
        )


def count_from_elsewhere(cursor) -> None:
    """In a database that is to take another one's place: no number is one that the other had, so nothing that is kept
    of the other, in processes that go on or in a shared cache, is taken for this one's.
    """
    cursor.execute(
        "SELECT FROM information_schema.columns WHERE table_name = 'change_count' AND column_name = 'about'"
    )
    if cursor.rowcount:  # else it is of a version before these numbers
        cursor.execute(
            "INSERT INTO change_count (about, commits) "
            "SELECT about, %s FROM (SELECT about FROM change_count UNION SELECT '') known",
            [random.getrandbits(48)],
        )


def triggers_of(model) -> list[str]:
    """That count its changes, and that note what is to be checked for them."""
    noting = to_check.triggers_of(model._meta.label)
    return [*counting_triggers_of(model), *noting] if model in watched_models() else noting


def counting_triggers_of(model) -> list[str]:
    """An UPDATE that changes nothing is no change."""
    label, table = model._meta.label, model._meta.db_table
    quiet = ", ".join(f"'{column}'" for column in QUIET.get(label, []))
    old, new = ((f"to_jsonb({row}) - ARRAY[{quiet}]" if quiet else f"{row}.*") for row in ("OLD", "NEW"))
    about = ["", of_table(table)]
    columns = COUNTED.get(label, [])
    if columns is None:
        about.append(table)
    triggers = _triggers(f"{old} IS DISTINCT FROM {new}", about)
    if columns:
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        triggers += _triggers(f"({old}) IS DISTINCT FROM ({new})", [table])
    return triggers


def _triggers(has_changed: str, about: list[str]) -> list[str]:
    on = 'ON "{table}"'
    act = "note_change({})".format(", ".join(f"'{one}'" for one in about))
    return [
        f"AFTER INSERT OR DELETE {on} FOR EACH ROW EXECUTE FUNCTION {act}",
        f"AFTER UPDATE {on} FOR EACH ROW WHEN ({has_changed}) EXECUTE FUNCTION {act}",
        f"AFTER TRUNCATE {on} FOR EACH STATEMENT EXECUTE FUNCTION {act}",
    ]
