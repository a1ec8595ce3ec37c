"""What may keep a copy of a page."""

from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache

from clusters.signed_links import RunOut


class KeepPrivate:
    """A page made for who is signed in is kept by nobody between us and their browser.

    Views that say themselves how they may be kept are left alone. The page for our own failures is the same for
    everybody, and who is signed in may be what we can't find out.

    Whoever signs out, or is gone, tells their browser to forget what it has kept, so that its way back shows nothing
    to who sits there next. Cookies are Django's to end; that of light and dark stays.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        was_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        settled = response.has_header("Cache-Control") or response.status_code >= 500
        if not settled and request.user.is_authenticated:
            patch_cache_control(response, private=True, no_cache=True)
        return response


def secret_address(view):
    """Who has the address may act: so it is not indexed, not kept, and not told to other sites.

    A link that has run out says so, and where to go on.

    Not `no-referrer`: browsers then send `Origin: null` with forms, which the check against forgery refuses.
    """

    @login_not_required
    @never_cache
    @wraps(view)
    def careful(request, *args, **kwargs):
        try:
            response = view(request, *args, **kwargs)
        except RunOut as old:
            response = render(request, "clusters/old_link.html", {"link": old}, status=410)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return careful
