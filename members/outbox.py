"""The outbox: mails are written down here, in the transaction that causes them. `members.postman` sends them.

A mail's key says what it is about and to whom. It is written once: whoever comes second with the same key,
also at the same moment, writes nothing. The text is rendered at once, so that it tells what was so when it was
caused, and the Message-ID is fixed, so that a mail sent a second time after a crash is seen to be the same.

Mails are in the site's own language, whoever causes them: whatever gives one its words stands in
`clusters.languages.in_site_language`.
"""

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.template import Context, Engine, loader
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters import present
from clusters.languages import in_site_language
from clusters.models import Association, Cluster

from .models import MailChoice, OutgoingMail, User

SITE_ACCENT = "#ffc629"
ACCOUNT = "account"  # the kind of the mails about signing up and in
CONTACT = "contact"  # the kind of the mails that anybody writes to coordinators
KEEP_MAILS = timedelta(days=90)
KEEP_ACCOUNT_MAILS = timedelta(days=1)

unsubscribe_signer = signing.Signer(salt="members.unsubscribe")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is the same in all copies of a mail."""

    kind: str
    subject: str
    template: str
    cluster: Cluster | None = None
    association: Association | None = None
    calendar: str | Callable[[User], str] = ""
    optional: MailChoice.Kind | None = None
    answers_to: str = ""

    @in_site_language()
    def to(self, reader: User | str, key: str, context: dict) -> OutgoingMail:
        """One copy, rendered but not yet in the outbox: so it can also be looked at beforehand."""
        user, address = (None, reader) if isinstance(reader, str) else (reader, reader.email)
        unsubscribe_url = (
            self.base_url + unsubscribe_path(user, self.optional) if user and self.optional else ""
        )
        context = {
            "sender": self.sender,
            "cluster": self.cluster,
            "association": self.sending_association,
            "base_url": self.base_url,
            "accent": self.sending_association.accent if self.sending_association else SITE_ACCENT,
            "unsubscribe_url": unsubscribe_url,
            **context,
        }
        return OutgoingMail(
            key=key,
            kind=self.kind,
            cluster=self.cluster,
            user=user,
            to=address,
            reply_to=self.reply_to,
            from_name=self.sender,
            subject=_one_line(self.subject)[:250],
            text=render_text(f"emails/{self.template}.txt", context),
            html=loader.render_to_string(f"emails/{self.template}.html", context),
            calendar=self.calendar_for(user),
            unsubscribe_url=unsubscribe_url,
            message_id=f"<{uuid.uuid4().hex}@{site_domain()}>",
        )

    def calendar_for(self, user: User | None) -> str:
        if not callable(self.calendar):
            return self.calendar
        return self.calendar(user) if user else ""

    @property
    def sending_association(self) -> Association | None:
        return self.association or (self.cluster.association if self.cluster else None)

    @cached_property
    def base_url(self) -> str:
        return absolute("", self.sending_association)

    @property
    def sender(self) -> str:
        if self.cluster:
            return _one_line(f"{self.cluster.name} {self.cluster.get_kind_display().lower()}")[:120]
        return _one_line(self.association.name) if self.association else settings.SITE_NAME

    @property
    def reply_to(self) -> str:
        if self.answers_to:
            return self.answers_to
        if self.cluster:
            return self.cluster.reply_address
        return self.association.contact_email if self.association else ""


def queue(
    *,
    key: str,
    kind: str,
    to: User | str,
    subject: str,
    template: str,
    context: dict,
    cluster: Cluster | None = None,
    association: Association | None = None,
    calendar: str = "",
    optional: MailChoice.Kind | None = None,
    answers_to: str = "",
) -> OutgoingMail | None:
    """Write a mail to one person, rendered from templates/emails/<template>.txt and .html.

    None if a mail with that key was written before, or if the person does not want the `optional` kind.
    Answers go to the cluster, else to the association, unless `answers_to` names another address.
    The templates get the `context`, and know `sender`, `base_url` (to put before a path), `cluster`, `association`,
    `accent` and `unsubscribe_url`.
    """
    if isinstance(to, User) and to.pk in _unwilling([to], optional):
        return None
    letter = Letter(
        kind=kind,
        subject=subject,
        template=template,
        cluster=cluster,
        association=association,
        calendar=calendar,
        optional=optional,
        answers_to=answers_to,
    )
    return next(iter(_put([letter.to(to, key, context)])), None)


def queue_many(
    recipients: Iterable[User],
    *,
    key: str,
    kind: str,
    subject: str,
    template: str,
    context: dict | Callable[[User], dict],
    cluster: Cluster | None = None,
    association: Association | None = None,
    calendar: str | Callable[[User], str] = "",
    optional: MailChoice.Kind | None = None,
) -> int:
    """Write a mail to each of many people and return how many were written.

    Like `queue`, with "<key>:<user's number>" as each mail's key. `context` and `calendar` may be functions of the
    person.
    Mails to many go after those that somebody waits for.
    """
    people = {person.pk: person for person in recipients}
    for unwilling in _unwilling(people.values(), optional):
        del people[unwilling]
    letter = Letter(
        kind=kind,
        subject=subject,
        template=template,
        cluster=cluster,
        association=association,
        calendar=calendar,
        optional=optional,
    )
    mails = []
    for pk in sorted(people):  # always in the same order: two at once wait for each other, without deadlock
        about = context(people[pk]) if callable(context) else context
        mails.append(letter.to(people[pk], f"{key}:{pk}", about))
        mails[-1].to_many = True
    return len(_put(mails))


def absolute(path: str, association: Association | None = None) -> str:
    """The address of a page for use outside the site: on the association's own host if it has one."""
    return association.absolute_url(path) if association else f"{settings.SITE_URL}{path}"


