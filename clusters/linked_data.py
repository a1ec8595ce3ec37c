"""Facts of our pages in the words of schema.org. Templates print them with {% linked_data %}."""

from django.conf import settings
from django.templatetags.static import static

from clusters.models import Association, Cluster

CONTEXT = "https://schema.org"


def absolute(path: str) -> str:
    return path if "://" in path else f"{settings.SITE_URL}{path}"


def organization(association: Association) -> dict:
    return {
        "@type": "Organization",
        "@id": absolute(association.get_absolute_url()),
        "name": association.name,
        "alternateName": association.short_name,
        "url": absolute(association.get_absolute_url()),
        "logo": absolute(static("img/mark-small.svg")),
        **({"description": association.lead} if association.lead else {}),
        **({"foundingDate": f"{association.founded:%Y-%m-%d}"} if association.founded else {}),
    }


def site() -> dict:
    return {"@type": "Organization", "@id": absolute("/"), "name": settings.SITE_NAME, "url": absolute("/")}


def cluster_organization(cluster: Cluster) -> dict:
    """Needs the association."""
    return {
        "@type": "Organization",
        "@id": absolute(cluster.get_absolute_url()),
        "name": cluster.name,
        "url": absolute(cluster.get_absolute_url()),
        "parentOrganization": organization(cluster.association),
        "areaServed": cluster.districts or cluster.town,
        "location": {
            "@type": "Place",
            "name": cluster.town,
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": float(cluster.latitude),
                "longitude": float(cluster.longitude),
            },
        },
        **({"description": cluster.lead} if cluster.lead else {}),
        **({"foundingDate": f"{cluster.founded:%Y-%m-%d}"} if cluster.founded else {}),
    }


def breadcrumbs(*crumbs: tuple[str, str]) -> dict:
    """The way to a page: (name, path) from the top, the page itself last."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
            for position, (name, path) in enumerate(crumbs, start=1)
        ],
    }


def graph(*things: dict) -> dict:
    return {"@context": CONTEXT, "@graph": list(things)}
