"""Values of columns as JSON knows them, and back."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _


def plain(value: Any) -> Any:
    """A value of the database as JSON has it: moments in UTC, to the microsecond."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case list():
            return [plain(one) for one in value]
        case _:
            return value


def in_cell(value: Any) -> str:
    """The same for a spreadsheet."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return " | ".join(str(one) for one in value)
        case _:
            return str(value)


def from_plain(field: models.Field, value: Any, row: models.Model) -> Any:
    """What `plain` made of a column, checked as a form would. Raises ValidationError."""
    if isinstance(field, models.ForeignKey):
        value = field.target_field.to_python(value)
        if value is None and not field.null:
            raise ValidationError(_("This must name a row."))
        return value
    if isinstance(field, models.FileField):
        if not isinstance(value, str):
            raise ValidationError(_("This must be the name of a file."))
        return value
    if isinstance(field, ArrayField):
        if not isinstance(value, list):
            raise ValidationError(_("This must be a list."))
        return [from_plain(field.base_field, one, row) for one in value]
    if (value is None and field.null) or isinstance(field, models.JSONField):
        return value
    if value is None:
        raise ValidationError(_("This can't be without a value."))
    python = field.to_python(value)
    if python not in field.empty_values:
        field.validate(python, row)
        field.run_validators(python)
    return python
