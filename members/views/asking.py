"""A question that the FAQ does not answer, asked by anybody."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clusters import limits
from clusters.brands import wear
from clusters.models import Association, Cluster
from members import asked_questions
from members.question_forms import QuestionForm

MOST_CHOICES = 100  # clusters in a list


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def question_ask(request):
    return ask(request, association=request.site_association)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def association_question_ask(request, slug):
    association = get_object_or_404(Association.objects.visible_to(request.user), slug=slug)
    return ask(request, association=association)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def cluster_question_ask(request, slug):
    clusters = Cluster.objects.visible_to(request.user).select_related("association")
    return ask(request, cluster=get_object_or_404(clusters, slug=slug))


def choosable(clusters):
    """None if they are too many for a list: then one asks from the FAQ of a cluster, or of all."""
    return None if clusters.order_by()[MOST_CHOICES : MOST_CHOICES + 1].exists() else clusters


def ask(request, *, cluster: Cluster | None = None, association: Association | None = None):
    """Of a cluster it reaches the coordinator; else whom it reaches follows from the cluster chosen, if any."""
    worn = cluster.association if cluster else association
    if worn:
        wear(request, worn)
    clusters = None if cluster else choosable(Cluster.objects.visible_to(request.user).of(association))
    form = QuestionForm(request.POST or None, user=request.user, clusters=clusters)
    context = {"nav": "faq", "form": form, "cluster": cluster, "about": cluster or association}
    if request.method != "POST" or not form.is_valid():
        return render(request, "members/question_ask.html", context)
    if not limits.within(request, "question"):
        form.add_error(
            None, _("That was often for one hour. Please try again later, or ring your coordinator.")
        )
        return render(request, "members/question_ask.html", context)
    about = cluster or form.cleaned_data.get("cluster")
    asked_questions.ask(
        form.cleaned_data["question"],
        cluster=about,
        association=None if about else association,
        **form.asker(request.user),
    )
    return render(request, "members/question_asked.html", {**context, "cluster": about})
