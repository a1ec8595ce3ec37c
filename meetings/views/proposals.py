"""What members would like their cluster to talk about."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clusters.brands import wear
from clusters.errors import Refused
from clusters.models import Cluster, Topic
from meetings import proposals
from meetings.forms import ProposalForm
from meetings.models import AgendaProposal, TopicWish


@require_http_methods(["GET", "HEAD", "POST"])
def proposal_list(request, slug: str):
    """The suggestions and topics of a cluster, for its members; a POST suggests something."""
    cluster, firms = get_cluster_of_member(request.user, slug)
    form = ProposalForm(cluster, firms, request.POST or None) if firms else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and suggested(request, cluster, form):
            return redirect("meetings:proposal-list", slug=slug)
    wear(request, cluster.association)
    wishes = TopicWish.objects.filter(topic=OuterRef("pk"), company__in=firms)
    context = {
        "cluster": cluster,
        "firms": firms,
        "form": form,
        "proposals": cluster.proposals.visible_to(request.user).open().select_related("company", "topic"),
        "topics": cluster.topics.with_wanted().annotate(is_mine=Exists(wishes)),
        "next_meeting": cluster.meetings.visible_to(request.user).announced().upcoming().first(),
    }
    return render(request, "meetings/proposals/proposal_list.html", context)


def get_cluster_of_member(user, slug: str):
    """The cluster and the user's firms in it; its officers come in without one."""
    clusters = Cluster.objects.visible_to(user).select_related("association")
    cluster = get_object_or_404(clusters, slug=slug)
    firms = list(proposals.firms_of(user, cluster))
    if not firms and not Cluster.objects.managed_by(user).filter(pk=cluster.pk).exists():
        raise PermissionDenied
    return cluster, firms


def suggested(request, cluster: Cluster, form: ProposalForm) -> bool:
    try:
        proposals.suggest(cluster, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Thank you. The coordinator sees it beside the next agenda."))
    return True


@require_POST
def proposal_take_back(request, pk: int):
    proposal = get_object_or_404(
        AgendaProposal.objects.visible_to(request.user).select_related("cluster"), pk=pk
    )
    if proposal.company not in proposals.firms_of(request.user, proposal.cluster):
        raise PermissionDenied
    try:
        proposals.take_back(proposal, by=request.user)
        messages.success(request, _("Taken back."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("meetings:proposal-list", slug=proposal.cluster.slug)


@require_POST
def topic_wish(request, pk: int):
    topic, firms = get_topic_of_member(request.user, pk)
    proposals.wish(topic, firms, by=request.user)
    return redirect("meetings:proposal-list", slug=topic.cluster.slug)


@require_POST
def topic_unwish(request, pk: int):
    topic, firms = get_topic_of_member(request.user, pk)
    proposals.unwish(topic, firms, by=request.user)
    return redirect("meetings:proposal-list", slug=topic.cluster.slug)


def get_topic_of_member(user, pk: int):
    topic = get_object_or_404(Topic.objects.visible_to(user).select_related("cluster"), pk=pk)
    firms = list(proposals.firms_of(user, topic.cluster))
    if not firms:
        raise PermissionDenied
    return topic, firms
