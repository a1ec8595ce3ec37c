"""Forms sent from our own pages, told from those that another site makes a browser send.

Browsers name the origin of a page with each form it sends, and no page can make them name another. So a form that
comes from our own origin needs no token: pages for visitors hold none, need no cookie for it, and are the same for
all; and a form left open over lunch still works. Whoever has a session gets Django's token besides, for a browser so
old that it names no origin.
"""

from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware


class OwnForms(CsrfViewMiddleware):
    def process_view(self, request, callback, callback_args, callback_kwargs):
        if request.META.get("HTTP_ORIGIN") == f"{request.scheme}://{request.get_host()}":
            request.csrf_processing_done = (
                True  # what Django's own check leaves, for views that ask for it again
            )
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


def no_token_for_visitors(request) -> dict:
    """Context processor: {% csrf_token %} prints nothing for them, and no cookie is set."""
    return {} if settings.SESSION_COOKIE_NAME in request.COOKIES else {"csrf_token": ""}
