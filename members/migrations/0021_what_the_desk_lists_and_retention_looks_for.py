"""The desk's list of all people is read in its order, and retention finds accounts that were never used."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0020_what_the_desk_searches")]

    operations = [
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["name"], name="user_by_name"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                fields=["date_joined"],
                condition=models.Q(("erased_at", None), ("is_superuser", False), ("last_login", None)),
                name="user_never_signed_in",
            ),
        ),
    ]
