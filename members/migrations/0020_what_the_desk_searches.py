"""The desk searches by parts of words (`icontains`), which the indexes for whole words don't serve."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("members", "0019_complaints")]

    operations = [
        migrations.AddIndex(
            model_name="company",
            index=GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("web_domain"), name="gin_trgm_ops"),
                name="company_letters",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("email"), name="gin_trgm_ops"),
                name="user_letters",
            ),
        ),
    ]
