from __future__ import annotations

from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from clusters.addresses import address
from clusters.images import Kind
from clusters.models import StoredImage

from .company import Company


class CompanyLogoQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.visible_to(user))


class CompanyLogo(StoredImage):
    """The sign of a firm, for its page and the directory."""

    KIND = Kind(gettext_noop("logo"), {"large": 512, "small": 144}, smallest_side=48, quality=90)

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="logo")

    objects = CompanyLogoQuerySet.as_manager()

    class Meta(StoredImage.Meta):
        verbose_name = _("company logo")
        verbose_name_plural = _("company logos")

    def __str__(self):
        return gettext("Logo of %(company)s") % {"company": self.company}

    def get_absolute_url(self):
        return address("members:company-logo", self.uid, "large")

    @property
    def small_url(self) -> str:
        return address("members:company-logo", self.uid, "small")
