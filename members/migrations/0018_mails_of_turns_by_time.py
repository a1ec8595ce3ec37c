"""The worker looks through the reminders of the last weeks once a minute."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0017_people_who_ask")]

    operations = [
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                fields=["created_at"],
                condition=models.Q(kind="turn-reminder"),
                name="mail_turn_reminders",
            ),
        ),
    ]
