"""The first page of the coordinators' desk, which belongs to a lower app, gets what needs them from here."""

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Association, Cluster
from meetings.needs import Needs, needs_of

MOST = 30  # clusters with links of their own

# What an empty list says: a sentence, and where one goes from there.
EMPTY: dict[str, tuple[str | Promise, str | Promise, str]] = {
    "act": (_("Nothing has been done yet."), "", ""),
    "article": (_("No news yet."), _("Write the first"), "news_article_add"),
    "askedquestion": (_("Nobody has asked anything that the questions and answers do not say."), "", ""),
    "association": (_("No association yet."), _("Add the first"), "clusters_association_add"),
    "cluster": (_("No cluster yet."), _("See what comes first"), "index"),
    "company": (_("No firm yet. Firms put themselves here by joining a cluster."), "", ""),
    "drive": (_("No drive yet."), _("Plan one"), "members_drive_add"),
    "duty": (_("No turns yet. They come with the meetings."), _("Plan ahead"), "meetings_meeting_plan_ahead"),
    "feedback": (_("No feedback yet. People are asked for it the day after a meeting."), "", ""),
    "meeting": (_("No meetings yet."), _("Plan the next 12 months"), "meetings_meeting_plan_ahead"),
    "membership": (
        _("No firm has applied yet. Send the address of the cluster’s page to one you know."),
        "",
        "",
    ),
    "officer": (_("Nobody is in office yet."), _("Appoint somebody"), "members_officer_add"),
    "question": (_("No questions and answers yet."), _("Write the first"), "clusters_question_add"),
    "registration": (_("Nobody has answered yet. People do when an agenda has gone out."), "", ""),
    "supporter": (_("No supporters yet."), _("Add the first"), "clusters_supporter_add"),
    "topic": (_("No topics yet."), _("Add the first"), "clusters_topic_add"),
    "venue": (_("No venues yet."), _("Add the first"), "meetings_venue_add"),
}

PLAIN_WORDS = {
    "authenticator": _("Second proofs of signing in"),
    "emailaddress": _("E-mail addresses"),
    "usersession": _("Where people are signed in"),
    "askedquestion": _("Questions asked"),
    "question": _("Questions and answers"),
    "duty": _("Turns"),
    "outgoingmail": _("Mails"),
    "user": _("People"),
    "company": _("Firms"),
}

register = template.Library()


@register.simple_tag
def needs_now(user) -> Needs:
    return needs_of(user)


@register.simple_tag
def looked_after(user) -> list[Cluster]:
    """The clusters of an office held today; none if they are too many to list."""
    clusters = list(Cluster.objects.managed_by(user).only("name", "slug")[: MOST + 1])
    return clusters if len(clusters) <= MOST else []


@register.simple_tag
def when_empty(cl, request) -> dict[str, str | Promise]:
    """What a list with no rows says. The way on is shown to those who may go it."""
    sentence, button, page = EMPTY.get(cl.opts.model_name, (gettext("Nothing here yet."), "", ""))
    leads_on = page and (not page.endswith("_add") or cl.model_admin.has_add_permission(request))
    return {"sentence": sentence, "button": button, "url": reverse(f"admin:{page}") if leads_on else ""}


@register.simple_tag
def first_step(user) -> str:
    """What the operator of an empty site does first; empty when that is done."""
    if not user.is_superuser or Cluster.objects.exists():
        return ""
    return "cluster" if Association.objects.exists() else "association"


@register.filter
def plain_words(name: str, model: str) -> str:
    """What coordinators call the rows of a table that bears this `name` by itself."""
    return str(PLAIN_WORDS.get(model.lower(), name))


@register.filter
def by_plain_words(tables: list[dict]) -> list[dict]:
    """The tables of an app of the desk (`AdminSite.get_app_list`) in the order of the words shown for them."""
    return sorted(tables, key=lambda table: plain_words(table["name"], table["object_name"]).lower())
