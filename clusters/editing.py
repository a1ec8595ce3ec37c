"""Two people edit the same row at once: the second sees what changed, and neither loses anything.

    class CompanyEditForm(SameTimeForm):
        class Meta: ...

    with transaction.atomic():
        company = get_object_or_404(Company.objects.select_for_update(), …)  # as it is now
        form = CompanyEditForm(request.POST, instance=company)
        if form.is_valid(): form.save()

The form carries a print of each field as its reader saw it. A field that only the other one changed stays as they
left it (`taken_over`). One that both changed is an error beside the field, which says what it is now and keeps what
was typed; sent once more, it is taken.
"""

import hashlib
import json
from typing import Any

from django import forms

LONGEST_SHOWN = 300


class SameTimeForm(forms.ModelForm):
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.taken_over: list[str] = []  # the labels of what somebody else changed, and we did not
        self.in_conflict: list[str] = []  # the names of what both changed
        self.prints = {name: print_of(self[name].initial) for name in self.initial if name in self.fields}
        self.initial["seen"] = json.dumps(self.prints)
        if self.is_bound:
            self.compare()

    def compare(self) -> None:
        """What was sent with what is there now and what its sender had seen."""
        seen = read_prints(self.data.get(self.add_prefix("seen"), ""))
        self.data: Any = self.data.copy()
        self.data[self.add_prefix("seen")] = self.initial["seen"]
        for name, now in self.prints.items():
            typed, before = print_of(self[name].data), seen.get(name, now)
            if typed == now:
                self.keep(name)  # as it is, whatever a browser makes of line breaks
            elif typed == before:
                self.keep(name)
                self.taken_over.append(str(self.fields[name].label))
            elif before != now:
                self.in_conflict.append(name)

    def keep(self, name: str) -> None:
        key, now = self.add_prefix(name), self[name].initial
        if isinstance(now, list | tuple):
            self.data.setlist(key, [str(getattr(one, "pk", one)) for one in now])
        elif isinstance(now, bool):
            self.data[key] = "on" if now else ""
        else:
            self.data[key] = "" if now is None else str(now)

    def clean(self):
        cleaned = super().clean()
        for name in self.in_conflict:
            self.add_error(name, self.what_it_is_now(name))
        return cleaned

    def what_it_is_now(self, name: str) -> str:
        field, now = self.fields[name], self[name].initial
        words = dict(getattr(field, "choices", ())).get(now, now)
        became = f"It is now: “{str(words)[:LONGEST_SHOWN]}”." if words else "It is empty now."
        return f"Somebody else changed this while you were writing. {became} Save again to put yours instead."


def print_of(value) -> str:
    """The same for a value from the database and as it comes back from a browser."""
    if isinstance(value, list | tuple):
        value = " ".join(sorted(str(getattr(one, "pk", one)) for one in value))
    text = "" if value is None or value is False else str(value)
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]


def read_prints(sent: str) -> dict[str, str]:
    """What the browser sent back; nothing where it is not ours."""
    try:
        found = json.loads(sent)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
