"""What jobs of the worker have to look at again: so each looks at what has changed and not at all there is.

Triggers note it in the transaction that changes something, whoever does it: a page, the desk, a command, psql. A job
takes what was noted for it in its own transaction, and what that does not commit is there for the next. So nothing
is missed: what commits after a job took its notes is noted for the next look.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection

MOST = 5_000  # that a job takes for one look: after an upgrade all there is may be noted for it


@dataclass(frozen=True)
class Watch:
    """When one of the columns `moved_by` changes, or a row comes or goes, `job` hears of the old and the new `column`.

    It hears of it as the number (or the words) of something, which `about` names. `only`: SQL about {row}.
    """

    job: str
    about: str
    column: str
    moved_by: tuple[str, ...]
    only: str = "true"

    @property
    def act(self) -> str:
        return f"note_to_check{self._what}"

    @property
    def act_for_all(self) -> str:
        return f"note_all_to_check{self._what}"

    @property
    def _what(self) -> str:
        return f"('{self.job}', '{self.about}', '{self.column}')"


OPEN_TURN = "{row}.state IN ('proposed', 'offered', 'accepted')"

WATCHES: dict[str, list[Watch]] = {
    "clusters.Cluster": [
        Watch("interests", "cluster", "id", ("state", "latitude", "longitude", "districts")),
        Watch("turns", "association", "association_id", ("association_id",)),
    ],
    "meetings.Duty": [
        Watch("turns", "company", "company_id", ("company_id", "state", "decided_by_id"), OPEN_TURN),
        Watch("turns", "meeting", "meeting_id", ("meeting_id",), OPEN_TURN),
    ],
    "meetings.Meeting": [
        Watch("turns", "meeting", "id", ("state", "cluster_id", "association_id", "ends_at")),
    ],
    "meetings.Presentation": [
        Watch("names", "presentation", "id", ("company_id", "presenter_id", "presenter_name", "names")),
    ],
    "members.Company": [
        Watch("turns", "company", "id", ("frozen_at",)),
        Watch("people", "company", "id", ("frozen_at", "unrepresented_since")),
        Watch("names", "company", "id", ("name",)),
    ],
    "members.Interest": [
        Watch("interests", "interest", "id", ("confirmed_at", "district"), "{row}.confirmed_at IS NOT NULL"),
    ],
    "members.Membership": [
        Watch(job, "company", "company_id", ("company_id", "cluster_id", "state"))
        for job in ("turns", "people")
    ],
    "members.OutgoingMail": [Watch("people", "address", "to", ("bounced", "to"), "{row}.bounced")],
    "members.Representative": [
        Watch(job, "company", "company_id", ("company_id", "user_id", "role", "state"))
        for job in ("turns", "people")
    ],
    "members.User": [
        Watch("turns", "user", "id", ("is_active",)),
        Watch("people", "user", "id", ("is_active", "email")),
        Watch("names", "user", "id", ("name",)),
    ],
}


def take(job: str) -> dict[str, list[Any]]:
    """What was noted for the job, the first first, which has to be looked at in this transaction: values by what they
    are about."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM to_check WHERE id IN (SELECT id FROM to_check WHERE job = %s ORDER BY id LIMIT %s) "
            "RETURNING about, value",
            [job, MOST],
        )
        noted: dict[str, set[str]] = defaultdict(set)
        for about, value in cursor.fetchall():
            noted[about].add(value)
    return defaultdict(list, {about: sorted(values) for about, values in noted.items()})


def is_much_left() -> bool:
    """More than one look takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM to_check OFFSET %s)", [MOST])
        return cursor.fetchone()[0]


def note_what_was_there(cursor, triggers: dict[tuple[str, str], str]) -> None:
    """Before there were these triggers, by table and name: all of the table is new to their jobs."""
    for label, watches in WATCHES.items():
        table = apps.get_model(label)._meta.db_table
        made = [trigger for (of, _), trigger in triggers.items() if of == table]
        for watch in watches:
            if any(watch.act in trigger for trigger in made):
                column, only = f'watched."{watch.column}"', watch.only.format(row="watched")
                rows = f'SELECT DISTINCT %s, %s, {column}::text FROM "{table}" watched'  # noqa: S608
                into = "INSERT INTO to_check (job, about, value)"
                cursor.execute(
                    f"{into} {rows} WHERE {column} IS NOT NULL AND {only}", [watch.job, watch.about]
                )


def triggers_of(label: str) -> list[str]:
    """Of a model: as `clusters.changes` has them made."""
    return [trigger for watch in WATCHES.get(label, []) for trigger in _triggers(watch)]


def _triggers(watch: Watch) -> list[str]:
    old, new = (", ".join(f'{row}."{column}"' for column in watch.moved_by) for row in ("OLD", "NEW"))
    was, is_now = (watch.only.format(row=row) for row in ("OLD", "NEW"))
    act = f"EXECUTE FUNCTION {watch.act}"
    on = 'ON "{table}" FOR EACH ROW'
    return [
        f"AFTER INSERT {on} WHEN ({is_now}) {act}",
        f"AFTER DELETE {on} WHEN ({was}) {act}",
        f"AFTER UPDATE {on} WHEN (({old}) IS DISTINCT FROM ({new}) AND ({was} OR {is_now})) {act}",
        f'BEFORE TRUNCATE ON "{{table}}" FOR EACH STATEMENT EXECUTE FUNCTION {watch.act_for_all}',
    ]
