"""The fields that a column may be, and how what people type becomes a value. Raises ValidationError with a sentence."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from members.accounts import validate_name

DATES = [
    "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d/%m/%y", "%d.%m.%y",
    "%d-%m-%y", "%d-%b-%y", "%A %d %B %Y", "%a %d %b %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d", "%Y%m%d",
]  # fmt: skip
DAY_ENDING = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)
TIME_AFTER = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")


@dataclass(frozen=True)
class Field:
    """`known_as`: headers that mean it, in small letters and without signs."""

    name: str
    label: str | Promise
    clean: Callable[[str], Any]
    known_as: Sequence[str] = ()
    required: bool = False


def guess(columns: Sequence[str], fields: Sequence[Field]) -> list[str]:
    """What each column is likely to be; each field once."""
    taken: set[str] = set()
    found = []
    for column in columns:
        words = _bare(column)
        likely = next((f.name for f in fields if f.name not in taken and words in _names(f)), "")
        taken.add(likely)
        found.append(likely)
    return found


def _names(field: Field) -> set[str]:
    return {_bare(str(name)) for name in (field.name, field.label, *field.known_as)}


def _bare(words: str) -> str:
    return re.sub(r"[^a-z0-9]", "", words.lower())


def read(
    line: Sequence[str], mapping: Sequence[str], fields: Sequence[Field]
) -> tuple[dict[str, Any], list[str]]:
    """The values of a line by field, and what is wrong with it, in sentences."""
    typed = {name: cell for name, cell in zip(mapping, line, strict=False) if name}
    values: dict[str, Any] = dict.fromkeys(field.name for field in fields)
    problems = []
    for field in fields:
        words = typed.get(field.name, "").strip()
        if not words:
            if field.required:
                problems.append(_("%(label)s is empty.") % {"label": field.label})
            continue
        try:
            values[field.name] = field.clean(words)
        except ValidationError as error:
            problems.append(f"{field.label}: {' '.join(error.messages)}")
    return values, problems


# --- kinds of values -----------------------------------------------------------------------------------
def one_line(most: int) -> Callable[[str], str]:
    def clean(typed: str) -> str:
        words = " ".join(typed.split())
        if len(words) > most:
            raise ValidationError(
                _("At most %(most)s characters, please. This has %(number)s.")
                % {"most": most, "number": len(words)}
            )
        validate_name(words)
        return words

    return clean


def address(typed: str) -> str:
    validate_email(typed)
    if len(typed) > 254:
        raise ValidationError(_("This address is too long."))
    return typed.lower()


def day(typed: str) -> date:
    """A date as people here write it: the day before the month."""
    words = TIME_AFTER.sub("", DAY_ENDING.sub("", " ".join(typed.replace(",", " ").split())))
    for form in DATES:
        try:
            found = datetime.strptime(words, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        if found.year >= 1900:
            return found
    raise ValidationError(
        _("“%(typed)s” is not a date we can read. Write it like 14/05/2024 or 2024-05-14.")
        % {"typed": typed[:40]}
    )


def past_day(today: Callable[[], date]) -> Callable[[str], date]:
    def clean(typed: str) -> date:
        found = day(typed)
        if found > today():
            raise ValidationError(_("%(typed)s is still to come.") % {"typed": typed[:40]})
        return found

    return clean


def number(least: int, most: int) -> Callable[[str], int]:
    def clean(typed: str) -> int:
        words = typed.replace(",", "").replace(" ", "")
        if not re.fullmatch(r"[0-9]{1,9}", words) or not least <= int(words) <= most:
            raise ValidationError(
                _("“%(typed)s” is not a number from %(least)s to %(most)s.")
                % {"typed": typed[:40], "least": f"{least:,}", "most": f"{most:,}"}
            )
        return int(words)

    return clean


def choice(choices: type[models.TextChoices], **also: str) -> Callable[[str], str]:
    """By value or label; `also` are other words for values."""
    known = {_bare(value): value for value in choices.values}
    known |= {_bare(str(label)): value for value, label in choices.choices}
    known |= {_bare(words): value for words, value in also.items()}

    def clean(typed: str) -> str:
        if _bare(typed) not in known:
            labels = ", ".join(str(label) for label in choices.labels)
            raise ValidationError(
                _("“%(typed)s” is none of these: %(labels)s.") % {"typed": typed[:40], "labels": labels}
            )
        return known[_bare(typed)]

    return clean
