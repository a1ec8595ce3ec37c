"""The README of an archive: what is in it, column by column, in the words of the models themselves."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import models

from .kept import Kept

HEAD = """# {of}

All data of {of}, as they were on {made_at}, from {site}.

- `csv/` has a table for each kind of row, to be opened in a spreadsheet. Text that a spreadsheet would take for a
  formula begins with a quote there. Columns like “company (name)” stand for the number beside them.
- `json/` has the same rows for machines, exactly: one JSON object on each line, moments in UTC. Rows of others
  to which yours refer are in `json/outside/`, with the little that everybody may know of them.
- `files/` has the slides, pictures and other files, under the names that the tables give.
- `manifest.json` says how many rows and files there are, and their SHA-256.

`manage.py load_export FILE` puts it into an empty site of the same version; rows keep their numbers. Passwords, second
factors, sessions, private addresses and mails are not in it: each person signs in with a code by mail there, and
chooses a new password.
"""


def readme(tables: Sequence[Kept], manifest: dict) -> str:
    rows = {table["name"]: table["rows"] for table in manifest["tables"]}
    parts = [HEAD.format(**{**manifest, "site": manifest["site"] or settings.SITE_NAME})]
    if manifest["lost"]:
        parts.append("These files could not be found any more: " + ", ".join(manifest["lost"]) + ".\n")
    parts += ["\n".join(_table(kept, rows[kept.name])) for kept in tables]
    return "\n".join(parts)


def _table(kept: Kept, number: int) -> Iterator[str]:
    yield f"## {kept.name}: {number} {'row' if number == 1 else 'rows'}\n"
    words = (kept.model.__doc__ or "").split("\n\n")[0]
    if not words.startswith(f"{kept.model.__name__}("):  # Django's own for a model without one
        yield f"{' '.join(words.split())}\n"
    yield "| column | what it is |"
    yield "|---|---|"
    for field in [*kept.columns(), *kept.relations()]:
        yield f"| {_name(field)} | {_meaning(field)} |"
    yield ""


def _name(field: models.Field) -> str:
    return field.name if field.many_to_many else field.attname


def _meaning(field: models.Field) -> str:
    """Its words on the desk, what it refers to, and what may stand in it."""
    words = [str(field.verbose_name)]
    if field.is_relation:
        target = field.related_model._meta  # type: ignore[union-attr]
        many = "the numbers" if field.many_to_many else "the number"
        words.append(f"{many} in {target.verbose_name_plural}")
    if field.choices:
        words.append(", ".join(f"{value} = {label}" for value, label in field.flatchoices if value != ""))
    if field.help_text:
        words.append(str(field.help_text).rstrip("."))
    return "; ".join(words).replace("|", "\\|")
