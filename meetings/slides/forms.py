"""The forms for slides: of who spoke, and of the coordinators."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.errors import Refused
from clusters.files import refuse_if_away
from meetings.models import Presentation
from meetings.slides import documents
from members.forms import NUL

ACCEPT = ".pdf,.pptx,.odp,.docx"


class ChecksFile(forms.ModelForm):
    """Checked by content: the name and type that a browser sends prove nothing."""

    format = ""  # of the new file
    link = forms.URLField(
        label=_("Or a link to them"),
        required=False,
        max_length=300,
        assume_scheme="https",
        validators=Presentation._meta.get_field("link").validators,
        help_text=_("If they are on the web already. Begins with https://."),
        error_messages={"invalid": _("Give an address that begins with https://."), **NUL},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data:
            try:
                refuse_if_away()
                self.format = documents.check(file)
            except Refused as refusal:
                raise ValidationError(str(refusal)) from refusal
        return file


class SlidesForm(ChecksFile):
    class Meta:
        model = Presentation
        fields = ["file", "link", "title", "audience"]
        labels = {"title": _("Title"), "audience": _("Who may see them")}
        help_texts = {"audience": _("Slides for everybody are found by search engines too.")}
        error_messages = {"title": {"required": _("Give them a title."), **NUL}}
        widgets = {"audience": forms.RadioSelect}

    file = forms.FileField(
        label=_("The slides"),
        required=False,
        allow_empty_file=True,  # `documents.check` says it in our words
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_(
            "PDF, PowerPoint (.pptx), OpenDocument (.odp) or Word (.docx), at most 50 MB. PDF opens everywhere."
        ),
        error_messages={"max_length": _("The name of this file is too long. Give it a shorter one.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = Presentation.Audience.choices
        self.initial.pop("file", None)  # one hands in a new one, or leaves what is there
        if self.instance.file:
            self.fields["file"].label = gettext("Other slides instead of those you sent")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("file") and cleaned.get("link"):
            self.add_error("link", gettext("Give a file or a link, not both."))
        elif not (cleaned.get("file") or cleaned.get("link") or self.instance.has_slides or self.errors):
            self.add_error("file", gettext("Choose a file, or give a link."))
        return cleaned

    def _post_clean(self):
        """The row stays as it is: `presentations.hand_in` changes it, under a lock."""


class PresentationForm(ChecksFile):
    """On the desk."""

    class Meta:
        model = Presentation
        fields = [
            "meeting",
            "agenda_item",
            "title",
            "company",
            "presenter",
            "presenter_name",
            "audience",
            "file",
            "link",
        ]
        labels = {"reading": _("Words of the file")}
        help_texts = {
            "agenda_item": _("The talk that these slides belong to, if it stands on the agenda."),
            "presenter_name": _("For somebody without an account."),
            "reading": _("Those that were read are found by the search of the archive."),
        }

    def clean_agenda_item(self):
        item, meeting = self.cleaned_data["agenda_item"], self.cleaned_data.get("meeting")
        if item and meeting and item.meeting_id != meeting.pk:
            raise forms.ValidationError(
                _("This is on the agenda of another meeting. Choose one of the meeting above, or none.")
            )
        return item

    def clean_file(self):
        file = super().clean_file()
        if self.format:
            self.instance.format = self.format  # names the stored file
        return file


class GiveBackForm(forms.Form):
    note = forms.CharField(label=_("What should change?"), max_length=300, error_messages=NUL)
