"""Letters of coordinators to the members of a cluster, and of officers to those of an association: sent once."""

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language
from members import outbox
from members.models import MailChoice, User
from news.models import Letter

State = Letter.State


@in_site_language()
def send_test(letter: Letter, *, by: User) -> bool:
    """To oneself, marked as a test. The same words are sent to the same person once. False: they were before."""
    words = hashlib.sha256(repr((letter.subject, letter.body)).encode()).hexdigest()[:16]
    mail = outbox.queue(
        key=f"letter-test:{letter.pk}:{words}:{by.pk}",
        kind="letter-test",
        to=by,
        subject=_("Test: %(subject)s") % {"subject": letter.subject},
        template="letter",
        context=context_of(letter),
        cluster=letter.cluster,
        association=letter.association,
    )
    return mail is not None


@transaction.atomic
def send(letter: Letter, *, by: User) -> int:
    """To all members who want such letters as single mails. A second time changes nothing. Returns how many."""
    locking = Letter.objects.select_for_update(of=["self"], no_key=True)
    letter.refresh_from_db(
        from_queryset=locking.select_related("cluster__association", "association", "author")
    )
    if letter.state == State.SENT:
        return letter.mails
    readers = list(letter.readers())
    if not readers:
        raise Refused(
            _("Nobody acts for a member firm of %(organiser)s yet: there is nobody to write to.")
            % {"organiser": letter.organiser}
        )
    letter.mails = outbox.queue_many(
        readers,
        key=f"letter:{letter.pk}",
        kind="letter",
        subject=letter.subject,
        template="letter",
        context=context_of(letter),
        cluster=letter.cluster,
        association=letter.association,
        optional=MailChoice.Kind.LETTERS,
    )
    letter.state, letter.sent_at = State.SENT, present.now()
    letter.save(update_fields=["state", "sent_at", "mails"])
    trail.record(
        by,
        "sent the letter",
        letter,
        cluster=letter.cluster,
        association=letter.association,
        note=f"{letter.mails} mails",
    )
    return letter.mails


def context_of(letter: Letter) -> dict:
    return {
        "letter": letter,
        "archive_url": outbox.absolute(letter.get_absolute_url(), letter.in_association),
    }
