from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("members", "0014_applications_and_refusals_by_time")]

    operations = [
        migrations.AlterField(
            "outgoingmail", "due_at", models.DateTimeField(verbose_name="due at", db_default=Now())
        ),
    ]
