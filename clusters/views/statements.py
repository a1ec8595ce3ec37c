"""What the law and good manners want said: privacy, accessibility, and what robots may read."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from clusters.models import Association
from clusters.visitors_pages import same_for_visitors

NOT_FOR_ROBOTS = [
    "/admin/",
    "/accounts/",
    "/demo/",
    "/introductions/",
    "/join/",
    "/mail/",
    "/me/",
    "/opportunities/",
]


@login_not_required
@require_safe
@same_for_visitors()
def privacy(request):
    associations = Association.objects.visible_to(request.user)
    if request.site_association:
        associations = associations.filter(pk=request.site_association.pk)
    return render(request, "clusters/privacy.html", {"associations": associations})


@login_not_required
@require_safe
@same_for_visitors()
def accessibility(request):
    return render(request, "clusters/accessibility.html")


@login_not_required
@require_safe
@same_for_visitors()
def robots(request):
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS), ""]
    lines += [f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
