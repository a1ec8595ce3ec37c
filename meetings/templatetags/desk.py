"""The first page of the coordinators' desk, which belongs to a lower app, gets what needs them from here."""

from django import template
from django.urls import reverse

from clusters.models import Association, Cluster
from meetings.needs import Needs, needs_of

MOST = 30  # clusters with links of their own

# What an empty list says: a sentence, and where one goes from there.
EMPTY = {
    "act": ("Nothing has been done yet.", "", ""),
    "article": ("No news yet.", "Write the first", "news_article_add"),
    "askedquestion": ("Nobody has asked anything that the questions and answers do not say.", "", ""),
    "association": ("No association yet.", "Add the first", "clusters_association_add"),
    "cluster": ("No cluster yet.", "See what comes first", "index"),
    "company": ("No firm yet. Firms put themselves here by joining a cluster.", "", ""),
    "drive": ("No drive yet.", "Plan one", "members_drive_add"),
    "duty": ("No turns yet. They come with the meetings.", "Plan ahead", "meetings_meeting_plan_ahead"),
    "feedback": ("No feedback yet. People are asked for it the day after a meeting.", "", ""),
    "meeting": ("No meetings yet.", "Plan the next 12 months", "meetings_meeting_plan_ahead"),
    "membership": (
        "No firm has applied yet. Send the address of the cluster’s page to one you know.",
        "",
        "",
    ),
    "officer": ("Nobody is in office yet.", "Appoint somebody", "members_officer_add"),
    "question": ("No questions and answers yet.", "Write the first", "clusters_question_add"),
    "registration": ("Nobody has answered yet. People do when an agenda has gone out.", "", ""),
    "supporter": ("No supporters yet.", "Add the first", "clusters_supporter_add"),
    "topic": ("No topics yet.", "Add the first", "clusters_topic_add"),
    "venue": ("No venues yet.", "Add the first", "meetings_venue_add"),
}

PLAIN_WORDS = {
    "Asked questions": "Questions asked",
    "Questions": "Questions and answers",
    "Duties": "Turns",
    "Outgoing mails": "Mails",
    "Users": "People",
    "Companies": "Firms",
}

register = template.Library()


@register.simple_tag
def needs_now(user) -> Needs:
    return needs_of(user)


@register.simple_tag
def looked_after(user) -> list[Cluster]:
    """The clusters of an office held today; none if they are too many to list."""
    clusters = list(Cluster.objects.managed_by(user)[: MOST + 1])
    return clusters if len(clusters) <= MOST else []


@register.simple_tag
def when_empty(cl, request) -> dict[str, str]:
    """What a list with no rows says. The way on is shown to those who may go it."""
    sentence, button, page = EMPTY.get(cl.opts.model_name, ("Nothing here yet.", "", ""))
    leads_on = page and (not page.endswith("_add") or cl.model_admin.has_add_permission(request))
    return {"sentence": sentence, "button": button, "url": reverse(f"admin:{page}") if leads_on else ""}


@register.simple_tag
def first_step(user) -> str:
    """What the operator of an empty site does first; empty when that is done."""
    if not user.is_superuser or Cluster.objects.exists():
        return ""
    return "cluster" if Association.objects.exists() else "association"


@register.filter
def plain_words(models: str) -> str:
    """What coordinators call the rows of a table."""
    return PLAIN_WORDS.get(models, models)
