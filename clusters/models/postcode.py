from django.db import models
from django.utils.translation import gettext_lazy as _

from clusters.kept_figures import kept


class Postcode(models.Model):
    """Where a postcode is, or a district in the mean of its postcodes; from `manage.py load_postcodes`.

    Without any the finder does with the districts of clusters/data/outcodes.csv.
    """

    code = models.CharField(
        _("code"), max_length=7, primary_key=True, help_text=_("Without a space: LA14YW, LA1.")
    )
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))

    class Meta:
        verbose_name = _("postcode")
        verbose_name_plural = _("postcodes")
        ordering = ["code"]

    def __str__(self):
        return self.code


def point_of(*codes: str) -> tuple[float, float] | None:
    """Latitude and longitude of the first of these postcodes and districts that has been loaded."""
    if not kept(("postcodes are known",), Postcode.objects.exists):
        return None
    points = {row[0]: row[1:] for row in Postcode.objects.filter(code__in=codes).values_list()}
    return next((points[code] for code in codes if code in points), None)
