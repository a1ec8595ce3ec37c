from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster


class OutgoingMailQuerySet(models.QuerySet):
    def due(self):
        """By the database's clock: those of machines may differ, and jump."""
        return self.filter(state=OutgoingMail.State.WAITING, due_at__lte=Now())

    def visible_to(self, user):
        return self.managed_by(user)

    def managed_by(self, user):
        """Coordinators see what went to the members of their clusters; account mails are the operator's."""
        if user.is_superuser:
            return self.all()
        return self.filter(cluster__in=Cluster.objects.managed_by(user))

    def send_again(self) -> int:
        """Those given up start anew; those whose text is forgotten can't. Returns how many."""
        failed = self.filter(state=OutgoingMail.State.FAILED).exclude(text="")
        return failed.update(state=OutgoingMail.State.WAITING, due_at=Now(), attempts=0)


class OutgoingMail(models.Model):
    """A mail to one person, written in the transaction that causes it (`members.outbox`), sent by the worker.

    Taking a mail moves `due_at` ahead by the lease, so a killed worker's mail comes up again by itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")

    key = models.CharField(
        max_length=200, unique=True, help_text=_("What it is about and to whom: written once.")
    )
    kind = models.CharField(_("kind"), max_length=30)
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="mails",
        verbose_name=_("cluster"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="mails"
    )
    to = models.EmailField(_("to"))
    reply_to = models.EmailField(_("reply to"), blank=True)
    from_name = models.CharField(_("from name"), max_length=120, blank=True)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(_("calendar attachment"), blank=True)
    unsubscribe_url = models.URLField(max_length=400, blank=True)
    message_id = models.CharField(_("message id"), max_length=150)

    to_many = models.BooleanField(
        default=False, help_text=_("One of many alike: mails that somebody waits for go first.")
    )

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)
    bounced = models.BooleanField(
        default=False, editable=False, help_text=_("The mail server refused it or its recipient for good.")
    )

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["to_many", "due_at"], condition=Q(state="waiting"), name="mail_due"),
            models.Index(fields=["cluster", "-created_at"]),
            models.Index(fields=["-created_at"]),
            models.Index(fields=["to", "created_at"], name="mail_to"),
            models.Index(
                fields=["created_at"], condition=Q(kind="turn-reminder"), name="mail_turn_reminders"
            ),
        ]

    def __str__(self):
        return f"{self.subject} → {self.to}"


class MailChoiceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.none() if user.is_anonymous else self.filter(user=user)

    def choose(self, user, kind: MailChoice.Kind, how: MailChoice.How) -> None:
        """How the person gets mails of a kind. Once or twice is the same."""
        if how == kind.usual:
            self.filter(user=user, kind=kind).delete()
        else:
            self.update_or_create(user=user, kind=kind, defaults={"how": how})

    def refuse(self, user, kind: MailChoice.Kind) -> None:
        """The person gets no more mails of that kind."""
        self.choose(user, kind, MailChoice.How.NEVER)

    def of(self, user) -> dict[MailChoice.Kind, MailChoice.How]:
        """How the person gets the mails of each kind."""
        chosen = dict(self.filter(user=user).values_list("kind", "how"))
        return {kind: MailChoice.How(chosen.get(kind, kind.usual)) for kind in MailChoice.Kind}


class MailChoice(models.Model):
    """A kind of optional mail that a person wants in another way than is usual: without a row it comes as usual.

    Who wants a kind weekly gets no single mails of it: the weekly mail (`news.digests`) has what they say.
    """

    class How(models.TextChoices):
        AT_ONCE = "at-once", _("At once")
        WEEKLY = "weekly", _("In the weekly mail")
        NEVER = "never", _("Not at all")

    class Kind(models.TextChoices):
        AGENDAS = "agendas", _("Agendas and changes to them")
        LETTERS = "letters", _("Letters from my coordinators")
        REMINDERS = "reminders", _("Reminders of meetings I said yes to")
        INTRODUCTIONS = "introductions", _("Questions about what came of an introduction")
        OPPORTUNITIES = "opportunities", _("New asks and offers of members")
        NEWS = "news", _("Stories and news")
        WEEKLY = "weekly", _("The weekly mail")

        @property
        def ways(self) -> tuple[MailChoice.How, ...]:
            """How one may have it, the usual way first."""
            how, kinds = MailChoice.How, MailChoice.Kind
            if self in (kinds.AGENDAS, kinds.LETTERS):
                return how.AT_ONCE, how.WEEKLY, how.NEVER
            if self in (kinds.REMINDERS, kinds.INTRODUCTIONS):
                return how.AT_ONCE, how.NEVER
            return how.WEEKLY, how.NEVER

        @property
        def usual(self) -> MailChoice.How:
            return self.ways[0]

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choices")
    kind = models.CharField(max_length=20, choices=Kind)
    how = models.CharField(max_length=10, choices=How, default=How.NEVER)
    since = models.DateTimeField(default=timezone.now)

    objects = MailChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail choice")
        verbose_name_plural = _("mail choices")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="mail_choice_once"),
            models.CheckConstraint(condition=~Q(how="at-once"), name="mail_choice_unusual"),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_kind_display()}, {self.get_how_display().lower()}"


class WorkerBeat(models.Model):
    """A mail worker that is at work: says so every few seconds, and is gone from here when it stops."""

    name = models.CharField(max_length=150, unique=True, help_text=_("Machine and process."))
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("worker beat")
        verbose_name_plural = _("worker beats")
        ordering = ["-seen_at"]

    def __str__(self):
        return self.name
