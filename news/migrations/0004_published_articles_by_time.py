from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0003_letters_and_digests")]

    operations = [
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["-published_at", "-id"],
                name="article_published",
            ),
        ),
    ]
