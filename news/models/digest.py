from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Digest(models.Model):
    """A week whose mails have been written (`news.digests`). It is there so that no week has two."""

    week = models.DateField(_("week"), unique=True, help_text=_("Its Monday."))
    sent_at = models.DateTimeField(_("sent at"))
    mails = models.PositiveIntegerField(_("mails"), default=0)

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["-week"]

    def __str__(self):
        return gettext("Week of %(week)s: %(mails)s mails") % {
            "week": f"{self.week:%Y-%m-%d}",
            "mails": self.mails,
        }
