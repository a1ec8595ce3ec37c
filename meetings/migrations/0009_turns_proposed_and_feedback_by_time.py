"""What is most urgent goes by the turns that are proposed, few of all there are; feedback is listed by time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0008_what_the_desk_searches")]

    operations = [
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                fields=["meeting"], condition=models.Q(("state", "proposed")), name="duty_proposed"
            ),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(fields=["given_at", "id"], name="feedback_by_time"),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                fields=["given_at"],
                condition=models.Q(("may_quote", False), models.Q(("comment", ""), _negated=True)),
                name="feedback_to_forget",
            ),
        ),
    ]
