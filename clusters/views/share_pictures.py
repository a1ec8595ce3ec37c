"""The pictures that go with links where they are shared. They show what everybody may see, whoever asks."""

from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from clusters.linked_data import absolute
from clusters.models import Cluster
from clusters.share_picture import HEIGHT, WIDTH, SharePicture
from clusters.views.appearance import A_YEAR

EVERYBODY = AnonymousUser()
KEPT = 86_400  # seconds: drawing one takes a tenth of one, and anybody may ask


class Shared(NamedTuple):
    """What a page says of its picture."""

    url: str
    tags: SafeString  # for its head


def shared(picture: SharePicture, name: str, key) -> Shared:
    """`name` and `key` are of the picture's address, as for `picture_response`."""
    url = absolute(reverse(name, args=[key, picture.version]))
    facts = {"url": url, "width": WIDTH, "height": HEIGHT, "words": picture.words}
    return Shared(url, render_to_string("_share_picture.html", facts))


def picture_response(picture: SharePicture, name: str, key, version: str) -> HttpResponse:
    """The picture at the address with its version, which may be kept for ever; another version leads there."""
    if version != picture.version:
        return redirect(name, key, picture.version)
    png = cache.get_or_set(f"share-picture-{version}", picture.png, KEPT)
    response = HttpResponse(png, content_type="image/png")
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # that is what it is for
    return response


@login_not_required
@require_safe
def cluster_share_picture(request, slug, version):
    clusters = Cluster.objects.visible_to(EVERYBODY).select_related("association")
    cluster = get_object_or_404(clusters, slug=slug)
    return picture_response(picture_of_cluster(cluster), "clusters:cluster-share-picture", slug, version)


def picture_of_cluster(cluster: Cluster) -> SharePicture:
    """Needs the association."""
    return SharePicture.of(
        cluster.association,
        kicker=gettext("%(kind)s, free to join") % {"kind": cluster.get_kind_display()},
        title=cluster.name,
        line=gettext("Meets %(rhythm)s") % {"rhythm": f"{cluster.rhythm[:1].lower()}{cluster.rhythm[1:]}"},
        lit=cluster.slug,
    )
