"""The questions and answers of the site, an association and a cluster."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from clusters import faq_care, markdown, present
from clusters.brands import canonical, wear
from clusters.going_back import way_back
from clusters.kept_figures import kept
from clusters.linked_data import breadcrumbs, graph
from clusters.models import Association, Cluster, Question, Support, Theme, Topic
from clusters.models.question import most_specific
from clusters.onlookers import EVERYBODY, OFFICES, kept_for_reach
from clusters.templatetags.pages import linked_data
from clusters.visitors_pages import same_for_visitors

MOST_TOPICS = 12  # of a theme
MOST_FACTS = 60  # clusters, supporters, people under an answer
OF_FACTS = (
    "clusters.Association",
    "clusters.Cluster",
    "clusters.Support",
    "clusters.Supporter",
    "clusters.Topic",
    "members.Officer",
    "members.User",
)


@login_not_required
@require_safe
@same_for_visitors("thanks")
def faq(request):
    """The site's; under an association's own host name, the association's."""
    here = request.site_association
    return render_faq(request, partial(of_association, here and here.pk), canonical_url=canonical(request))


@login_not_required
@require_safe
@same_for_visitors("thanks")
def association_faq(request, slug):
    if request.site_association and slug == request.site_association.slug:
        return redirect("clusters:faq")
    return render_faq(request, partial(of_association_at, slug))


@login_not_required
@require_safe
@same_for_visitors("thanks")
def cluster_faq(request, slug):
    return render_faq(request, partial(of_cluster, slug))


class Scope(NamedTuple):
    """Whose questions and answers a page has: those of an association, a cluster or of the whole site."""

    association: Association | None = None
    cluster: Cluster | None = None
    ask_url: str = ""
    crumbs: tuple[tuple[str, str], ...] = ()

    @property
    def about(self) -> Association | Cluster | None:
        return self.cluster or self.association

    def clusters(self):
        if self.cluster:
            return Cluster.objects.filter(pk=self.cluster.pk)
        return Cluster.objects.of(self.association)


def of_association(number: int | None) -> Scope:
    """Of the one whose site it is, or of the whole site."""
    association = Association.objects.get(pk=number) if number else None
    return Scope(association, ask_url=reverse("members:question-ask"))


def of_association_at(slug: str) -> Scope:
    association = get_object_or_404(Association.objects.visible_to(EVERYBODY), slug=slug)
    ask_url = reverse("members:association-question-ask", args=[slug])
    return Scope(association, None, ask_url, ((association.name, association.get_absolute_url()),))


def of_cluster(slug: str) -> Scope:
    clusters = Cluster.objects.visible_to(EVERYBODY).select_related("association")
    cluster = get_object_or_404(clusters, slug=slug)
    crumbs = (
        (cluster.association.cluster_word, "/clusters/"),
        (cluster.name, cluster.get_absolute_url()),
    )
    ask_url = reverse("members:cluster-question-ask", args=[slug])
    return Scope(cluster.association, cluster, ask_url, crumbs)


@login_not_required
@csrf_exempt  # the pages set no cookie for reading; a forged vote weighs no more than any other
@require_POST
def question_helpful(request, pk):
    """Yes or no, counted without a cookie. The page thanks for both, counted or not."""
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    helped = request.POST.get("helped")
    from_elsewhere = request.headers.get("Sec-Fetch-Site") == "cross-site"
    if helped in ("yes", "no") and not from_elsewhere:
        faq_care.count_helpful(request, question, helped=helped == "yes")
    back = way_back(request, reverse("clusters:faq"))
    return redirect(f"{back.partition('?')[0].partition('#')[0]}?thanks={question.pk}#q-{question.key}")


class FaqPage(NamedTuple):
    """What a reader gets of it. Of the rows of `scope`, the columns are meant."""

    scope: Scope
    linked: SafeString
    body: SafeString


