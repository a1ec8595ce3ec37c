"""How people sign up and in: allauth's hooks."""

import logging
import unicodedata
import uuid

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import tallies
from clusters.languages import in_site_language

from . import outbox
from .models import User

log = logging.getLogger("accounts")

# They turn the direction of what follows, also outside the name (Unicode annex 9).
DIRECTION_SWITCHES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def validate_name(name: str) -> None:
    """Any script and any emoji, but nothing that disturbs the lines around it."""
    if any(
        unicodedata.category(letter) in ("Cc", "Zl", "Zp") or letter in DIRECTION_SWITCHES for letter in name
    ):
        raise ValidationError(gettext("A name has letters, spaces and signs only, on one line."))


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "duplicate_email": _("This address is one of yours already."),
        "email_password_mismatch": _(
            "The email or the password is not correct. Look at both again, or have a code mailed to you."
        ),
        "enter_current_password": _("This is not your password. Type it again."),
        "incorrect_code": _("This is not the code we sent last. Type it again, or ask for a new one."),
        "incorrect_password": _("This is not your password. Type it again."),
        "rate_limited": _("That was too often in a short time. Wait a few minutes and try again."),
        "same_as_current": _("It is that already. Type another one."),
        "too_many_login_attempts": _(
            "Too many tries went wrong. Wait five minutes, or have a code mailed to you."
        ),
    }

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data["name"]
        return super().save_user(request, user, form, commit)

    def _get_login_attempts_cache_key(self, request, **credentials) -> str:
        """Of the address alone: allauth's counts anew at each host name, and associations have their own."""
        return str(credentials.get("email") or credentials.get("username") or "").lower()

    def pre_authenticate(self, request, **credentials):
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            tallies.add("slowed:sign-in")
            raise

    def authentication_failed(self, request, **credentials):
        """One line for whoever watches the log. The same address gives the same scrambled word in each."""
        address = str(credentials.get("email") or credentials.get("username") or "").lower()
        scrambled = salted_hmac("members.accounts", address).hexdigest()[:12]
        log.warning("A sign-in failed for %(account)s", {"account": scrambled}, extra={"account": scrambled})
        tallies.add("failed-sign-in")
        super().authentication_failed(request, **credentials)

    @in_site_language()
    def send_mail(self, template_prefix, email, context):
        """Into the outbox, like every other mail. It greets nobody: the name is what a stranger typed."""
        context = {**context, "email": email}
        subject = outbox.render_text(f"{template_prefix}_subject.txt", context)
        message = outbox.render_text(f"{template_prefix}_message.txt", context)
        outbox.queue(
            key=f"{outbox.ACCOUNT}:{uuid.uuid4()}",
            kind=outbox.ACCOUNT,
            to=email,
            subject=subject,
            template="account",
            context={"heading": subject, "message": message, "code": context.get("code", "")},
            association=getattr(self.request, "site_association", None),
        )


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the code of this moment. Look again, or use a recovery code."),
    }


class SignupForm(AllauthSignupForm):
    field_order = ["name", "email", "password1"]

    name = forms.CharField(
        label=_("Your name"),
        max_length=User._meta.get_field("name").max_length,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def try_save(self, request):
        """A password is worth as much time where the address has an account, or the time would tell."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class PasskeyForm(AddWebAuthnForm):
    """allauth's, with names for its fields that can be translated."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext("Name")
        self.fields["credential"].label = gettext("Credential")
