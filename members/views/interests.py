"""Tell me when a cluster starts near me: asked for without an account, confirmed and ended by a link."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters import finder, limits
from clusters.brands import wear
from clusters.caching import secret_address
from clusters.models import Cluster
from clusters.models.postcode import point_of
from members import interests
from members.forms import InterestForm


@login_not_required
@require_http_methods(["GET", "POST"])
def interest_ask(request):
    """Whatever address is given, the answer is the same; what is so, its mailbox is told."""
    asked = request.POST.get("district", request.GET.get("district", ""))
    clusters = (
        Cluster.objects.visible_to(request.user).of(request.site_association).select_related("association")
    )
    answer = finder.find(asked, clusters, point_of)
    district = answer.unserved_district
    if not district:
        return redirect(f"{reverse('clusters:cluster-list')}?{urlencode({'q': answer.asked})}")
    form = InterestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if limits.within(request, "interest", key=form.cleaned_data["email"].lower()):
            association = answer.near[0].cluster.association if answer.near else request.site_association
            interests.ask(form.cleaned_data["email"], district, association)
            return render(request, "members/interests/sent.html", {"nav": "clusters"})
        form.add_error(None, _("That was often for one hour. Please try again later."))
    return render(
        request, "members/interests/ask.html", {"form": form, "district": district, "nav": "clusters"}
    )


def opened(request, token: str):
    ours, interest = interests.read_token(token)
    if not ours:
        raise Http404
    if interest and interest.association:
        wear(request, interest.association)
    return interest


@secret_address
@require_safe
def interest(request, token: str):
    return render(
        request, "members/interests/interest.html", {"interest": opened(request, token), "token": token}
    )


@secret_address
@require_POST
def interest_confirm(request, token: str):
    found = opened(request, token)
    if found:
        interests.confirm(found)
    return redirect("members:interest", token)


@secret_address
@require_POST
def interest_remove(request, token: str):
    found = opened(request, token)
    if found:
        found.delete()
    return redirect("members:interest", token)
