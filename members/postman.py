"""The postman: takes mails out of the outbox and hands them to the mail server, one at a time.

Each worker has two: the ordinary one, and a patient one for the mails to servers that were found to be slow, so that
nobody else's mail waits for those (`SlowServers`).

Any number of postmen may be at work on any number of machines. Taking a mail is a transaction of its own
that counts the attempt and moves `due_at` ahead by a lease; saying that it was sent is another. One killed
between two mails has nothing in hand. One killed between handing over and saying so leaves a mail that goes
again when the lease has run out, under the same Message-ID: mail servers can't do better than that.
All that is timed is timed by the database's clock, which is one for all machines.
"""

import logging
import re
import smtplib
import threading
import time
from datetime import timedelta
from email.headerregistry import Address
from email.mime.text import MIMEText
from email.utils import parseaddr
from functools import reduce
from operator import or_

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from .models import OutgoingMail
from .outbox import site_domain

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # longer than the slowest mail server takes for one mail (PATIENCE a step)
RETRY_AFTER = [
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15)),
    *(timedelta(hours=hours) for hours in (1, 3, 6, 12, 12, 12)),
]  # two days in all
MAILS_PER_CONNECTION = 50
LONGEST_PAUSE = 60  # seconds between two tries to reach a mail server that is away
SECONDS_TO_RECORD = 60  # how long to wait for the database to come back with a mail's outcome in hand
SLOW = 5  # seconds for one mail, from which on a recipient's server counts as slow
QUICK_IN_A_ROW = 5  # mails after which it counts as quick again
SLOW_SERVERS_AT_MOST = 100
PATIENCE = 120  # seconds a step; RFC 5321 asks for more, but a mail in hand keeps a worker from stopping


class SlowServers:
    """The domains whose mails take long: their server is asked while ours is being told the mail, or delays on purpose.

    Each worker finds out for itself, at the price of one slow mail for each, and both its postmen share it.
    """

    def __init__(self):
        self._quick_in_a_row: dict[str, int] = {}
        self._lock = threading.Lock()

    def note(self, mail: OutgoingMail, seconds: float) -> None:
        domain = mail.to.rpartition("@")[2].lower()
        with self._lock:
            quick = self._quick_in_a_row.pop(domain, QUICK_IN_A_ROW)
            quick = 0 if seconds >= SLOW else quick + 1
            if quick < QUICK_IN_A_ROW:
                self._quick_in_a_row[domain] = quick
            if len(self._quick_in_a_row) > SLOW_SERVERS_AT_MOST:
                del self._quick_in_a_row[next(iter(self._quick_in_a_row))]

    def mails(self) -> Q | None:
        """Those to slow servers; None if no server is slow."""
        with self._lock:
            domains = [Q(to__iendswith=f"@{domain}") for domain in self._quick_in_a_row]
        return reduce(or_, domains) if domains else None


class Postman:
    def __init__(self, slow: SlowServers | None = None, *, patient: bool = False):
        """`patient`: takes nothing but the mails to slow servers, which the other leaves."""
        self.slow = slow or SlowServers()
        self.patient = patient
        self.mail_server = get_connection(timeout=PATIENCE) if patient else get_connection()
        self.mails_left = 0  # on the open connection; 0: none is open
        self.pause = 0
        self.knock_at = 0.0

    def deliver_next(self) -> bool:
        """Send the next mail that is due. False: there is none, or the mail server is away."""
        due = self.due()
        if not self.mails_left and not (due.exists() and self.connect()):
            return False
        mail = take(due)
        if mail is None:
            self.hang_up()
            return False
        self.deliver(mail)
        return True

    def due(self) -> QuerySet[OutgoingMail]:
        to_slow_servers = self.slow.mails()
        if to_slow_servers is None:
            return OutgoingMail.objects.none() if self.patient else OutgoingMail.objects.due()
        return OutgoingMail.objects.due().filter(to_slow_servers if self.patient else ~to_slow_servers)

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
        began = time.monotonic()
        try:
            self.mail_server.send_messages([message(mail)])
        except Exception as error:  # whatever it is, the other mails go on
            self.slow.note(mail, time.monotonic() - began)
            self.hang_up()
            put_back(mail, error)
            return
        self.slow.note(mail, time.monotonic() - began)
        record(mail, state=OutgoingMail.State.SENT, sent_at=Now(), error="")
        self.mails_left -= 1
        if not self.mails_left:
            self.hang_up()


def take(due: QuerySet[OutgoingMail]) -> OutgoingMail | None:
    """The next mail of those that is nobody else's; it is ours for the lease."""
    with transaction.atomic():
        first = due.annotate(now=Now()).order_by("to_many", "due_at").select_related("cluster")
        mail = first.select_for_update(skip_locked=True, of=["self"]).first()
        if mail is not None:
            mail.attempts += 1
            mail.due_at = mail.now + LEASE
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
    record(mail, due_at=Now() + RETRY_AFTER[mail.attempts - 1], error=sentence)


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
