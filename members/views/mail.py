"""What people do about the mails they get."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from members.forms import MailForm
from members.models import MailChoice
from members.outbox import read_unsubscribe_token


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed token says who wants it
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request, token):
    wish = read_unsubscribe_token(token)
    if wish is None:
        raise Http404
    user, kind = wish
    if request.method == "POST":
        MailChoice.objects.refuse(user, kind)
    unwanted = MailChoice.objects.of(user)[kind] == MailChoice.How.NEVER
    return render(request, "members/mail/unsubscribe.html", {"kind": kind.label, "unwanted": unwanted})


@require_http_methods(["GET", "POST"])
def my_mail(request):
    """How one gets the mails of each kind, and which ones always come."""
    chosen = MailChoice.objects.of(request.user)
    form = MailForm(request.POST or None, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        for kind, how in form.choices_made():
            MailChoice.objects.choose(request.user, kind, how)
        messages.success(request, _("Noted. Mails come that way from now on."))
        return redirect("members:my-mail")
    return render(request, "members/mail/my_mail.html", {"form": form, "nav": "me"})
