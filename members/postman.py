"""The postman: takes mails out of the outbox and hands them to the mail server, one at a time.

Any number of postmen may be at work on any number of machines. Taking a mail is a transaction of its own
that counts the attempt and moves `due_at` ahead by a lease; saying that it was sent is another. One killed
between two mails has nothing in hand. One killed between handing over and saying so leaves a mail that goes
again when the lease has run out, under the same Message-ID: mail servers can't do better than that.
"""

import logging
import re
import smtplib
import time
from datetime import timedelta
from email.headerregistry import Address
from email.mime.text import MIMEText
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from .models import OutgoingMail
from .outbox import site_domain

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # longer than the slowest mail server takes for one mail (EMAIL_TIMEOUT a step)
RETRY_AFTER = [
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15)),
    *(timedelta(hours=hours) for hours in (1, 3, 6, 12, 12, 12)),
]  # two days in all
MAILS_PER_CONNECTION = 50
LONGEST_PAUSE = 60  # seconds between two tries to reach a mail server that is away
SECONDS_TO_RECORD = 60  # how long to wait for the database to come back with a mail's outcome in hand


class Postman:
    def __init__(self):
        self.mail_server = get_connection()
        self.mails_left = 0  # on the open connection; 0: none is open
        self.pause = 0
        self.knock_at = 0.0

    def deliver_next(self) -> bool:
        """Send the next mail that is due. False: there is none, or the mail server is away."""
        if not self.mails_left and not (OutgoingMail.objects.due().exists() and self.connect()):
            return False
        mail = take()
        if mail is None:
            self.hang_up()
            return False
        self.deliver(mail)
        return True

    def connect(self) -> bool:
        """Before a mail is taken, so that a mail server away for hours costs no mail an attempt."""
        if time.monotonic() < self.knock_at:
            return False
        try:
            self.mail_server.open()
        except (OSError, smtplib.SMTPException) as error:
            self.hang_up()
            self.pause = min(LONGEST_PAUSE, self.pause * 2 or 1)
            self.knock_at = time.monotonic() + self.pause
            log.warning("The mail server can't be reached, next try in %s s: %s", self.pause, error)
            return False
        self.pause = 0
        self.mails_left = MAILS_PER_CONNECTION
        return True

    def hang_up(self) -> None:
        self.mails_left = 0
        try:
            self.mail_server.close()
        except (OSError, smtplib.SMTPException):
            log.info("The mail server had hung up already.")

    def deliver(self, mail: OutgoingMail) -> None:
        if mail.attempts > len(RETRY_AFTER) + 1:
            sentence = "Each worker that had this mail in hand died before it could say what became of it."
            record(mail, state=OutgoingMail.State.FAILED, error=mail.error or sentence)
            return
        try:
            self.mail_server.send_messages([message(mail)])
        except Exception as error:  # whatever it is, the other mails go on
            self.hang_up()
            put_back(mail, error)
            return
        record(mail, state=OutgoingMail.State.SENT, sent_at=timezone.now(), error="")
        self.mails_left -= 1
        if not self.mails_left:
            self.hang_up()


def take() -> OutgoingMail | None:
    """The next mail that is due and nobody else's; it is ours for the lease."""
    with transaction.atomic():
        due = OutgoingMail.objects.due().order_by("to_many", "due_at")
        mail = due.select_for_update(skip_locked=True).first()
        if mail is not None:
            mail.attempts += 1
            mail.due_at = timezone.now() + LEASE
            mail.save(update_fields=["attempts", "due_at"])
    return mail


def put_back(mail: OutgoingMail, error: Exception) -> None:
    """Try again later, or give up where that is no use."""
    sentence = f"{type(error).__name__}: {error}"[:500]
    if is_final(error) or mail.attempts > len(RETRY_AFTER):
        log.error("Gave up mail %s (%s): %s", mail.pk, mail.kind, type(error).__name__)
        record(mail, state=OutgoingMail.State.FAILED, error=sentence, bounced=is_refused(error))
        return
    log.warning("Mail %s (%s) goes later: %s", mail.pk, mail.kind, type(error).__name__)
    record(mail, due_at=timezone.now() + RETRY_AFTER[mail.attempts - 1], error=sentence)


def is_final(error: Exception) -> bool:
    """Whether trying again is no use: the mail server refused it for good, or it can't be a mail at all."""
    return is_refused(error) or isinstance(error, ValueError)


def is_refused(error: Exception) -> bool:
    """Whether the mail server refused this mail or its recipient for good (5xx)."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = min(code for code, _ in error.recipients.values())
        case smtplib.SMTPDataError():
            code = error.smtp_code
        case _:
            return False
    return 500 <= code < 600


def record(mail: OutgoingMail, **outcome) -> None:
    """Write down what became of a mail, also if the database is restarting just now."""
    give_up_at = time.monotonic() + SECONDS_TO_RECORD
    while True:
        try:
            OutgoingMail.objects.filter(pk=mail.pk).update(**outcome)
            return
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > give_up_at:
                raise
            time.sleep(1)


def message(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}  # RFC 3834
    if mail.unsubscribe_url:  # RFC 8058
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        if mail.cluster:
            headers["List-Id"] = f"<{mail.kind}.{mail.cluster.slug}.{site_domain()}>"
    letter = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=str(Address(mail.from_name, addr_spec=parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        letter.attach(_calendar_part(mail.calendar))
    return letter


def _calendar_part(calendar: str) -> MIMEText:
    """RFC 6047: the part names the method that the calendar has."""
    method = re.search(r"^METHOD:(\w+)", calendar, re.MULTILINE)
    part = MIMEText(calendar, "calendar", "utf-8")
    part.set_param("method", method[1] if method else "PUBLISH")
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    return part
