from django.db import models


class Digest(models.Model):
    """A week whose mails have been written (`news.digests`). It is there so that no week has two."""

    week = models.DateField(unique=True, help_text="Its Monday.")
    sent_at = models.DateTimeField()
    mails = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-week"]

    def __str__(self):
        return f"Week of {self.week:%Y-%m-%d}: {self.mails} mails"
