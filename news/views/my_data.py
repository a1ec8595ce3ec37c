"""What is held about oneself: a copy to take away, and leaving for good."""

import tempfile
import time

from allauth.account import app_settings
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters import present
from clusters.errors import Refused
from members.models import Representative
from news.persons import copies, erasing


class DeleteForm(forms.Form):
    email = forms.CharField(
        label=_("Type your e-mail address, so that it does not happen by a slip"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data, person):
        super().__init__(data)
        self.person = person

    def clean_email(self):
        if self.cleaned_data["email"].strip().lower() != self.person.email:
            raise ValidationError(
                gettext("That is not %(email)s. Nothing has been deleted.") % {"email": self.person.email}
            )
        return self.person.email


@require_safe
def my_data(request):
    return render(request, "news/my_data.html", {"nav": "me"})


@require_POST
def my_copy(request):
    """Written to disk first: slides are large."""
    out = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    copies.write(out, request.user)
    out.seek(0)
    name = f"my-data-{present.today():%Y-%m-%d}.zip"
    return FileResponse(out, as_attachment=True, filename=name, content_type="application/zip")


@require_http_methods(["GET", "POST"])
@reauthentication_required
def delete_me(request):
    if not request.user.has_usable_password() and not signed_in_lately(request):
        return sign_in_again(request)
    form = DeleteForm(request.POST or None, request.user)
    if request.method == "POST" and form.is_valid():
        try:
            erasing.erase(request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            return redirect("news:deleted")
    context = {
        "nav": "me",
        "form": form,
        "why_not": erasing.why_not(request.user),
        **what_it_touches(request.user),
    }
    return render(request, "news/delete_me.html", context)


def signed_in_lately(request) -> bool:
    """For those who sign in by codes alone: there is no password to ask for."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def sign_in_again(request):
    back = urlencode({"next": request.path})
    logout(request)
    messages.info(request, gettext("What comes next touches your account, so sign in with a new code first."))
    return redirect(f"{redirect('account_request_login_code').url}?{back}")


def what_it_touches(person) -> dict:
    acting = list(person.representations.active().select_related("company"))
    alone = [one.company for one in acting if not _others_act(one)]
    offices = list(person.offices.current().select_related("cluster", "association"))
    return {"acting": acting, "alone": alone, "offices": offices}


def _others_act(one: Representative) -> bool:
    return Representative.objects.active().filter(company=one.company_id).exclude(user=one.user_id).exists()


@login_not_required
@require_safe
def deleted(request):
    return render(request, "news/deleted.html")
