"""What members would like on an agenda: suggestions, items left unfinished, and topics they want to hear about."""

from django.db import transaction
from django.utils.translation import gettext as _

from clusters import trail
from clusters.errors import Refused
from clusters.models import Cluster, Topic
from meetings import agendas
from meetings.models import AgendaItem, AgendaProposal, Meeting, TopicWish
from members.models import Company

Kind = AgendaItem.Kind
State = AgendaProposal.State
MOST_OPEN = 5  # suggestions of one firm in one cluster
CLOSING = [Kind.OPPORTUNITIES, Kind.NEXT_TURN, Kind.ANY_OTHER]


def firms_of(user, cluster: Cluster):
    """The firms the user acts for that are members of the cluster."""
    members = cluster.memberships.active()
    return Company.objects.represented_by(user).filter(pk__in=members.values("company"))


@transaction.atomic
def suggest(
    cluster: Cluster,
    company: Company,
    *,
    by,
    title: str,
    summary: str = "",
    minutes: int = 20,
    topic: Topic | None = None,
    presents: bool = False,
) -> AgendaProposal:
    """A member firm suggests something for an agenda. Refused when too much of it waits already."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)  # so that two tabs count one another
    if not company.memberships.active().filter(cluster=cluster).exists():
        raise Refused(
            _("%(company)s is not a member of %(cluster)s. Only members suggest what it talks about.")
            % {"company": company, "cluster": cluster}
        )
    waiting = cluster.proposals.open().filter(company=company, left_from=None).count()
    if waiting >= MOST_OPEN:
        raise Refused(
            _(
                "%(waiting)s suggestions of %(company)s are waiting already. Take one back, or "
                "wait for the next meeting."
            )
            % {"waiting": waiting, "company": company}
        )
    proposal = AgendaProposal.objects.create(
        cluster=cluster,
        company=company,
        proposed_by=by,
        title=title,
        summary=summary,
        minutes=minutes,
        topic=topic,
        presents=presents,
    )
    _record(by, "suggested", proposal)
    return proposal


@transaction.atomic
def take_back(proposal: AgendaProposal, *, by) -> None:
    """The firm would rather not. What is on an agenda stays there: the coordinator decides."""
    _lock_open(proposal)
    _record(by, "took back", proposal)
    proposal.delete()


@transaction.atomic
def take(proposal: AgendaProposal, meeting: Meeting, *, by) -> AgendaItem:
    """Put it on the agenda, before the closing items. It is somebody's talk if a firm presents it, else discussed."""
    agendas.lock(meeting)
    _lock_open(proposal)
    if meeting.cluster_id != proposal.cluster_id:
        raise Refused(_("“%(proposal)s” was suggested in another cluster.") % {"proposal": proposal})
    if meeting.state not in (Meeting.State.DRAFT, Meeting.State.PUBLISHED):
        raise Refused(
            _("This meeting is %(state)s. Its agenda stays as it was.")
            % {"state": meeting.get_state_display().lower()}
        )
    left = proposal.left_from
    item = AgendaItem.objects.create(
        meeting=meeting,
        position=_place(meeting),
        kind=left.kind if left else Kind.TALK if proposal.presents else Kind.DISCUSSION,
        title=proposal.title,
        summary=proposal.summary,
        minutes=proposal.minutes,
        topic=proposal.topic,
        company=proposal.company if proposal.presents else None,
        presenter=left.presenter if left else None,
        presenter_name=left.presenter_name if left else "",
    )
    agendas.renumber(meeting)
    if meeting.state == Meeting.State.PUBLISHED:
        meeting.touch()
    proposal.state, proposal.taken_into = State.TAKEN, item
    proposal.save(update_fields=["state", "taken_into"])
    _record(by, "took onto the agenda", proposal, str(meeting))
    return item


def _place(meeting: Meeting) -> int:
    """The position of the item before the closing ones; of two at one position the later made comes second."""
    closing = meeting.agenda.filter(kind__in=CLOSING).first()
    items = meeting.agenda.all() if closing is None else meeting.agenda.filter(position__lt=closing.position)
    last = items.last()
    return last.position if last else 0


@transaction.atomic
def set_aside(proposal: AgendaProposal, *, by) -> None:
    _lock_open(proposal)
    proposal.state, proposal.taken_into = State.DISMISSED, None
    proposal.save(update_fields=["state", "taken_into"])
    _record(by, "set aside", proposal)


@transaction.atomic
def carry_over(meeting: Meeting, *, by) -> int:
    """What the coordinator marked as unfinished waits as a suggestion; what was marked by mistake no longer does."""
    if meeting.cluster is None:
        return 0
    meeting.cluster.proposals.open().filter(left_from__meeting=meeting, left_from__unfinished=False).delete()
    items = list(meeting.agenda.filter(unfinished=True, left_over=None))
    for item in items:
        proposal = AgendaProposal.objects.create(
            cluster=meeting.cluster,
            company=item.company,
            title=item.title,
            summary=item.summary,
            minutes=min(item.minutes, 240),
            topic=item.topic,
            presents=item.company is not None,
            left_from=item,
        )
        _record(by, "left unfinished", proposal)
    return len(items)


@transaction.atomic
def wish(topic: Topic, firms, *, by) -> None:
    """The firms would like to hear about the topic. Once or twice is the same."""
    for firm in firms:
        _wish, is_new = TopicWish.objects.get_or_create(topic=topic, company=firm)
        if is_new:
            trail.record(by, "wished for", topic, cluster=topic.cluster, note=firm.name)


@transaction.atomic
def unwish(topic: Topic, firms, *, by) -> None:
    for wished in TopicWish.objects.filter(topic=topic, company__in=firms).select_related("company"):
        wished.delete()
        trail.record(by, "wished no more for", topic, cluster=topic.cluster, note=wished.company.name)


def _lock_open(proposal: AgendaProposal) -> None:
    """Who decides about it does so alone. Refused when somebody has decided before."""
    found = AgendaProposal.objects.select_for_update(of=["self"]).filter(pk=proposal.pk)
    if not found.exists():
        raise Refused(_("This suggestion has been taken back."))
    proposal.refresh_from_db()
    if not AgendaProposal.objects.open().filter(pk=proposal.pk).exists():
        raise Refused(
            _("“%(proposal)s” is %(state)s already.")
            % {"proposal": proposal, "state": proposal.get_state_display().lower()}
        )


def _record(by, verb: str, proposal: AgendaProposal, note: str = "") -> None:
    trail.record(by, verb, proposal, cluster=proposal.cluster, note=note)
