"""How one firm comes to know another: it asks, a coordinator passes it on or not, the other says yes or no.

Where the asked firm lets members write to it themselves, and where it posted an opportunity that the asker answers,
no coordinator is needed. Addresses are shown after a yes. Every act locks what it decides about, so that two people
of a firm, or two tabs, come to one result.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.models import Cluster
from members.memberships import coordinators_of
from members.models import Block, Company, Introduction, IntroductionMessage, Opportunity, User

from . import notices
from .people import answering_for

State, Via = Introduction.State, Introduction.Via

MOST_UNANSWERED = 6  # of a firm at a time
MOST_A_DAY = 4  # asked by a firm
MOST_MESSAGES_A_DAY = 30  # written by a firm
DAY = timedelta(hours=24)
ASK_AGAIN_AFTER = timedelta(days=90)  # when the answer was no


# --- asking -------------------------------------------------------------------------------------------
@transaction.atomic
def ask(
    asker: Company,
    asked: Company,
    *,
    by: User,
    reason: str,
    through_coordinator: bool = False,
    opportunity: Opportunity | None = None,
    now: datetime | None = None,
) -> Introduction:
    """The live introduction of the two firms, made if there was none.

    Of two firms that have asked each other both want to meet, so they are introduced at once. An answer to an
    `opportunity` goes straight to the firm that posted it.
    """
    now = now or present.now()
    lock_firms(asker, asked)
    _refuse_impossible(asker, asked, is_reply=opportunity is not None)
    live = Introduction.objects.live().between(asker, asked).first()
    if live is not None:
        return _take_up(live, asker, by=by, reason=reason, opportunity=opportunity, now=now)
    if opportunity is None:
        _refuse_soon_after_a_no(asker, asked, now)
    _refuse_too_many(asker, now)
    cluster = cluster_between(asker, asked)
    direct = asked.introductions == Company.Introductions.DIRECT and not through_coordinator
    straight = direct or opportunity is not None or _coordinates(by, cluster)
    introduction = Introduction.objects.create(
        asker=asker,
        asked=asked,
        cluster=cluster,
        via=Via.DIRECT if straight else Via.COORDINATOR,
        opportunity=opportunity,
        reason=reason,
        state=State.FORWARDED if straight else State.REQUESTED,
        asked_by=by,
        asked_at=now,
        forwarded_at=now if straight else None,
    )
    record(by, "asked for the introduction of", introduction)
    if introduction.state == State.REQUESTED:
        notices.ask_coordinators(introduction)
    else:
        notices.ask_firm(introduction)
    return introduction


def _take_up(live: Introduction, asker: Company, *, by, reason, opportunity, now) -> Introduction:
    """What asking does where the two have a live introduction already."""
    lock(live)
    if live.state == State.ACCEPTED:
        write(live, asker, by=by, text=reason, now=now)
    elif live.asked == asker:
        if live.state == State.REQUESTED:
            _pass_on(live, by=None, note="", now=now)
        _introduce(live, by=by, now=now)
        write(live, asker, by=by, text=reason, now=now)
    elif opportunity is not None and opportunity != live.opportunity:
        live.opportunity = opportunity
        live.save(update_fields=["opportunity"])
        if live.state == State.REQUESTED:
            _pass_on(live, by=None, note="", now=now)
            notices.ask_firm(live)
        write(live, asker, by=by, text=reason, now=now)
    return live


def cluster_between(asker: Company, asked: Company) -> Cluster:
    """Whose coordinator knows the asked firm: of a cluster that both are in, else of its own longest one.

    One in which nobody coordinates comes last.
    """
    shared = asker.memberships.active().filter(cluster=OuterRef("cluster"))
    memberships = asked.memberships.active().annotate(shared=Exists(shared))
    memberships = memberships.select_related("cluster__association").order_by("-shared", "joined_at", "pk")
    clusters = [membership.cluster for membership in memberships]
    return next((cluster for cluster in clusters if coordinators_of(cluster)), clusters[0])


def _coordinates(user: User, cluster: Cluster) -> bool:
    return Cluster.objects.managed_by(user).filter(pk=cluster.pk).exists()


def _refuse_impossible(asker: Company, asked: Company, *, is_reply: bool) -> None:
    if asker == asked:
        raise Refused(_("That is your own firm."))
    _refuse_gone(asker, asked)
    if Block.objects.filter(company=asker, blocked=asked).exists():
        raise Refused(
            _("You have blocked %(asked)s. Take that back on your introductions page first.")
            % {"asked": asked}
        )
    unwilling = asked.introductions == Company.Introductions.NONE and not is_reply
    if unwilling or Block.objects.filter(company=asked, blocked=asker).exists():
        raise Refused(_("%(asked)s takes no introductions at the moment.") % {"asked": asked})
    if not answering_for(asked):
        raise Refused(
            _(
                "Nobody speaks for %(asked)s here at the moment. Its coordinator may know whom to "
                "ring: write to them."
            )
            % {"asked": asked}
        )


def _refuse_gone(*firms: Company) -> None:
    listed = set(Company.objects.listed().filter(pk__in=[firm.pk for firm in firms]))
    for firm in firms:
        if firm not in listed:
            raise Refused(
                _("%(firm)s takes part in no cluster at the moment, and only members are introduced.")
                % {"firm": firm}
            )


def _refuse_soon_after_a_no(asker: Company, asked: Company, now: datetime) -> None:
    said_no = Introduction.objects.filter(asker=asker, asked=asked, state=State.DECLINED)
    last = said_no.filter(ended_at__gt=now - ASK_AGAIN_AFTER).order_by("ended_at").last()
    if last is not None and last.ended_at is not None:
        who = _("The coordinator") if last.declined_by_coordinator else asked
        raise Refused(
            _("%(who)s said no on %(day)s. You can ask again from %(again)s.")
            % {"who": who, "day": _day(last.ended_at), "again": _day(last.ended_at + ASK_AGAIN_AFTER)}
        )


def _refuse_too_many(asker: Company, now: datetime) -> None:
    asked = Introduction.objects.filter(asker=asker)
    if asked.unanswered().count() >= MOST_UNANSWERED:
        raise Refused(
            _(
                "%(most_unanswered)s firms have not answered you yet, and that is as many as you can "
                "ask at a time. Wait for an answer, or withdraw one."
            )
            % {"most_unanswered": MOST_UNANSWERED}
        )
    if asked.filter(asked_at__gt=now - DAY).count() >= MOST_A_DAY:
        raise Refused(
            _("%(asker)s has asked %(most_a_day)s firms within a day. The next one can be asked tomorrow.")
            % {"asker": asker, "most_a_day": MOST_A_DAY}
        )


# --- the coordinator's word ---------------------------------------------------------------------------
@transaction.atomic
def forward(
    introduction: Introduction, *, by: User, note: str = "", now: datetime | None = None
) -> Introduction:
    """The coordinator passes it on to the asked firm, with a word of their own. A second time changes nothing."""
    lock(introduction)
    if introduction.forwarded_at is not None and introduction.is_live:
        return introduction
    if introduction.state != State.REQUESTED:
        raise Refused(how_it_stands(introduction))
    _refuse_gone(introduction.asker, introduction.asked)
    _pass_on(introduction, by=by, note=note.strip(), now=now or present.now())
    notices.ask_firm(introduction)
    return introduction


@transaction.atomic
def turn_down(
    introduction: Introduction, *, by: User, sentence: str, now: datetime | None = None
) -> Introduction:
    """The coordinator does not pass it on, and says why. The asked firm never hears of it."""
    lock(introduction)
    if introduction.declined_by_coordinator:
        return introduction
    if introduction.state != State.REQUESTED:
        raise Refused(how_it_stands(introduction))
    if not sentence.strip():
        raise Refused(_("Say why in a sentence. It is mailed to them as you write it."))
    _say_no(introduction, by=by, sentence=sentence, now=now or present.now())
    record(by, "turned down the introduction of", introduction, note=introduction.ended_because)
    notices.tell_declined(introduction)
    return introduction


def _pass_on(introduction: Introduction, *, by: User | None, note: str, now: datetime) -> None:
    introduction.state = State.FORWARDED
    introduction.forwarded_by, introduction.forwarded_at, introduction.note = by, now, note
    introduction.reminded_at = None  # it waits for the firm from now on
    introduction.save(update_fields=["state", "forwarded_by", "forwarded_at", "note", "reminded_at"])
    record(by, "forwarded the introduction of", introduction)


# --- the asked firm's answer --------------------------------------------------------------------------
@transaction.atomic
def accept(introduction: Introduction, *, by: User, now: datetime | None = None) -> Introduction:
    """Yes: both see each other's address from now on. The second of two people of the firm changes nothing."""
    lock(introduction)
    if introduction.shows_addresses:
        return introduction
    if introduction.state != State.FORWARDED:
        raise Refused(how_it_stands(introduction))
    _refuse_gone(introduction.asker, introduction.asked)
    _introduce(introduction, by=by, now=now or present.now())
    return introduction


