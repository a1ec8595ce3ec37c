"""Who funds, backs and helps, with what, and since when."""

from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clusters import present
from clusters.brands import canonical
from clusters.costs import given_in, years_of
from clusters.images import served
from clusters.models import Association, Cluster, Support, SupporterLogo
from clusters.onlookers import OFFICES, kept_for_reach
from clusters.visitors_pages import same_for_visitors

MOST_YEARS = 6
SHOWN = ["gives", "description", "amount", "amount_public", "public", "start", "end"]
SHOWN += [f"supporter__{name}" for name in ("name", "slug", "kind", "about", "website")]
SHOWN += [f"supporter__logo__{name}" for name in ("uid", "width", "height")]
SHOWN += ["association__name", "association__slug", "cluster__name"]
SHOWN += ["cluster__association__name", "cluster__association__slug"]


@login_not_required
@require_safe
@same_for_visitors()
def supporters(request):
    here = request.site_association and request.site_association.pk
    write = partial(written_list, here)
    body = kept_for_reach(request.user, OFFICES, ("supporters", here), write)
    return render(request, "clusters/supporters.html", {"body": body, "canonical_url": canonical(request)})


def written_list(here: int | None, user) -> SafeString:
    """`here`: the number of the association whose supporters these are; those of all without one."""
    supports = (
        Support.objects.visible_to(user)
        .of(Association.objects.get(pk=here) if here else None)
        .select_related("supporter__logo", "association", "cluster__association")
        .only(*SHOWN)
        .order_by("supporter__name", "-start", "pk")
    )
    today = present.today()
    begun = [support for support in supports if support.start <= today]
    shown = {
        "by_association": by_association([one for one in begun if not one.end or one.end >= today]),
        "past": [one for one in begun if one.end and one.end < today],
        "may_see_costs": looked_after(user).exists(),
    }
    return render_to_string("clusters/_supporters_by_association.html", shown)


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


def looked_after(user):
    """The support that the user looks after, public or not."""
    return Support.objects.none() if user.is_anonymous else Support.objects.managed_by(user)


@require_safe
def supporter_costs(request):
    """Who bears what in a year, for those who look after it; each gift of money is spread evenly over its days."""
    user = request.user
    if not (Cluster.objects.managed_by(user).exists() or Association.objects.managed_by(user).exists()):
        raise PermissionDenied
    supports = looked_after(user).select_related("supporter", "association", "cluster")
    gifts = list(supports.order_by("supporter__name", "start", "pk"))
    money = [gift for gift in gifts if gift.amount is not None]
    years = years_of(money, present.today())[:MOST_YEARS]
    rows = [
        (gift, [given_in(gift, date(year, 1, 1), date(year, 12, 31)) for year in years]) for gift in money
    ]
    totals = [sum((row[1][column] for row in rows), Decimal(0)) for column in range(len(years))]
    context = {
        "years": years,
        "rows": [(gift, parts, share(parts[0], totals[0])) for gift, parts in rows if any(parts)],
        "totals": totals,
        "in_kind": [gift for gift in gifts if gift.amount is None],
    }
    return render(request, "clusters/supporter_costs.html", context)


def share(part: Decimal, whole: Decimal) -> int:
    """In per cent."""
    return round(100 * part / whole) if whole else 0


@login_not_required
@require_safe
@cache_control(private=True, max_age=3600)
def supporter_logo(request, uid, size):
    return served(SupporterLogo.objects.visible_to(request.user), uid, size)
