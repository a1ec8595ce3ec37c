"""A list of news: all of it, or what an association, a cluster, a kind and a theme leave of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from clusters.models import Association, Cluster, Theme
from news.models import Article

QUERY = ("association", "cluster", "kind", "theme")


@dataclass(frozen=True)
class NewsList:
    association: Association | None = None
    cluster: Cluster | None = None
    kind: str = ""
    theme: str = ""
    host: Association | None = None

    @classmethod
    def asked_for(cls, request) -> NewsList:
        """As the address says. An unknown association or cluster is not found; other nonsense is left out."""
        wanted = {name: request.GET.get(name, "").replace("\0", "") for name in QUERY}
        host = request.site_association
        association = cluster = None
        if wanted["association"]:
            associations = Association.objects.visible_to(request.user)
            association = get_object_or_404(associations, slug=wanted["association"])
        if wanted["cluster"]:
            clusters = Cluster.objects.visible_to(request.user).of(association or host)
            cluster = get_object_or_404(clusters.select_related("association"), slug=wanted["cluster"])
        kind = wanted["kind"] if wanted["kind"] in Article.Kind.values else ""
        theme = wanted["theme"] if wanted["theme"] in Theme.values else ""
        return cls(association, cluster, kind, theme, host)

    @property
    def brand(self) -> Association | None:
        return self.cluster.association if self.cluster else self.association

    def articles(self, user):
        """Those of the list that the user may see, the latest first."""
        found = Article.objects.visible_to(user).of(self.host).of(self.association).published()
        if self.cluster:
            found = found.filter(
                pk__in=Article.clusters.through.objects.filter(cluster=self.cluster).values("article")
            )
        narrowed = {name: value for name in ("kind", "theme") if (value := getattr(self, name))}
        return found.filter(**narrowed)

    @property
    def query(self) -> str:
        """What makes the list, for an address; empty for all news."""
        chosen = {
            "association": self.association.slug if self.association else "",
            "cluster": self.cluster.slug if self.cluster else "",
            "kind": self.kind,
            "theme": self.theme,
        }
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def title(self) -> str:
        words = _("Success stories") if self.kind == Article.Kind.STORY else _("News")
        if self.theme:
            words = _("%(news)s about %(theme)s") % {"news": words, "theme": Theme(self.theme).label}
        of = self.cluster or self.association
        return _("%(news)s of %(of)s") % {"news": words, "of": of} if of else words
