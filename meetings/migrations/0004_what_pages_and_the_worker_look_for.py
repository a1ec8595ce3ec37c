from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0003_headcount")]

    operations = [
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(
                condition=models.Q(("state", "held")), fields=["ends_at"], name="meeting_over"
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("state", "offered")), fields=["answer_by"], name="duty_to_answer"
            ),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "published"])),
                fields=["starts_at", "id"],
                name="meeting_ahead",
            ),
        ),
        migrations.AddIndex(
            model_name="presentation",
            index=models.Index(
                condition=models.Q(("state", "expected")), fields=["meeting"], name="presentation_awaited"
            ),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("state", "awaiting")), fields=["meeting"], name="registration_unconfirmed"
            ),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("state", "waitlisted")), fields=["meeting"], name="registration_in_line"
            ),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("needs", ""), _negated=True),
                fields=["meeting"],
                name="registration_with_needs",
            ),
        ),
    ]
