import uuid

import django.db.models.deletion
from django.db import migrations, models

import clusters.models.image


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0005_trail_is_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="SupporterLogo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("large", models.FileField(upload_to=clusters.models.image.image_path)),
                ("small", models.FileField(upload_to=clusters.models.image.image_path)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "supporter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="logo",
                        to="clusters.supporter",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
