"""The desk searches by parts of words (`icontains`), which the indexes for whole words don't serve."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("meetings", "0007_words_of_photos")]

    operations = [
        migrations.AddIndex(
            model_name="meeting",
            index=GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="meeting_letters"),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="registration_letters"),
        ),
        migrations.AddIndex(
            model_name="presentation",
            index=GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="presentation_letters"),
        ),
    ]
