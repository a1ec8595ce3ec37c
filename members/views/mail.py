"""What people do about the mails they get."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

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
    unwanted = MailChoice.objects.filter(user=user, kind=kind).exists()
    return render(request, "members/mail/unsubscribe.html", {"kind": kind.label, "unwanted": unwanted})


@require_POST
def mail_choice(request):
    kind = request.POST.get("kind")
    if kind not in MailChoice.Kind:
        return HttpResponseBadRequest()
    if request.POST.get("wanted"):
        MailChoice.objects.want(request.user, kind)
        messages.success(request, "You will get these mails again.")
    else:
        MailChoice.objects.refuse(request.user, kind)
        messages.success(request, "You won't get these mails any more.")
    return redirect("members:me")
