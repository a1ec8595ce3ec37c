"""The desk searches by parts of words (`icontains`), which the indexes for whole words don't serve."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("news", "0005_words_of_the_desk")]

    operations = [
        migrations.AddIndex(
            model_name="article",
            index=GinIndex(
                OpClass(Upper("title"), name="gin_trgm_ops"),
                OpClass(Upper("summary"), name="gin_trgm_ops"),
                name="article_letters",
            ),
        ),
    ]
