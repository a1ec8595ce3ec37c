"""The mailbox of the demo: the mails that would have gone out, to try the links in them.

Only the demo has these pages: elsewhere they are not in the URLconf, and would say 404 if they were.
"""

from functools import wraps

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from members.models import OutgoingMail

NEWEST = 1000
A_PAGE = 100


def demo_only(view):
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return login_not_required(require_GET(wrapped))


@demo_only
def demo_mails(request):
    mails = OutgoingMail.objects.exclude(text="").order_by("-created_at", "-pk")
    search = request.GET.get("to", "").strip().replace("\0", "")
    if search:
        mails = mails.filter(to__icontains=search)
    page = Paginator(mails[:NEWEST], A_PAGE).get_page(request.GET.get("page"))
    return render(request, "members/mail/demo_mails.html", {"page": page, "search": search})


@demo_only
def demo_mail(request, pk):
    mail = get_object_or_404(OutgoingMail.objects.select_related("cluster"), pk=pk)
    return render(request, "members/mail/demo_mail.html", {"mail": mail})


# A mail brings its own styles, so it gets a page to itself that can do nothing but be read and followed.
@csp(
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "frame-ancestors": [NONE],
        "sandbox": [True],
    }
)
@demo_only
def demo_mail_html(request, pk):
    return HttpResponse(get_object_or_404(OutgoingMail, pk=pk).html)


@demo_only
def demo_mail_calendar(request, pk):
    mail = get_object_or_404(OutgoingMail.objects.exclude(calendar=""), pk=pk)
    headers = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return HttpResponse(mail.calendar, content_type="text/calendar; charset=utf-8", headers=headers)
