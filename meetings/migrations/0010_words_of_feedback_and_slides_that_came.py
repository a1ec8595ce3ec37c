"""The desk searches what people said by parts of words (`icontains`), and its first page asks which slides have come."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("meetings", "0009_turns_proposed_and_feedback_by_time")]

    operations = [
        migrations.AddIndex(
            model_name="feedback",
            index=GinIndex(OpClass(Upper("comment"), name="gin_trgm_ops"), name="feedback_letters"),
        ),
        migrations.AddIndex(
            model_name="presentation",
            index=models.Index(
                fields=["meeting"], condition=models.Q(("state", "submitted")), name="presentation_came"
            ),
        ),
    ]
