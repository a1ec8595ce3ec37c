"""The steps of an import, as officers take them. The worker does the rest (`members.imports.work`)."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from clusters import sheets, trail
from clusters.errors import Refused
from clusters.models import Association, Cluster
from members.models import Import, ImportLine, User

from . import fields, matching

State = Import.State
LINES_AT_ONCE = 1000


def kind_of(one: Import):
    """The class that knows this kind of table, such as `member_list.MemberList`."""
    return import_string(settings.IMPORT_KINDS[one.kind])


@transaction.atomic
def upload(file: File, *, kind: str, of: Cluster | Association, by: User) -> Import:
    """The table as it was read, its columns guessed. The file itself is not kept."""
    sheet = sheets.read(file)
    one = Import(
        kind=kind,
        cluster=of if isinstance(of, Cluster) else None,
        association=of if isinstance(of, Association) else None,
        by=by,
        file_name=PurePath(file.name or "").name[-120:] or "table",
        columns=sheet.columns,
        total=len(sheet.rows),
    )
    one.mapping = fields.guess(sheet.columns, kind_of(one).fields)
    one.save()
    numbered = zip(sheet.numbers, sheet.rows, strict=True)
    lines = [ImportLine(of=one, number=number, cells=cells) for number, cells in numbered]
    ImportLine.objects.bulk_create(lines, batch_size=LINES_AT_ONCE)
    trail.record(by, "uploaded", one, **place(one))
    return one


@transaction.atomic
def match_columns(one: Import, mapping: Sequence[str], *, by: User) -> None:
    """What each column is, "" for none; the table is then looked through."""
    _lock(one)
    known = {field.name: field for field in kind_of(one).fields}
    _refuse_unless_open(one)
    if len(mapping) != len(one.columns) or any(name and name not in known for name in mapping):
        raise Refused(_("Choose for each column what it is."))
    chosen = [name for name in mapping if name]
    twice = next((name for name in chosen if chosen.count(name) > 1), None)
    if twice:
        raise Refused(
            _("Two columns are said to be “%(label)s”. Choose one of them.") % {"label": known[twice].label}
        )
    for name, field in known.items():
        if field.required and name not in chosen:
            raise Refused(
                _("Say which column is “%(label)s”. Nothing can be done without it.") % {"label": field.label}
            )
    one.mapping = list(mapping)
    _start(one, State.CHECKING, by)


@transaction.atomic
def answer(one: Import, choices: Mapping[int, str], *, by: User) -> None:
    """Which firms were meant, by number of the line; the table is then looked through again."""
    _lock(one)
    _refuse_unless_open(one)
    for line in one.lines.filter(number__in=choices):
        offered = {matching.NEW, *(str(candidate[0]) for candidate in line.candidates)}
        if choices[line.number] in offered:
            line.choice = choices[line.number]
            line.save(update_fields=["choice"])
    _start(one, State.CHECKING, by)


@transaction.atomic
def run(one: Import, *, by: User) -> None:
    """All lines that are not refused are put in. A second click changes nothing."""
    _lock(one)
    if one.state in (State.RUNNING, State.DONE):
        return
    if one.state != State.CHECKED or not one.to_put_in:
        raise Refused(_("There is nothing to put in yet."))
    _start(one, State.RUNNING, by)


@transaction.atomic
def throw_away(one: Import, *, by: User) -> None:
    """The table is forgotten. What it has made stays."""
    _lock(one)
    if one.is_at_work:
        raise Refused(_("It is being worked on just now. Wait until that is done."))
    trail.record(by, "threw away", one, **place(one))
    one.delete()


def place(one: Import) -> dict:
    return {"cluster": one.cluster, "association": one.association}


def _start(one: Import, state: str, by: User) -> None:
    """Whoever asks for it does it: the worker looks at their rights."""
    one.state, one.by, one.progress, one.problem = state, by, 0, ""
    one.save(update_fields=["state", "by", "progress", "problem", "mapping"])


def _refuse_unless_open(one: Import) -> None:
    if one.is_at_work:
        raise Refused(_("It is being worked on just now. Wait until that is done."))
    if one.state == State.DONE:
        raise Refused(_("This has been put in already."))


def _lock(one: Import) -> None:
    """Two tabs go one after the other."""
    rows = Import.objects.select_for_update(of=["self"], no_key=True)
    one.refresh_from_db(from_queryset=rows.select_related("cluster", "association", "by"))
