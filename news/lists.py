"""A list of news: all of it, or what an association, a cluster, a kind and a theme leave of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from clusters.models import Association, Cluster, Theme
from clusters.onlookers import EVERYBODY
from news.models import Article


class Wanted(NamedTuple):
    """What makes a list, as an address says it: slugs and values, empty for all. `here`: the number of the
    association whose site it is.
    """

    here: int | None = None
    association: str = ""
    cluster: str = ""
    kind: str = ""
    theme: str = ""

    @classmethod
    def asked_for(cls, request) -> Wanted:
        """Kinds and themes that there are not are left out."""
        asked = {name: request.GET.get(name, "").replace("\0", "") for name in cls._fields[1:]}
        if asked["kind"] not in Article.Kind.values:
            asked["kind"] = ""
        if asked["theme"] not in Theme.values:
            asked["theme"] = ""
        return cls(request.site_association and request.site_association.pk, **asked)

    @property
    def parameters(self) -> QueryDict:
        chosen = {name: value for name, value in self._asdict().items() if value and name != "here"}
        return QueryDict(urlencode(chosen))


@dataclass(frozen=True)
class NewsList:
    association: Association | None = None
    cluster: Cluster | None = None
    kind: str = ""
    theme: str = ""
    host: Association | None = None

    @classmethod
    def of(cls, wanted: Wanted) -> NewsList:
        """Everybody may see them all. An unknown association or cluster is not found."""
        associations = Association.objects.visible_to(EVERYBODY)
        host = associations.get(pk=wanted.here) if wanted.here else None
        association = cluster = None
        if wanted.association:
            association = get_object_or_404(associations, slug=wanted.association)
        if wanted.cluster:
            clusters = Cluster.objects.visible_to(EVERYBODY).of(association or host)
            cluster = get_object_or_404(clusters.select_related("association"), slug=wanted.cluster)
        return cls(association, cluster, wanted.kind, wanted.theme, host)

    @property
    def brand(self) -> Association | None:
        return self.cluster.association if self.cluster else self.association

    def articles(self):
        """Those of the list, the latest first: everybody may read what is published."""
        found = Article.objects.visible_to(EVERYBODY).of(self.host).of(self.association).published()
        if self.cluster:
            found = found.filter(
                pk__in=Article.clusters.through.objects.filter(cluster=self.cluster).values("article")
            )
        narrowed = {name: value for name in ("kind", "theme") if (value := getattr(self, name))}
        return found.filter(**narrowed)

    @property
    def title(self) -> str:
        words = _("Success stories") if self.kind == Article.Kind.STORY else _("News")
        if self.theme:
            words = _("%(news)s about %(theme)s") % {"news": words, "theme": Theme(self.theme).label}
        of = self.cluster or self.association
        return _("%(news)s of %(of)s") % {"news": words, "of": of} if of else words