@transaction.atomic
def decline(
    introduction: Introduction, *, by: User, sentence: str = "", now: datetime | None = None
) -> Introduction:
    """No, with a sentence or without. A second time changes nothing."""
    lock(introduction)
    if introduction.state == State.DECLINED:
        return introduction
    if introduction.state != State.FORWARDED:
        raise Refused(how_it_stands(introduction))
    _say_no(introduction, by=by, sentence=sentence, now=now or present.now())
    record(by, "declined the introduction of", introduction)
    notices.tell_declined(introduction)
    return introduction


@transaction.atomic
def withdraw(introduction: Introduction, *, by: User, now: datetime | None = None) -> Introduction:
    """The asker no longer wants to be introduced. A second time changes nothing."""
    lock(introduction)
    if introduction.state == State.WITHDRAWN:
        return introduction
    if introduction.state not in Introduction.UNANSWERED:
        raise Refused(how_it_stands(introduction))
    end(introduction, State.WITHDRAWN, now or present.now())
    record(by, "withdrew the introduction of", introduction)
    return introduction


def _introduce(introduction: Introduction, *, by: User, now: datetime) -> None:
    introduction.state = State.ACCEPTED
    introduction.decided_by, introduction.decided_at = by, now
    introduction.save(update_fields=["state", "decided_by", "decided_at"])
    record(by, "accepted the introduction of", introduction)
    notices.tell_accepted(introduction)


