"""The first page of the coordinators' desk, which belongs to a lower app, gets what needs them from here."""

from django import template

from clusters.models import Cluster
from meetings.needs import Needs, needs_of

MOST = 30  # clusters with links of their own

PLAIN_WORDS = {"Duties": "Turns", "Outgoing mails": "Mails", "Users": "People", "Companies": "Firms"}

register = template.Library()


@register.simple_tag
def needs_now(user) -> Needs:
    return needs_of(user)


@register.simple_tag
def looked_after(user) -> list[Cluster]:
    """The clusters of an office held today; none if they are too many to list."""
    clusters = list(Cluster.objects.managed_by(user)[: MOST + 1])
    return clusters if len(clusters) <= MOST else []


@register.filter
def plain_words(models: str) -> str:
    """What coordinators call the rows of a table."""
    return PLAIN_WORDS.get(models, models)
