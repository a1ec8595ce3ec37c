from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Association


class InterestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Nobody but who looks after it, and that without the address."""
        return self.none() if user.is_anonymous else self.managed_by(user)

    def managed_by(self, user):
        if user.is_superuser:
            return self.all()
        return self.filter(association__in=Association.objects.managed_by(user))

    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)


class Interest(models.Model):
    """Somebody wants to hear when a cluster starts near their district. The acts are in `members.interests`.

    Of where they are it keeps the district alone. The row goes when they have been told, or when they say so.
    """

    association = models.ForeignKey(
        Association,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="interests",
        help_text=_("Whose cluster was the nearest."),
        verbose_name=_("association"),
    )
    district = models.CharField(_("district"), max_length=4, help_text=_("The first half of the postcode."))
    email = models.EmailField()
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed by link"), null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["district", "asked_at"]
        verbose_name = _("person who waits for a cluster")
        verbose_name_plural = _("people who wait for a cluster")
        constraints = [
            models.UniqueConstraint(Lower("email"), "district", name="interest_once"),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(confirmed_at=None), name="interest_unconfirmed")
        ]

    def __str__(self):
        return gettext("Somebody in %(district)s") % {"district": self.district}
