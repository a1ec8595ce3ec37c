"""Who funds, backs and helps, with what, and since when."""

from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.brands import canonical
from clusters.models import Support
from clusters.visitors_pages import same_for_visitors


@login_not_required
@require_safe
@same_for_visitors()
def supporters(request):
    supports = (
        Support.objects.visible_to(request.user)
        .of(request.site_association)
        .select_related("supporter", "association", "cluster__association")
        .order_by("supporter__name", "-start", "pk")
    )
    today = timezone.localdate()
    past = [support for support in supports if support.end and support.end < today]
    current = [support for support in supports if support not in past and support.start <= today]
    context = {
        "by_association": by_association(current),
        "past": past,
        "canonical_url": canonical(request),
    }
    return render(request, "clusters/supporters.html", context)


def by_association(supports: list[Support]) -> list[tuple]:
    """Each association with its supporters, and with each of them what it gives to whom."""

    def association_of(support):
        return support.association or support.cluster.association

    ordered = sorted(
        supports, key=lambda one: (association_of(one).name, one.supporter.name, one.supporter_id)
    )
    return [
        (association, [(name, list(rows)) for name, rows in groupby(group, lambda one: one.supporter)])
        for association, group in groupby(ordered, association_of)
    ]
