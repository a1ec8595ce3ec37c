"""Answers that stay true: each has somebody who reads it again, and readers say whether it helped."""

from datetime import date

from allauth.account.adapter import get_adapter
from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import F

from clusters import limits, present, trail
from clusters.models import Question

A_YEAR = relativedelta(months=12)


@transaction.atomic
def still_right(question: Question, *, by, today: date | None = None) -> None:
    """Somebody has read the answer: it is looked at again in a year. Twice on one day is once."""
    review_on = (today or present.today()) + A_YEAR
    question = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if question.review_on == review_on:
        return
    question.review_on = review_on
    question.save(update_fields=["review_on"])
    trail.record(
        by, "found still right", question, cluster=question.cluster, association=question.association
    )


def count_helpful(request, question: Question, *, helped: bool) -> bool:
    """Count a reader's word on an answer; whether it was counted.

    One a day from one address of the internet for each answer. The address is kept that long, scrambled.
    """
    address = get_adapter(request).get_client_ip(request)
    if not limits.within(request, "helpful", key=f"{question.pk} {address}"):
        return False
    column = "helped" if helped else "did_not_help"
    Question.objects.filter(pk=question.pk).update(**{column: F(column) + 1})
    return True
