"""What a meeting leaves to do, and what people thought of it: asked the day after of all who were there, once."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.languages import in_site_language
from clusters.signed_links import LinkSigner
from meetings.models import Action, Feedback, Meeting, Registration
from members import outbox
from members.models import OutgoingMail

ASKED_AT = time(9)  # in the morning of the day after
NOT_ASKED_AFTER = timedelta(days=4)

feedback_links = LinkSigner(
    "meetings.feedback", holds=timedelta(days=60), next_step="meetings:meeting-archive"
)


def to_do(meeting: Meeting, user, *, is_over: bool) -> list[Action]:
    """What was agreed to be done, as far as the user may see it: at this meeting, or, before it, at earlier ones."""
    if user.is_anonymous:
        return []
    actions = Action.objects.visible_to(user).select_related("owner", "company")
    return list(actions.filter(meeting=meeting) if is_over else actions.open_before(meeting))


def feedback_token(registration: Registration) -> str:
    return feedback_links.sign(registration.pk)


def read_feedback_token(token: str) -> Registration | None:
    """Who was there, where, if the link is one of ours and whole."""
    numbers = feedback_links.numbers(token)
    if numbers is None:
        return None
    attended = Registration.objects.attended().filter(pk=numbers[0])
    return attended.select_related("user", "meeting__cluster__association", "meeting__association").first()


def ask_for_feedback(now: datetime | None = None) -> int:
    """A job of the worker. Returns how many people were asked. Who is ticked off later is asked later."""
    now = now or present.now()
    over = Meeting.objects.filter(state=Meeting.State.HELD, ends_at__gt=now - NOT_ASKED_AFTER)
    over = over.select_related("cluster__association", "association")
    over = over.order_by("ends_at")  # by starts_at, Postgres would read them all
    return sum(_ask(meeting) for meeting in over if now >= asked_at(meeting))


def asked_at(meeting: Meeting) -> datetime:
    return datetime.combine(meeting.day + timedelta(days=1), ASKED_AT, meeting.zone)


@transaction.atomic
def _ask(meeting: Meeting) -> int:
    start = f"feedback:{meeting.pk}:"
    asked = set(OutgoingMail.objects.filter(key__startswith=start).values_list("key", flat=True))
    attended = meeting.registrations.attended().filter(feedback=None).select_related("user")
    return sum(
        _send(meeting, one, key=f"{start}{one.pk}") for one in attended if f"{start}{one.pk}" not in asked
    )


@in_site_language()
def _send(meeting: Meeting, registration: Registration, *, key: str) -> bool:
    to = registration.user or registration.email
    if not to:
        return False
    path = reverse("meetings:feedback", args=[feedback_token(registration)])
    link = outbox.absolute(path, meeting.in_association)
    with timezone.override(meeting.zone):
        mail = outbox.queue(
            key=key,
            kind="feedback",
            to=to,
            subject=_("How was %(title)s?") % {"title": meeting.title},
            template="feedback",
            context={
                "name": registration.user.get_short_name() if registration.user else registration.name,
                "meeting": meeting,
                "link": link,
                "ratings": Feedback.Rating.choices,
            },
            cluster=meeting.cluster,
            association=meeting.association,
        )
    return mail is not None


@transaction.atomic
def give(
    registration: Registration, *, rating: int, comment: str, may_quote: bool, quoted_as: str
) -> Feedback:
    """One for each who was there; who thinks again changes it."""
    Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)  # two clicks at once
    allowed = Feedback.objects.filter(registration=registration, may_quote=True).exists()
    feedback, _is_new = Feedback.objects.update_or_create(
        registration=registration,
        defaults={
            "meeting": registration.meeting,
            "rating": rating,
            "comment": comment,
            "may_quote": may_quote and bool(comment),
            "quoted_as": quoted_as if may_quote else "",
            "given_at": present.now(),
        },
    )
    if feedback.may_quote != allowed:
        verb = "let the site quote them about" if feedback.may_quote else "took back a quote about"
        meeting = registration.meeting
        trail.record(
            registration.user, verb, meeting, cluster=meeting.cluster, association=meeting.association
        )
    return feedback
