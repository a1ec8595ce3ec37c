"""Whoever looks after an answer of the FAQ hears, once, that it is time to read it again."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters import present
from clusters.languages import in_site_language
from clusters.models import Question

from . import outbox
from .asked_questions import officers_of
from .memberships import coordinators_of
from .models import User


@transaction.atomic
def remind(today: date | None = None) -> int:
    """A job of the worker: one mail to each person about all that is due. Returns how many answers it was about."""
    today = today or present.today()
    due = Question.objects.due_for_review(today).filter(
        Q(reminded_of__isnull=True) | ~Q(reminded_of=F("review_on"))
    )
    questions = list(
        due.select_for_update(of=["self"], skip_locked=True)
        .select_related("association", "cluster__association", "owner")
        .order_by("cluster", "association", "position", "pk")
    )
    for place, entries in groupby(questions, key=lambda entry: (entry.cluster_id, entry.association_id)):
        _mail(list(entries), f"{place[0]}-{place[1]}:{today:%Y%m%d}")
    Question.objects.filter(pk__in=[entry.pk for entry in questions]).update(reminded_of=F("review_on"))
    return len(questions)


@in_site_language()
def _mail(entries: list[Question], key: str) -> None:
    """`entries` are of one place: the owner of each, else all who look after the place."""
    theirs: dict[User, list[Question]] = {}
    others = _who_look_after(entries[0])
    for entry in entries:
        owners = [entry.owner] if entry.owner and entry.owner.is_active else others
        for person in owners:
            theirs.setdefault(person, []).append(entry)
    outbox.queue_many(
        theirs,
        key=f"faq-review:{key}",
        kind="faq-review",
        subject=_("Answers to read again"),
        template="faq_review",
        context=lambda person: {
            "person": person,
            "entries": theirs[person],
            "path": f"{reverse('admin:clusters_question_changelist')}?review=due",
        },
        cluster=entries[0].cluster,
        association=entries[0].association,
    )


def _who_look_after(entry: Question) -> Iterable[User]:
    if entry.cluster:
        return coordinators_of(entry.cluster)
    if entry.association:
        return officers_of(entry.association)
    return User.objects.filter(is_superuser=True, is_active=True)
