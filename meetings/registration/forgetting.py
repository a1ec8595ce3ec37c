"""What is forgotten of those who came, some time after a meeting. That somebody came is kept, as a number."""

from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from meetings.models import Feedback, Registration

KEEP_NEEDS = timedelta(days=30)
KEEP_GUESTS = relativedelta(months=13)  # a year's round of meetings, so that a guest is known at the next
KEEP_COMMENTS = relativedelta(years=2)
NOBODY = "@forgotten.invalid"  # never an address (RFC 2606)


def needs(now: datetime) -> QuerySet[Registration]:
    return Registration.objects.filter(meeting__ends_at__lt=now - KEEP_NEEDS).exclude(needs="")


def forget_needs(rows: QuerySet[Registration]) -> None:
    rows.update(needs="")


def unconfirmed(now: datetime) -> QuerySet[Registration]:
    return Registration.objects.filter(meeting__ends_at__lt=now, state=Registration.State.AWAITING)


def guests(now: datetime) -> QuerySet[Registration]:
    """Those who came without an account, those who were brought along, and names from the door."""
    long_ago = Registration.objects.filter(user=None, meeting__ends_at__lt=now - KEEP_GUESTS)
    return long_ago.exclude(Q(name="") & (Q(email="") | Q(email__endswith=NOBODY)))


def forget_guests(rows: QuerySet[Registration]) -> None:
    """Who gave an address still counts as expected, so something that is no address stands in its place."""
    numbers = list(rows.values_list("pk", flat=True))
    nobody = Concat(
        Value("guest-"), Cast(F("pk"), CharField()), Value(NOBODY), output_field=CharField(max_length=254)
    )
    Registration.objects.filter(pk__in=numbers).exclude(email="").update(email=nobody)
    Registration.objects.filter(pk__in=numbers).update(name="", shares_name=False)


def comments(now: datetime) -> QuerySet[Feedback]:
    """What nobody may quote. The ratings stay."""
    return Feedback.objects.filter(given_at__lt=now - KEEP_COMMENTS, may_quote=False).exclude(comment="")


def forget_comments(rows: QuerySet[Feedback]) -> None:
    rows.update(comment="", quoted_as="", may_quote=False)
