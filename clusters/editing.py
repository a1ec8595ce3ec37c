"""Two people edit the same row at once: the second sees what changed, and neither loses anything.

    class CompanyEditForm(SameTimeForm):
        class Meta: ...

    with transaction.atomic():
        company = get_object_or_404(Company.objects.select_for_update(), …)  # as it is now
        form = CompanyEditForm(request.POST, instance=company)
        if form.is_valid(): form.save()

The form carries a print of each field as its reader saw it. A field that only the other one changed stays as they
left it (`taken_over`). One that both changed is an error beside the field, which says who changed it and what it is
now, and keeps what was typed; sent once more, it is taken.

`clusters.editing_rows` is the same for the rows of a formset, `clusters.editing_desk` for the desk.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters import present
from clusters.models import Act

LONGEST_SHOWN = 300
MOST_NAMES = 3
OPENED = "@"  # among the prints: when the form was made, in seconds since 1970; no field is called so


class Unlabelled(forms.HiddenInput):
    """The desk prints a label for each field; HTML allows none to point to a hidden one."""

    def id_for_label(self, id_):
        return ""


class Seen(forms.CharField):
    """The prints. They change nothing."""

    widget = Unlabelled

    def has_changed(self, initial, data):
        return False


class SameTimeForm(forms.ModelForm):
    seen = Seen(required=False, label=gettext_lazy("Seen"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.taken_over: list[str] = []  # the labels of what somebody else changed, and we did not
        self.in_conflict: list[str] = []  # the names of what both changed
        self.who = ""  # changed it, in words for people
        self.initial["seen"] = self.prints_to_carry  # made when it is shown: subclasses may change the fields

    @cached_property
    def prints(self) -> dict[str, str]:
        """Of the fields as they are now. What is new has nothing that somebody could have changed."""
        if self.instance.pk is None:
            return {}
        names = [name for name in self.initial if name in self.fields and name != "seen"]
        return {name: print_of(self[name].initial) for name in names if not self.fields[name].disabled}

    def prints_to_carry(self) -> str:
        return json.dumps({**self.prints, OPENED: present.now().timestamp()})

    def full_clean(self):
        if self.is_bound:
            self.compare()
        super().full_clean()

    def compare(self) -> None:
        """What was sent with what is there now and what its sender had seen."""
        key = self.add_prefix("seen")
        seen = read_prints(self.data.get(key, ""))
        self.data: Any = self.data.copy()
        self.data[key] = self.prints_to_carry()
        for name, now in self.prints.items():
            typed, before = self.print_of_typed(name), seen.get(name, now)
            if typed == now:
                self.keep(name)  # as it is, whatever a browser makes of line breaks
            elif typed == before:
                self.keep(name)
                self.taken_over.append(str(self[name].label))
            elif before != now:
                self.in_conflict.append(name)
        if self.taken_over or self.in_conflict:
            self.who = names_of(changers(self.rows_in_trail(), seen))
        self.__dict__.pop("changed_data", None)  # a formset asks for it before

    def print_of_typed(self, name: str) -> str:
        field, sent = self.fields[name], self[name].data
        if isinstance(field, forms.DateField | forms.DateTimeField | forms.TimeField | forms.MultiValueField):
            try:
                sent = field.clean(sent)  # people write dates in more ways than one
            except ValidationError:
                sent = str(sent)
        return print_of(sent)

    def keep(self, name: str) -> None:
        """As if what is there now had been typed."""
        key, now = self.add_prefix(name), self[name].initial
        widget: Any = self.fields[name].widget
        if hasattr(widget, "widgets_names"):  # of several parts, such as a date and a time
            parts = zip(widget.widgets_names, widget.widgets, widget.decompress(now), strict=True)
            for ending, part, value in parts:
                self.data[key + ending] = part.format_value(value) or ""
        elif isinstance(now, list | tuple):
            self.data.setlist(key, [str(key_of(one)) for one in now])
        elif isinstance(now, bool):
            self.data[key] = "on" if now else ""
        elif now is None or isinstance(widget, forms.Select):
            self.data[key] = "" if now is None else str(key_of(now))
        else:
            self.data[key] = widget.format_value(key_of(now)) or ""

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        cleaned.pop("seen", None)
        for name in self.in_conflict:
            self.add_error(name, self.what_it_is_now(name))
        return cleaned

    def rows_in_trail(self) -> list[models.Model]:
        """Those about which the trail tells who changed this one."""
        return [self.instance]

    def what_it_is_now(self, name: str) -> str:
        words = self.words_of(name)[:LONGEST_SHOWN]
        if words:
            said = _(
                "%(who)s changed this while you were writing. It is now: “%(words)s”. "
                "Save again to put yours instead."
            )
        else:
            said = _(
                "%(who)s changed this while you were writing. It is empty now. Save again to put yours instead."
            )
        return said % {"who": self.who, "words": words}

    def words_of(self, name: str) -> str:
        now = self[name].initial
        choices = choices_among(self.fields[name], now if isinstance(now, list | tuple) else [now])
        if isinstance(now, bool):
            return _("ticked") if now else _("not ticked")
        if isinstance(now, datetime):
            return date_format(timezone.localtime(now), "DATETIME_FORMAT")
        if isinstance(now, list | tuple):
            return ", ".join(str(choices.get(key_of(one), one)) for one in now)
        return "" if now is None else str(choices.get(key_of(now), now))


def what_stayed(changed: Iterable[forms.BaseForm]) -> str:
    """What others changed in these forms, and their sender did not, in a sentence; empty if nothing."""
    others = [form for form in changed if isinstance(form, SameTimeForm) and form.taken_over]
    if not others:
        return ""
    labels = dict.fromkeys(label for form in others for label in form.taken_over)
    return _("%(who)s changed this while you were writing, and it stayed: %(labels)s.") % {
        "who": others[0].who,
        "labels": ", ".join(labels),
    }


def choices_among(field: forms.Field, values: Iterable) -> dict:
    """The words of these values of a field to choose by; of rows that may be many only these are read."""
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
        rows = field.queryset.filter(pk__in=[key_of(one) for one in values])
        return {row.pk: field.label_from_instance(row) for row in rows}
    return dict(getattr(field, "choices", ()))


def key_of(value):
    return value.pk if isinstance(value, models.Model) else value


def print_of(value) -> str:
    """The same for a value from the database and as it comes back from a browser."""
    if isinstance(value, list | tuple | models.QuerySet):
        value = " ".join(sorted(str(key_of(one)) for one in value))
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat(timespec="seconds")
    value = key_of(value)
    text = "" if value is None or value is False else str(value)
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]


def read_prints(sent: str) -> dict[str, Any]:
    """What the browser sent back; nothing where it is not ours."""
    try:
        found = json.loads(sent)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def changers(rows: list[models.Model], seen: dict[str, Any]) -> list[str]:
    """The names of those who changed the rows since the form was opened, the last one first."""
    try:
        opened = datetime.fromtimestamp(float(seen[OPENED]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return []
    about = Q()
    for row in rows:
        about |= Q(subject_type=row._meta.label_lower, subject_id=row.pk)
    changes = Q(verb__startswith="changed") | Q(verb__startswith="named")
    lines = Act.objects.filter(about, changes, at__gt=opened).exclude(actor=None)
    names = lines.values_list("actor__name", flat=True)
    return list(dict.fromkeys(names[:50]))[:MOST_NAMES]


def names_of(people: list[str]) -> str:
    if len(people) < 2:
        return people[0] if people else _("Somebody else")
    return _("%(others)s and %(last)s") % {"others": ", ".join(people[:-1]), "last": people[-1]}
