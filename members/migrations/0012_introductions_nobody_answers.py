from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0007_postcodes"),
        ("members", "0011_erased"),
    ]

    operations = [
        migrations.AddField(
            model_name="introduction",
            name="reminded_at",
            field=models.DateTimeField(
                blank=True, help_text="When those it waits for were asked once more.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="introduction",
            index=models.Index(
                Coalesce("forwarded_at", "asked_at"),
                condition=models.Q(("state__in", ["requested", "forwarded"])),
                name="introduction_waiting",
            ),
        ),
    ]
