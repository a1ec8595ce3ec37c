"""The operator's page: how the site is doing."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters import present
from members.site_figures import figures


@require_safe
def site_figures(request):
    if not request.user.is_superuser:
        raise Http404
    return render(request, "members/site_figures.html", figures(present.today()))
