from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present

from .company import Company


class ColleagueInvitationQuerySet(models.QuerySet):
    def open(self, now=None):
        """Those that can still be taken up."""
        newest = (now or present.now()) - ColleagueInvitation.HOLDS
        return self.filter(accepted_at=None, withdrawn_at=None, sent_at__gt=newest)

    def visible_to(self, user):
        return self.filter(company__in=Company.objects.represented_by(user))


class ColleagueInvitation(models.Model):
    """A firm asks somebody by mail to act for it. The acts are in `members.colleagues`."""

    HOLDS = timedelta(days=14)

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="colleague_invitations")
    email = models.EmailField(_("e-mail"))
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    sent_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ColleagueInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("colleague invitation")
        verbose_name_plural = _("colleague invitations")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "email"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="colleague_invitation_one_open",
                violation_error_message=_("This address has been asked already."),
            ),
        ]

    def __str__(self):
        return gettext("%(email)s for %(company)s") % {"email": self.email, "company": self.company}

    @property
    def ends_at(self):
        return self.sent_at + self.HOLDS
