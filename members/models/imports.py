from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Association, Cluster

from .company import Company, Representative


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.managed_by(user)

    def managed_by(self, user):
        """Those of the clusters and associations that one looks after, whoever of the officers began them."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )


class Import(models.Model):
    """A table that somebody brings: looked through line by line, then put in, all or nothing. See `members.imports`."""

    class Kind(models.TextChoices):
        MEMBERS = "members", _("Firms, people and memberships")
        MEETINGS = "meetings", _("Past meetings")

    class State(models.TextChoices):
        COLUMNS = "columns", _("Say what is in the columns")
        CHECKING = "checking", _("Being looked through")
        CHECKED = "checked", _("Looked through, nothing made yet")
        RUNNING = "running", _("Being put in")
        DONE = "done", _("Done")

    AT_WORK = (State.CHECKING, State.RUNNING)
    READ_IN = "lists of people"  # what `clusters.in_hand.busy_in` says while one is worked on

    kind = models.CharField(_("what is in it"), max_length=10, choices=Kind, default=Kind.MEMBERS)
    association = models.ForeignKey(
        Association,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("association"),
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("cluster"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    file_name = models.CharField(_("file"), max_length=120)
    columns = models.JSONField(_("columns"), default=list, blank=True, help_text=_("The headers."))
    mapping = models.JSONField(
        _("mapping"),
        default=list,
        blank=True,
        help_text=_("What each column is, by the names of the kind's fields."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.COLUMNS)
    total = models.PositiveIntegerField(_("lines"), default=0)
    progress = models.PositiveIntegerField(
        _("progress"), default=0, help_text=_("Lines worked on in this state.")
    )
    counts = models.JSONField(
        _("counts"), default=dict, blank=True, help_text=_("How many lines had which outcome.")
    )
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) ^ Q(cluster__isnull=True),
                name="import_of_one",
                violation_error_message=_("Choose an association or a cluster, not both."),
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def of(self) -> Cluster | Association | None:
        return self.cluster or self.association

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def to_put_in(self) -> int:
        """How many lines would change something."""
        return self.counts.get(ImportLine.Outcome.MADE, 0) + self.counts.get(ImportLine.Outcome.CHANGED, 0)

    def clusters(self) -> models.QuerySet[Cluster]:
        """Those it may be about."""
        if self.cluster_id:
            return Cluster.objects.filter(pk=self.cluster_id)
        return Cluster.objects.filter(association=self.association_id)


class ImportLineQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(of__in=Import.objects.managed_by(user))


class ImportLine(models.Model):
    """A line of an imported table, and what becomes of it."""

    class Outcome(models.TextChoices):
        REFUSED = "refused", _("Refused")
        CHANGED = "changed", _("Changes something")
        MADE = "made", _("Makes something new")
        SAME = "same", _("All there already")

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(help_text=_("As the spreadsheet counts."))
    cells = models.JSONField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    words = models.TextField(blank=True, help_text=_("What becomes of it, or why it is refused."))
    candidates = models.JSONField(
        default=list, blank=True, help_text=_("Firms that may be meant: number, name, web domain.")
    )
    choice = models.CharField(max_length=20, blank=True, help_text=_("The number of the firm meant, or new."))

    objects = ImportLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("import line")
        verbose_name_plural = _("import lines")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_line_number")]
        indexes = [models.Index(fields=["of", "outcome", "number"])]

    def __str__(self):
        return gettext("Line %(number)s") % {"number": self.number}


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.managed_by(user)

    def managed_by(self, user):
        return self.filter(company__in=Company.objects.managed_by(user))

    def unsent(self):
        return self.filter(sent_at=None, accepted_at=None)


class Invitation(models.Model):
    """Somebody who is said to act for a firm, and is not known to want it. A sign-in of theirs makes them its
    representative (`members.invitations`); nothing is mailed to them before an officer says so.
    """

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("company")
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.CASCADE,
        related_name="invitations",
        help_text=_("Whose list they are on."),
        verbose_name=_("cluster"),
    )
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=100)
    job = models.CharField(_("job title"), max_length=80, blank=True)
    role = models.CharField(
        _("role"), max_length=10, choices=Representative.Role, default=Representative.Role.MEMBER
    )
    came_by = models.ForeignKey(
        Import, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["company__name", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "email"],
                name="invitation_once",
                violation_error_message=_("This person is on the list of the firm already."),
            ),
            models.CheckConstraint(
                condition=Q(email=models.functions.Lower("email")), name="invitation_email_lower_case"
            ),
        ]

    def __str__(self):
        return gettext("%(name)s for %(company)s") % {"name": self.name, "company": self.company}
