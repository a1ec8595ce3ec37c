from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .company import Company


def new_code() -> str:
    return secrets.token_urlsafe(9)


class ReferralLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.none() if user.is_anonymous else self.filter(user=user)


class ReferralLink(models.Model):
    """A member's own address for neighbours who might join: /join/?from=<code>. It does not say whose it is."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="referral_link"
    )
    code = models.CharField(max_length=20, unique=True, default=new_code)
    since = models.DateTimeField(default=timezone.now)

    objects = ReferralLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral link")
        verbose_name_plural = _("referral links")

    def __str__(self):
        return gettext("Link of %(person)s") % {"person": self.user}


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Nobody but who brought the firm: others see only how many there are."""
        return self.none() if user.is_anonymous else self.filter(referrer=user)

    def joined(self):
        """Those whose firm has become a member."""
        return self.filter(thanked_at__isnull=False)


class Referral(models.Model):
    """A firm that came by a member's link. The acts are in `members.referrals`."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="referral")
    referrer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="referrals"
    )
    made_at = models.DateTimeField(default=timezone.now)
    thanked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the firm had become a member.")
    )

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["made_at", "pk"]

    def __str__(self):
        return gettext("%(company)s came by a member's link") % {"company": self.company}