def render_faq(request, find_scope: Callable[[], Scope], **context):
    """Kept but for the thanks for a vote."""
    here = request.site_association and request.site_association.pk
    thanks = request.GET.get("thanks", "")
    write = partial(written_faq, find_scope, request.path, thanks)
    if thanks:
        page = write(request.user)
    else:
        page = kept_for_reach(request.user, OFFICES, ("faq", request.path, here), write, OF_FACTS)
    cluster = page.scope.cluster
    if page.scope.association:
        wear(request, page.scope.association)
    context |= {
        "nav": "faq",
        "page": page,
        "cluster": cluster,
        "lit_cluster": cluster.slug if cluster else "",
    }
    return render(request, "clusters/faq.html", context)


def written_faq(find_scope: Callable[[], Scope], path: str, thanks: str, user) -> FaqPage:
    scope = find_scope()
    questions = Question.objects.visible_to(user).answering(
        association=None if scope.cluster else scope.association, cluster=scope.cluster
    )
    answers = most_specific(questions)
    live = live_facts({answer.live for answer in answers}, scope, user)
    groups = [
        (
            group.value,
            group.label,
            [(answer, live.get(answer.live, "")) for answer in answers if answer.group == group],
        )
        for group in Question.Group
    ]
    shown = {
        "scope": scope,
        "groups": [group for group in groups if group[2]],
        "thanks": thanks,
        "path": path,
    }
    return FaqPage(
        scope,
        linked=linked_data(facts_of(answers, scope, path)),
        body=render_to_string("clusters/_faq.html", shown),
    )


def facts_of(answers: list[Question], scope: Scope, path: str) -> dict:
    """For search engines."""
    linked = [faq_page(answers)]
    if scope.crumbs:
        linked.append(breadcrumbs(*scope.crumbs, (_("Questions and answers"), path)))
    return graph(*linked)


def faq_page(answers: list[Question]) -> dict:
    return {
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": answer.question,
                "acceptedAnswer": {"@type": "Answer", "text": markdown.plain(answer.answer)},
            }
            for answer in answers
        ],
    }


def live_facts(kinds: set[str], scope: Scope, user) -> dict[str, SafeString]:
    """The facts of the moment that the answers ask for, as HTML.

    Kept until one of them changes, but for those of which officers see more than others.
    """
    today = present.today()
    where = (scope.about and (scope.about._meta.label, scope.about.pk), today)
    found = {}
    for kind in kinds - {Question.Live.NONE}:
        write = partial(written_facts, kind, scope.clusters(), today, user)
        is_for_all = user.is_anonymous or kind != Question.Live.SUPPORTERS
        found[kind] = kept(("live facts", kind, *where), write, OF_FACTS) if is_for_all else write()
    return found


def written_facts(kind: str, clusters, today: date, user) -> SafeString:
    facts = find_facts(kind, clusters, today, user)
    return render_to_string("clusters/_live.html", {"kind": kind, "facts": facts})


def find_facts(kind: str, clusters, today: date, user) -> list | dict:
    ids, associations = clusters.order_by().values("pk"), clusters.order_by().values("association")
    here = Q(cluster__in=ids) | Q(association__in=associations)
    if kind == Question.Live.RHYTHM:
        return list(clusters[:MOST_FACTS])
    if kind == Question.Live.TOPICS:
        return topics_by_theme(Topic.objects.visible_to(user).filter(cluster__in=ids))
    if kind == Question.Live.COORDINATORS:
        officers = Cluster.officers.rel.related_model.objects.current(today).filter(here)
        rows = officers.select_related("user", "cluster", "association")
        return list(rows.order_by("cluster__name", "office", "user__name")[:MOST_FACTS])
    supports = Support.objects.visible_to(user).in_force(today).filter(here).select_related("supporter")
    return {support.supporter: support for support in supports[:MOST_FACTS]}


def topics_by_theme(topics) -> list[tuple[str, str, list[str], int]]:
    """Value and label of each theme, names of some topics, and how many there are besides."""
    names = topics.order_by("theme", "name").values_list("theme", "name").distinct()
    found: dict[str, list[str]] = {}
    for theme, name in names:
        found.setdefault(theme, []).append(name)
    return [
        (theme.value, theme.label, found[theme][:MOST_TOPICS], max(len(found[theme]) - MOST_TOPICS, 0))
        for theme in Theme
        if theme in found
    ]
