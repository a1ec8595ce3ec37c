"""The rows of a formset, edited by two at once. Its forms are `clusters.editing.SameTimeForm`s.

A row that somebody else added stands in its place. One that somebody else removed comes back as a new one if it was
written on here, with a word beside it, and is left out if not.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.editing import OPENED, changers, names_of, read_prints


class SameTimeFormSet(forms.BaseInlineFormSet):
    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.put_back = range(0)  # the numbers of the forms whose row is gone
        self.news: list[str] = []  # what became of rows as a whole
        if self.is_bound and self.management_form.is_valid():
            self.meet_what_is_there()

    def meet_what_is_there(self) -> None:
        """Brings the rows that were sent in line with those that are there now."""
        here = {str(row.pk): row for row in self.get_queryset()}
        key = self.model._meta.pk.name
        first, last = self.initial_form_count(), self.total_form_count()
        rows = [self.sent(number) for number in range(last)]
        sent = {row[key][0]: row for row in rows[:first] if row.get(key)}
        if list(sent) == list(here) and len(sent) == first:
            return
        gone = [row for pk, row in sent.items() if pk not in here]
        written_on = [{**row, key: [""], "seen": [""]} for row in gone if self.was_written_on(row)]
        standing = [sent.get(pk) or self.as_it_is(row) for pk, row in here.items()]
        self.tell([row for pk, row in here.items() if pk not in sent], len(gone) - len(written_on), sent)
        self.put_back = range(len(standing), len(standing) + len(written_on))
        self.send(standing, [*written_on, *rows[first:]])

    def sent(self, number: int) -> dict[str, list[str]]:
        start = f"{self.add_prefix(number)}-"
        return {key.removeprefix(start): self.data.getlist(key) for key in self.data if key.startswith(start)}

    def send(self, standing: list[dict], new: list[dict]) -> None:
        """As if these rows had been sent."""
        data: Any = self.data.copy()
        for key in [key for key in data if self.is_of_a_row(key)]:
            del data[key]
        for number, row in enumerate([*standing, *new]):
            for name, values in row.items():
                data.setlist(f"{self.add_prefix(number)}-{name}", values)
        data[f"{self.prefix}-INITIAL_FORMS"] = str(len(standing))
        data[f"{self.prefix}-TOTAL_FORMS"] = str(len(standing) + len(new))
        self.data = data
        del self.management_form

    def is_of_a_row(self, key: str) -> bool:
        number = key.removeprefix(f"{self.prefix}-").partition("-")[0]
        return key.startswith(f"{self.prefix}-") and number.isdecimal()

    def was_written_on(self, row: dict[str, list[str]]) -> bool:
        if row.get("DELETE"):
            return False
        data: Any = self.data.copy()
        data.clear()
        for name, values in row.items():
            data.setlist(f"{self.prefix}-{name}", values)
        form = self.form(data, prefix=self.prefix, **self.get_form_kwargs(None))
        seen = read_prints(form.data.get(form.add_prefix("seen"), ""))
        return any(
            form.print_of_typed(name) != seen[name] for name in seen if name in form.fields and name != OPENED
        )

    def as_it_is(self, row) -> dict[str, list[str]]:
        """What a browser would send of a row that nobody touched."""
        data: Any = self.data.copy()
        data.clear()
        form = self.form(data, instance=row, prefix=self.prefix, **self.get_form_kwargs(None))
        for name in form.prints:
            form.keep(name)
        own = {key.removeprefix(f"{self.prefix}-"): form.data.getlist(key) for key in form.data}
        return {**own, self.model._meta.pk.name: [str(row.pk)], "seen": [form.prints_to_carry()]}

    def tell(self, added: list, left_out: int, sent: dict) -> None:
        opened = next(iter(sent.values()), {}).get("seen", [""])[0]
        who = names_of(changers([self.instance], read_prints(opened)))
        if added:
            rows = ", ".join(str(row) for row in added)
            self.news.append(
                _("%(who)s added this while you were writing: %(rows)s.") % {"who": who, "rows": rows}
            )
        if left_out:
            self.news.append(
                ngettext(
                    "%(who)s removed a row while you were writing.",
                    "%(who)s removed %(number)s rows while you were writing.",
                    left_out,
                )
                % {"who": who, "number": left_out}
            )

    def clean(self):
        super().clean()
        for number in self.put_back:
            said = _(
                "Somebody else removed this while you were writing on it. Save again to put it back as it stands "
                "here; to leave it out, open the page anew."
            )
            self.forms[number].add_error(None, said)
        for form in self.initial_forms:
            if form.taken_over and self.can_delete and self._should_delete_form(form):
                said = _(
                    "%(who)s changed “%(row)s” while you took it out. Save again to take it out all the same."
                )
                raise ValidationError(said % {"who": form.who, "row": form.instance})
