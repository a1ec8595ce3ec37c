from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0013_words_for_the_desk")]

    operations = [
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("state", "applied")), fields=["applied_at"], name="membership_applied"
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("state", "rejected")), fields=["ended_at"], name="membership_rejected"
            ),
        ),
    ]