def render_text(template: str, context: dict) -> str:
    """For text parts: nothing is escaped, and no more than one empty line parts the paragraphs."""
    text = Engine.get_default().get_template(template).render(Context(context, autoescape=False))
    return re.sub(r"\n\s*\n\s*\n", "\n\n", text).strip() + "\n"


def site_domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def unsubscribe_path(user: User, kind: MailChoice.Kind) -> str:
    """Signed and without end: a mail may be read years later, and must still let go of its reader."""
    return reverse("members:unsubscribe", args=[unsubscribe_signer.sign(f"{user.pk}-{kind}")])


def read_unsubscribe_token(token: str) -> tuple[User, MailChoice.Kind] | None:
    """Whose wish the token is to be rid of what; None if we didn't make it or the person is gone."""
    try:
        pk, _, kind = unsubscribe_signer.unsign(token).partition("-")
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk).first()
    return (user, MailChoice.Kind(kind)) if user and kind in MailChoice.Kind else None


def outdated(now: datetime) -> models.QuerySet[OutgoingMail]:
    """What was written to people is kept no longer than it is of use. Mails about accounts hold codes and go first."""
    ended = OutgoingMail.objects.exclude(state=OutgoingMail.State.WAITING).exclude(text="")
    of_accounts = Q(kind=ACCOUNT, created_at__lt=now - KEEP_ACCOUNT_MAILS)
    return ended.filter(of_accounts | Q(created_at__lt=now - KEEP_MAILS))


@in_site_language()
def forget_old() -> None:
    """The rows stay, so that no key is written twice."""
    old = outdated(present.now())
    old.filter(kind=CONTACT).update(subject=_("A message"))  # it has the name of who wrote it
    old.update(text="", html="", calendar="", unsubscribe_url="", reply_to="")


def forget_mails_to(address: str) -> None:
    """Of somebody without an account. What waits is not sent."""
    OutgoingMail.objects.filter(user=None, to__iexact=address).delete()


def _one_line(words: str) -> str:
    """Without the line breaks that could smuggle in a header."""
    return " ".join(words.split())


def _unwilling(people: Iterable[User], optional: MailChoice.Kind | None) -> list[int]:
    """Those who don't want single mails of the kind: none, or in the weekly mail."""
    if optional is None:
        return []
    return list(MailChoice.objects.filter(user__in=people, kind=optional).values_list("user", flat=True))


def _put(mails: list[OutgoingMail]) -> list[OutgoingMail]:
    """Save those whose key is new and return them."""
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500)
    rows = OutgoingMail.objects.filter(key__in=[mail.key for mail in mails])
    numbers = dict(rows.values_list("message_id", "pk"))
    written = [mail for mail in mails if mail.message_id in numbers]
    for mail in written:
        mail.pk = numbers[mail.message_id]
    return written
