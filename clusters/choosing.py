"""Choosing one of thousands at the desk: from a list that is searched while one types, or, without scripts, by typing
a name that the server then looks for."""

from collections.abc import Iterable

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.forms.utils import flatatt
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

MOST_NAMED = 5  # of those that fit


class FoundOnce(BaseChoiceIterator):
    """The choices of a field in each of many rows, or many choices."""

    def __init__(self, choices: Iterable[tuple]):
        self.found = list(iter(choices))  # without asking for their number first

    def __iter__(self):
        yield from self.found

    @cached_property
    def written(self) -> list[tuple[str, SafeString, SafeString]]:
        """Each value, as it stands in a list, and as the one chosen."""
        return [
            (
                str(value),
                format_html('<option value="{}">{}</option>', value, words),
                format_html('<option value="{}" selected>{}</option>', value, words),
            )
            for value, words in self.found
        ]


class RepeatedSelect(forms.Select):
    """Django renders a template for each choice; of a dozen rows with some hundred choices that is most of a page,
    and of one field with fifty a third."""

    choices: FoundOnce

    def render(self, name, value, attrs=None, renderer=None):
        chosen = self.format_value(value)
        options = ((one if key in chosen else other,) for key, other, one in self.choices.written)
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            format_html_join("", "{}", options),
        )


class Typed(str):
    """A name, instead of the number of a row: that which was `chosen` in the list before."""

    chosen: str | None = None


class SearchedSelect(AutocompleteSelect):
    @property
    def media(self):
        return super().media + forms.Media(js=["admin/choices.js"])

    def value_from_datadict(self, data, files, name):
        chosen = super().value_from_datadict(data, files, name)
        typed = Typed(data.get(f"{name}-typed", "").replace("\0", " ").strip())
        typed.chosen = chosen
        return typed or chosen

    def render(self, name, value, attrs=None, renderer=None):
        """Browsers that run scripts don't show what stands in noscript, and don't send it."""
        typed, chosen = (value, value.chosen) if isinstance(value, Typed) else ("", value)
        select = super().render(name, chosen, attrs, renderer)
        words = _("Or type the name, or the part of it that no other has")
        box = '<noscript><label>{} <input type="text" name="{}-typed" value="{}" maxlength="200"></label></noscript>'
        return select + format_html(box, words, name, typed)


class SearchedField(forms.ModelChoiceField):
    """One of `queryset`, by number from the list or by a name as the search of its desk finds it."""

    def to_python(self, value):
        return self.named(value) if isinstance(value, Typed) else super().to_python(value)

    def named(self, name: Typed):
        desk = self.widget.admin_site._registry[self.queryset.model]
        found, has_doubles = desk.get_search_results(None, self.queryset, name)
        rows = list((found.distinct() if has_doubles else found)[: MOST_NAMED + 1])
        [row, *others] = [one for one in rows if str(one).casefold() == name.casefold()] or rows or [None]
        if row is None:
            raise forms.ValidationError(_("Nothing here is called “%(name)s”.") % {"name": name})
        if others:
            names = ", ".join(self.label_from_instance(one) for one in rows[:MOST_NAMED])
            raise forms.ValidationError(
                _("“%(name)s” fits more than one: %(names)s. Type more of it.")
                % {"name": name, "names": names if len(rows) <= MOST_NAMED else f"{names}, …"}
            )
        return row
