"""How pages look: the stylesheet of a brand, and the visitor's choice of light or dark."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_POST, require_safe

from clusters.brands import THEMES, stylesheet
from clusters.going_back import way_back
from clusters.models import Association

A_YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_safe
@condition(etag_func=lambda request, slug, accent: quote_etag(f"{slug}-{accent}"))
def brand_css(request, slug, accent):
    """The address holds the colour, so what it answers never changes and may be kept for ever."""
    association = get_object_or_404(Association, slug=slug)
    if association.accent != f"#{accent}":
        return redirect("clusters:brand-css", slug, association.accent[1:])
    response = HttpResponse(stylesheet(association.accent, slug), content_type="text/css")
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@login_not_required
@csrf_exempt  # a colour scheme is no harm, and without a token pages need no cookie
@require_POST
def appearance(request):
    """Keeps the choice in a cookie of its own; "auto" forgets it."""
    response = redirect(way_back(request, "/"))
    theme = request.POST.get("theme")
    if theme == "auto":
        response.delete_cookie("theme", samesite="Lax")
    elif theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=A_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )
    return response
