"""What the law and good manners want said: privacy, accessibility, and what robots may read."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters import present
from clusters.kept_figures import kept
from clusters.models import Association
from clusters.visitors_pages import same_for_visitors

NOT_FOR_ROBOTS = [
    "/admin/",
    "/accounts/",
    "/demo/",
    "/introductions/",
    "/join/clusters/",
    "/join/company/",
    "/join/done/",
    "/mail/",
    "/me/",
    "/opportunities/",
]


@login_not_required
@require_safe
@same_for_visitors()
def privacy(request):
    here = request.site_association
    return render(request, "clusters/privacy.html", {"associations": [here] if here else all_associations()})


def all_associations() -> list[Association]:
    """Kept until one changes. Everybody may see them all."""
    rows = Association.objects.visible_to(AnonymousUser())
    return kept(("associations",), lambda: list(rows))


@login_not_required
@require_safe
@same_for_visitors()
def accessibility(request):
    return render(request, "clusters/accessibility.html")


@login_not_required
@require_safe
@same_for_visitors()
def robots(request):
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    lines += ["Crawl-delay: 6", ""]  # seconds; what clusters.limits lets through
    lines += [f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@same_for_visitors()
def security_txt(request):
    """Where to tell of a weakness (RFC 9116). Without a contact it says nothing."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = timezone.make_aware(datetime.combine(present.today(), time())) + timedelta(days=180)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{reverse('clusters:security-txt')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
