"""The rows of the desk's lists, letter by letter as Django writes them (`admin_list.items_for_result`).

What Django finds anew for each cell is found once for its column: what is shown, by which words, with which link.
"""

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any
from urllib.parse import quote as url_quote

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import (
    display_for_field,
    display_for_value,
    label_for_field,
    lookup_field,
    quote,
)
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

NUMBER = "number-of-the-row"  # stands for it in an address that is made once
Shown = Callable[[models.Model], tuple[Any, bool]]  # what a cell shows, and that it must not be wrapped


def rows_of(changelist: ChangeList) -> Iterator[SafeString]:
    """The cells of each row."""
    cells = list(_columns_of(changelist))
    for row in changelist.result_list:
        yield mark_safe("".join(cell(row) for cell in cells))  # noqa: S308 - escaped in each cell


def _columns_of(changelist: ChangeList) -> Iterator[Callable[[models.Model], str]]:
    """For each column what writes its cells. The first that links to the row's page is its head."""
    links = changelist.list_display_links or ()
    link = _link_of(changelist)
    is_first = True
    for name in changelist.list_display:
        if name == "action_checkbox":
            yield _checkbox()
            continue
        is_link = name in links
        yield _column(changelist, name, link if is_link else None, "th" if is_link and is_first else "td")
        is_first = is_first and not is_link


def _checkbox() -> Callable[[models.Model], str]:
    """To choose a row for an action."""
    start = f'<td class="action-checkbox"><input type="checkbox" name="{ACTION_CHECKBOX_NAME}" value="'
    before, after = conditional_escape(gettext("Select this object for an action - {}")).split("{}")
    middle = f'" class="action-select" aria-label="{before}'
    end = f'{after}"></td>'
    return lambda row: f"{start}{conditional_escape(row.pk)}{middle}{conditional_escape(str(row))}{end}"


def _column(changelist: ChangeList, name, link: Callable | None, tag: str) -> Callable[[models.Model], str]:
    called = name.__name__ if callable(name) else name
    start = f'<{tag} class="field-{called}'
    shown = _shown(changelist, name, avoid_link=link is not None)

    def cell(row: models.Model) -> str:
        value, is_short = shown(row)
        words: str = conditional_escape(value)
        if link is not None:
            words = f"<a {link(row)}>{words}</a>"
        return f'{start}{" nowrap" if is_short else ""}">{words}</{tag}>'

    return cell


def _link_of(changelist: ChangeList) -> Callable[[models.Model], str]:
    """The attributes of a link to a row's page, from where one comes back to the list as it was."""
    desk, opts = changelist.model_admin, changelist.opts
    name = f"admin:{opts.app_label}_{opts.model_name}_change"
    address = reverse(name, args=[NUMBER], current_app=desk.admin_site.name)
    kept = add_preserved_filters({"preserved_filters": changelist.preserved_filters, "opts": opts}, address)
    before, after = (conditional_escape(part) for part in kept.split(NUMBER))
    opens = str(changelist.to_field or opts.pk.attname)

    def link(row: models.Model) -> str:
        number = conditional_escape(url_quote(str(quote(row.pk)), safe="!$&'()*+,;=/~:@"))
        words = f'href="{before}{number}{after}"'
        if changelist.is_popup:
            words += f' data-popup-opener="{conditional_escape(row.serializable_value(opens))}"'
        return words

    return link


def _shown(changelist: ChangeList, name, avoid_link: bool) -> Shown:
    desk = changelist.model_admin
    empty = desk.get_empty_value_display()
    _, attr = label_for_field(name, changelist.model, desk, return_attr=True)
    if attr is not None:
        return _made(name, desk, attr, getattr(attr, "empty_value_display", empty))
    field = changelist.lookup_opts.get_field(name)
    if field.auto_created:
        return lambda row: (display_for_value(getattr(row, name), empty), False)
    if isinstance(field.remote_field, models.ManyToOneRel):
        is_short = isinstance(field, models.ForeignKey)
        return lambda row: (empty if (other := getattr(row, name)) is None else other, is_short)
    return _kept(field, empty, avoid_link)


def _kept(field: Any, empty: str, avoid_link: bool) -> Shown:
    """What a column of the table holds."""
    name = field.name
    if field.flatchoices:
        words = {value: str(label) for value, label in field.flatchoices}
        return lambda row: (words.get(getattr(row, name), empty), False)
    if isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.URLField):
        return lambda row: (value if (value := getattr(row, name)) and value.strip() else empty, False)
    is_short = isinstance(field, models.DateField | models.TimeField)
    return lambda row: (display_for_field(getattr(row, name), field, empty, avoid_link), is_short)


def _made(name, desk, attr, empty: str) -> Shown:
    """What a function, a method of the desk or something else of the row says."""
    boolean = getattr(attr.fget if isinstance(attr, property) else attr, "boolean", False)
    made = name if callable(name) else name != "__str__" and getattr(desk, name, None)
    made = made or (lambda row: lookup_field(name, row, desk)[2])

    def shown(row: models.Model) -> tuple[object, bool]:
        try:
            value = made(row)
        except ObjectDoesNotExist:
            return desk.get_empty_value_display(), False
        if isinstance(value, str) and not boolean:
            return value if value.strip() else empty, False
        return display_for_value(value, empty, boolean), isinstance(value, date | time)

    return shown
