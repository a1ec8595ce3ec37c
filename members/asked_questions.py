"""Questions that the FAQ does not answer: they reach who can, become drafts of answers, and whoever asked hears."""

from datetime import datetime, timedelta
from itertools import chain, count

from django.db import models, transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language
from clusters.models import AskedQuestion, Association, Cluster, Question

from . import outbox
from .memberships import coordinators_of
from .models import Officer, User

State = AskedQuestion.State
KEEP_NAMES = timedelta(days=90)  # after the answer


@transaction.atomic
@in_site_language()
def ask(
    question: str,
    *,
    name: str,
    email: str,
    user: User | None = None,
    cluster: Cluster | None = None,
    association: Association | None = None,
) -> AskedQuestion:
    """Keep the question and mail it to those who answer. The same words again, still unanswered, mail nobody."""
    same = AskedQuestion.objects.waiting().filter(
        question=question, email=email, cluster=cluster, association=association
    )
    if found := same.first():
        return found
    asked = AskedQuestion.objects.create(
        question=question, name=name, email=email, user=user, cluster=cluster, association=association
    )
    trail.record(user, "asked", asked, cluster=cluster, association=association)
    for person in who_answers(asked):
        outbox.queue(
            key=f"question:{asked.pk}:{person.pk}",
            kind="question",
            to=person,
            subject=_("%(name)s asks: %(asked)s") % {"name": name, "asked": asked},
            template="question",
            context={
                "person": person,
                "asked": asked,
                "path": reverse("admin:clusters_askedquestion_change", args=[asked.pk]),
            },
            cluster=cluster,
            association=association,
        )
    return asked


def who_answers(asked: AskedQuestion) -> list[User]:
    """The coordinators of the cluster, or the officers of the association; where there are none, the operator."""
    people: list[User] = []
    if asked.cluster:
        people = coordinators_of(asked.cluster)
    elif asked.association:
        people = officers_of(asked.association)
    return people or list(User.objects.filter(is_superuser=True, is_active=True))


def officers_of(association: Association) -> list[User]:
    in_office = Officer.objects.current().filter(association=association)
    return list(User.objects.filter(is_active=True, offices__in=in_office).distinct().order_by("pk"))


@transaction.atomic
def draft_entry(asked: AskedQuestion, *, by: User) -> Question:
    """The question as a draft of the FAQ where it was asked, for its owner to answer. A second time gives the same."""
    _lock(asked)
    if asked.entry:
        return asked.entry
    words = " ".join(asked.question.split())
    asked.entry = Question.objects.create(
        association=asked.association,
        cluster=asked.cluster,
        key=unused_key(words, asked.association, asked.cluster),
        group=Question.Group.MEMBERS,
        question=words if len(words) <= 200 else f"{words[:199].rstrip()}…",
        answer=asked.answer,
        owner=by,
    )
    asked.save(update_fields=["entry"])
    _record(by, "drafted an answer of the FAQ to", asked)
    return asked.entry


@transaction.atomic
def answer(asked: AskedQuestion, *, by: User, words: str) -> None:
    """The words go to who asked, by mail, once."""
    _lock(asked)
    if asked.state == State.ANSWERED:
        raise Refused(_("Somebody has answered already."))
    if not asked.email:
        raise Refused(_("It is not known any more who asked."))
    asked.state, asked.answer = State.ANSWERED, words
    asked.ended_at, asked.ended_by = present.now(), by
    asked.save(update_fields=["state", "answer", "ended_at", "ended_by"])
    _record(by, "answered", asked)
    with in_site_language():
        outbox.queue(
            key=f"question-answered:{asked.pk}",
            kind="question",
            to=asked.user or asked.email,
            subject=_("Your question: %(asked)s") % {"asked": asked},
            template="question_answered",
            context={"asked": asked, "by": by, "faq": faq_path(asked)},
            cluster=asked.cluster,
            association=asked.association,
        )


@transaction.atomic
def set_aside(asked: AskedQuestion, *, by: User) -> None:
    """Nobody answers it: it was no question, or answered by telephone. Whoever asked gets no mail."""
    _lock(asked)
    if asked.state != State.WAITING:
        return
    asked.state, asked.ended_at, asked.ended_by = State.SET_ASIDE, present.now(), by
    asked.save(update_fields=["state", "ended_at", "ended_by"])
    _record(by, "set aside", asked)


def faq_path(asked: AskedQuestion) -> str:
    if asked.cluster:
        return reverse("clusters:cluster-faq", args=[asked.cluster.slug])
    if asked.association:
        return reverse("clusters:association-faq", args=[asked.association.slug])
    return reverse("clusters:faq")


def unused_key(words: str, association: Association | None, cluster: Cluster | None) -> str:
    base = slugify(words)[:50].strip("-") or "question"
    here = Question.objects.filter(association=association, cluster=cluster, key__startswith=base)
    taken = set(here.values_list("key", flat=True))
    return next(key for key in chain([base], (f"{base}-{number}" for number in count(2))) if key not in taken)


def outdated(now: datetime) -> models.QuerySet[AskedQuestion]:
    """Who asked is known until some time after the answer, then the question alone is kept."""
    return AskedQuestion.objects.filter(ended_at__lt=now - KEEP_NAMES).exclude(email="")


def forget_old() -> None:
    outdated(present.now()).update(name="", email="", user=None)


def _lock(asked: AskedQuestion) -> None:
    locking = AskedQuestion.objects.select_for_update(of=["self"], no_key=True)
    asked.refresh_from_db(
        from_queryset=locking.select_related("entry", "user", "association", "cluster__association")
    )


def _record(by: User, verb: str, asked: AskedQuestion) -> None:
    trail.record(by, verb, asked, cluster=asked.cluster, association=asked.association)
