"""The table of a desk's list, each cell as Django's own tag for lists writes it (a test compares them). What is the
same for all rows is found once, where Django finds it for every cell: half of what a long list computes.
"""

from collections.abc import Callable, Iterator
from datetime import date, time
from operator import attrgetter
from typing import Any, cast

from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

STAY_ON_A_LINE = (models.DateField, models.TimeField, models.ForeignKey)


def table_of(cl: ChangeList) -> dict[str, Any]:
    """For `admin/change_list_results.html`."""
    headers = list(result_headers(cl))
    return {
        "cl": cl,
        "result_headers": headers,
        "num_sorted_fields": sum(1 for header in headers if header["sortable"] and header["sorted"]),
        "rows": list(rows_of(cl)),
    }


def rows_of(cl: ChangeList) -> Iterator[SafeString]:
    """The cells of each row."""
    columns = columns_of(cl)
    for row in cl.result_list:
        yield mark_safe("".join([column.cell(row) for column in columns]))  # noqa: S308 (made of safe cells)


def columns_of(cl: ChangeList) -> list["Column"]:
    """The first that leads to the row is its head; where none is named, that is the first of all."""
    leading = [] if cl.list_display_links is None else cl.list_display_links or cl.list_display[:1]
    heads = next((name for name in cl.list_display if name in leading), None)
    links = Links(cl)
    return [
        Column(cl, name, "th" if name == heads else "td", links if name in leading else None)
        for name in cl.list_display
    ]


class Links:
    """From a list to its rows, and from there back to the list as it was narrowed."""

    def __init__(self, cl: ChangeList):
        self.cl = cl
        self.query = f"?{cl.preserved_filters}" if cl.preserved_filters else ""

    def link(self, row: models.Model, words: str) -> SafeString:
        url = self.cl.url_for_result(row)
        return format_html('<a href="{}"{}>{}</a>', url + self.query, self.opener(row), words)

    def opener(self, row: models.Model) -> str:
        """In a window of its own, where one row is chosen for a form."""
        if not self.cl.is_popup:
            return ""
        field = str(self.cl.to_field or self.cl.pk_attname)
        return format_html(' data-popup-opener="{}"', row.serializable_value(field))


class Column:
    def __init__(self, cl: ChangeList, name: Any, tag: str, links: Links | None):
        desk = cl.model_admin
        attr = label_for_field(name, cl.model, desk, return_attr=True)[1]
        field = cast(models.Field, cl.opts.get_field(name)) if attr is None else None
        self.field = None if field is None or field.auto_created else field
        self.read = reader(name, attr, desk)
        self.empty = getattr(attr, "empty_value_display", desk.get_empty_value_display())
        self.is_boolean = getattr(getattr(attr, "fget", attr), "boolean", False)
        self.labels = {
            key: conditional_escape(label) for key, label in getattr(self.field, "flatchoices", None) or ()
        }
        self.tag, self.links = tag, links
        self.css = (
            "action-checkbox" if name == "action_checkbox" else f"field-{getattr(name, '__name__', name)}"
        )
        if isinstance(self.field, STAY_ON_A_LINE):
            self.css += " nowrap"

    def cell(self, row: models.Model) -> str:
        css = self.css
        try:
            value = self.read(row)
        except ObjectDoesNotExist:
            words = self.empty
        else:
            words = self.words("" if isinstance(value, str) and not value.strip() else value)
            if self.field is None and isinstance(value, date | time):
                css += " nowrap"
        if self.links:
            words = self.links.link(row, words)
        return f'<{self.tag} class="{css}">{conditional_escape(words)}</{self.tag}>'

    def words(self, value) -> Any:
        if self.labels:
            return self.labels.get(value, self.empty)
        if self.field is None:
            return display_for_value(value, self.empty, self.is_boolean)
        if self.field.many_to_one or self.field.one_to_one:
            return self.empty if value is None else value
        return display_for_field(value, self.field, self.empty, avoid_link=self.links is not None)


def reader(name, attr, desk) -> Callable[[models.Model], Any]:
    """`name` is that of a field or of an attribute, or a function; `attr` what stands for it, nothing for a field."""
    if attr is None:
        return attrgetter(name)
    if attr is str or callable(name) or hasattr(desk, name):
        return attr
    return lambda row: lookup_field(name, row, desk)[2]
