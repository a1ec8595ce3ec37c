from django.db import migrations, models


class Migration(migrations.Migration):
    """Until now a row meant: not at all. That is the default."""

    dependencies = [("members", "0003_freezing")]

    operations = [
        migrations.RenameField("mailchoice", "unwanted_since", "since"),
        migrations.AddField(
            "mailchoice",
            "how",
            models.CharField(
                choices=[("at-once", "At once"), ("weekly", "In the weekly mail"), ("never", "Not at all")],
                default="never",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "mailchoice",
            "kind",
            models.CharField(
                choices=[
                    ("agendas", "Agendas and changes to them"),
                    ("letters", "Letters from my coordinators"),
                    ("reminders", "Reminders of meetings I said yes to"),
                    ("introductions", "Questions about what came of an introduction"),
                    ("opportunities", "New asks and offers of members"),
                    ("news", "Stories and news"),
                    ("weekly", "The weekly mail"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            "mailchoice",
            models.CheckConstraint(condition=~models.Q(how="at-once"), name="mail_choice_unusual"),
        ),
    ]
