"""The questions and answers of the site, an association and a cluster."""

from datetime import date
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
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
    association = request.site_association
    questions = Question.objects.visible_to(request.user).answering(association=association)
    clusters = Cluster.objects.visible_to(request.user).of(association)
    context = {
        "canonical_url": canonical(request),
        "about": association,
        "ask_url": reverse("members:question-ask"),
        "crumbs": [],
    }
    return render_faq(request, questions, clusters, context)


@login_not_required
@require_safe
@same_for_visitors("thanks")
def association_faq(request, slug):
    association = get_object_or_404(Association.objects.visible_to(request.user), slug=slug)
    if association == request.site_association:
        return redirect("clusters:faq")
    wear(request, association)
    questions = Question.objects.visible_to(request.user).answering(association=association)
    clusters = Cluster.objects.visible_to(request.user).of(association)
    crumbs = [(association.name, association.get_absolute_url())]
    ask_url = reverse("members:association-question-ask", args=[slug])
    return render_faq(
        request, questions, clusters, {"about": association, "ask_url": ask_url, "crumbs": crumbs}
    )


@login_not_required
@require_safe
@same_for_visitors("thanks")
def cluster_faq(request, slug):
    clusters = Cluster.objects.visible_to(request.user).select_related("association")
    cluster = get_object_or_404(clusters, slug=slug)
    wear(request, cluster.association)
    questions = Question.objects.visible_to(request.user).answering(cluster=cluster)
    crumbs = [
        (cluster.association.cluster_word, "/clusters/"),
        (cluster.name, cluster.get_absolute_url()),
    ]
    context = {
        "about": cluster,
        "cluster": cluster,
        "lit_cluster": cluster.slug,
        "ask_url": reverse("members:cluster-question-ask", args=[slug]),
        "crumbs": crumbs,
    }
    return render_faq(request, questions, clusters.filter(pk=cluster.pk), context)


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


def render_faq(request, questions, clusters, context):
    answers = most_specific(questions)
    live = live_facts({answer.live for answer in answers}, clusters, context["about"], request.user)
    groups = [
        (
            group.value,
            group.label,
            [(answer, live.get(answer.live, "")) for answer in answers if answer.group == group],
        )
        for group in Question.Group
    ]
    crumbs = context["crumbs"]
    linked = [faq_page(answers)]
    if crumbs:
        linked.append(breadcrumbs(*crumbs, (_("Questions and answers"), request.path)))
    return render(
        request,
        "clusters/faq.html",
        {
            "nav": "faq",
            "cluster": None,
            "groups": [group for group in groups if group[2]],
            "thanks": request.GET.get("thanks", ""),
            **context,
            "linked": graph(*linked),
        },
    )


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


def live_facts(kinds: set[str], clusters, about: Association | Cluster | None, user) -> dict[str, SafeString]:
    """The facts of the moment that the answers ask for, as HTML. `clusters` are those in question.

    Kept until one of them changes, but for those of which officers see more than others.
    """
    today = present.today()
    where = (about and (about._meta.label, about.pk), today, get_script_prefix())
    found = {}
    for kind in kinds - {Question.Live.NONE}:
        write = partial(written_facts, kind, clusters, today, user)
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
