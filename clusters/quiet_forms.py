"""Forms that anybody may send, kept from machines without asking people to prove anything.

A field that people don't see stays empty; nobody writes a message within seconds of opening the page; and from one
address of the internet comes a handful an hour.
"""

from datetime import timedelta

from django import forms
from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

AT_LEAST = timedelta(seconds=3)  # to fill the form in
AT_MOST = timedelta(days=2)  # a page that was open for longer is opened again

opened_signer = signing.TimestampSigner(salt="clusters.quiet_forms")


class QuietForm(forms.Form):
    """A form with the two quiet fields. Print `form.quiet_fields` inside a `.visually-hidden` element."""

    fax = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["opened"].initial = opened_signer.sign("opened")

    @property
    def quiet_fields(self):
        return [self["fax"], self["opened"]]

    @property
    def open_fields(self):
        """Those that people fill in."""
        return [field for field in self if field.name not in ("fax", "opened")]

    def clean(self):
        cleaned = super().clean()
        if cleaned.pop("fax", ""):
            self.add_error(
                None, gettext("The field that should stay empty was filled in. Empty it and send again.")
            )
        self._look_at_the_clock(cleaned.pop("opened", ""))
        return cleaned

    def _look_at_the_clock(self, opened: str) -> None:
        """A form that comes back gets a fresh time, so that a second try works."""
        try:
            opened_signer.unsign(opened, max_age=AT_MOST)
        except signing.SignatureExpired:
            self._start_again(gettext("This page was open for long. Please send it once more."))
            return
        except signing.BadSignature:
            self._start_again(gettext("The page had not loaded in full. Please send it once more."))
            return
        try:
            opened_signer.unsign(opened, max_age=AT_LEAST)
        except signing.SignatureExpired:
            return
        self._start_again(
            gettext("That was very quick. Please look it over and send it once more."), fresh=False
        )

    def _start_again(self, sentence: str, *, fresh: bool = True) -> None:
        self.add_error(None, sentence)
        if fresh:
            self.data = self.data.copy()
            self.data[self.add_prefix("opened")] = opened_signer.sign("opened")