def _say_no(introduction: Introduction, *, by: User, sentence: str, now: datetime) -> None:
    introduction.decided_by, introduction.decided_at = by, now
    introduction.save(update_fields=["decided_by", "decided_at"])
    end(introduction, State.DECLINED, now, because=sentence.strip())


# --- talking ------------------------------------------------------------------------------------------
@transaction.atomic
def write(
    introduction: Introduction, company: Company, *, by: User, text: str, now: datetime | None = None
) -> IntroductionMessage:
    """One firm writes to the other, which gets it by mail. The same words twice running are one message."""
    now = now or present.now()
    lock(introduction)
    last = introduction.messages.last()
    if last and last.company == company and last.text == text:
        return last
    why_not = why_not_write(introduction, company)
    if why_not:
        raise Refused(why_not)
    if IntroductionMessage.objects.filter(company=company, at__gt=now - DAY).count() >= MOST_MESSAGES_A_DAY:
        raise Refused(
            _(
                "%(company)s has written %(most_messages_a_day)s messages within a day. The next can "
                "go tomorrow."
            )
            % {"company": company, "most_messages_a_day": MOST_MESSAGES_A_DAY}
        )
    message = IntroductionMessage.objects.create(
        introduction=introduction, company=company, author=by, text=text, at=now
    )
    notices.send_message(message)
    return message


def why_not_write(introduction: Introduction, company: Company) -> str:
    """Empty if the firm may write. Before the yes the asker has had its word, until the asked firm writes back."""
    if not introduction.is_live or introduction.state == State.REQUESTED:
        return how_it_stands(introduction)
    if introduction.state == State.ACCEPTED or company == introduction.asked or introduction.opportunity_id:
        return ""
    if introduction.messages.filter(company=introduction.asked).exists():
        return ""
    return _("%(asked)s has your words. You can write more once they answer.") % {"asked": introduction.asked}


# --- how it stands -------------------------------------------------------------------------------------
def how_it_stands(introduction: Introduction) -> str:
    """A sentence for who comes too late, or too early."""
    asker, asked = introduction.asker, introduction.asked
    if not introduction.is_live:
        return introduction.ended_because or {
            State.DECLINED: _("%(asked)s has said no this time.") % {"asked": asked},
            State.WITHDRAWN: _("%(asker)s no longer asks.") % {"asker": asker},
        }.get(State(introduction.state), _("This conversation is closed."))
    return {
        State.REQUESTED: _("It waits for the coordinator."),
        State.FORWARDED: _("It waits for %(asked)s.") % {"asked": asked},
        State.ACCEPTED: _("%(asked)s has said yes already.") % {"asked": asked},
    }[State(introduction.state)]


# --- what all acts need -------------------------------------------------------------------------------
def lock_firms(*firms: Company) -> None:
    """Nobody else asks or blocks for one of these firms until we are through. Always in the same order."""
    pks = sorted(firm.pk for firm in firms)
    fresh = {
        firm.pk: firm
        for firm in Company.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    }
    for firm in firms:
        firm.introductions = fresh[firm.pk].introductions


def lock(introduction: Introduction) -> None:
    """Nobody else decides about it until we are through; what they decided before, we see."""
    locking = Introduction.objects.select_for_update(of=["self"], no_key=True).select_related(
        "asker", "asked", "asked_by", "decided_by", "opportunity", "cluster__association"
    )
    introduction.refresh_from_db(from_queryset=locking.prefetch_related("cluster__association__hostnames"))


def end(introduction: Introduction, state: str, now: datetime, because: str = "") -> None:
    introduction.state, introduction.ended_at, introduction.ended_because = state, now, because
    introduction.save(update_fields=["state", "ended_at", "ended_because"])


def record(by: User | None, verb: str, introduction: Introduction, note: str = "") -> None:
    """For the coordinators, if it goes through them; else that the two firms talk is theirs, and the operator's."""
    through_coordinator = introduction.via == Via.COORDINATOR
    trail.record(
        by, verb, introduction, cluster=introduction.cluster if through_coordinator else None, note=note
    )


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment))
