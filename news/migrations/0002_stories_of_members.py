import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clusters.models.image


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0002_initial"),
        ("members", "0004_how_mails_come"),
        ("news", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ArticlePicture",
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
                    "description",
                    models.CharField(help_text="What it shows, for those who can't see it.", max_length=200),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Has not answered"),
                            ("agreed", "Agrees"),
                            ("refused", "Does not want it"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "fingerprint",
                    models.CharField(help_text="Of the words it was asked about.", max_length=16),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "note",
                    models.CharField(blank=True, max_length=500, verbose_name="what it would rather have"),
                ),
                ("silence_told_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["company__name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="changed_at",
            field=models.DateTimeField(auto_now=True),
        ),
        migrations.AddField(
            model_name="article",
            name="company",
            field=models.ForeignKey(
                blank=True,
                help_text="The author's firm, which need not be asked.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="told_articles",
                to="members.company",
                verbose_name="told by",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="introduction",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="articles",
                to="members.introduction",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="note",
            field=models.TextField(blank=True, max_length=1000, verbose_name="why it was given back"),
        ),
        migrations.AddField(
            model_name="article",
            name="problem",
            field=models.TextField(
                blank=True, help_text="Markdown.", max_length=5000, verbose_name="what was the problem"
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="result",
            field=models.TextField(
                blank=True, help_text="Markdown.", max_length=5000, verbose_name="what came of it, at length"
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="submitted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="sent in"),
        ),
        migrations.AddField(
            model_name="article",
            name="together",
            field=models.TextField(
                blank=True, help_text="Markdown.", max_length=5000, verbose_name="what you did together"
            ),
        ),
        migrations.AlterField(
            model_name="article",
            name="body",
            field=models.TextField(
                blank=True, help_text="Markdown. A guided story needs none.", max_length=30000
            ),
        ),
        migrations.AlterField(
            model_name="article",
            name="summary",
            field=models.CharField(help_text="One or two sentences, for lists.", max_length=300),
        ),
        migrations.RunSQL(
            """
            UPDATE news_article SET submitted_at = changed_at WHERE state = 'submitted';
            UPDATE news_article SET state = 'draft' WHERE state = 'returned' AND note = '';
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "submitted"), _negated=True),
                    ("submitted_at__isnull", False),
                    _connector="OR",
                ),
                name="article_submitted_has_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "returned"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="article_returned_has_note",
                violation_error_message="Say what is missing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "returned"]),
                    models.Q(("body", ""), _negated=True),
                    models.Q(("problem", ""), ("result", ""), ("together", ""), _negated=True),
                    _connector="OR",
                ),
                name="article_has_words",
                violation_error_message="Write what happened.",
            ),
        ),
        migrations.AddField(
            model_name="articlepicture",
            name="article",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="picture", to="news.article"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="news.article"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="members.company"
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                condition=models.Q(("silence_told_at__isnull", True), ("state", "asked")),
                fields=["asked_at"],
                name="consent_silent",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(fields=("article", "company"), name="consent_once"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "asked")),
                    models.Q(("answered_at__isnull", False), ("state__in", ["agreed", "refused"])),
                    _connector="OR",
                ),
                name="consent_answered_at",
            ),
        ),
    ]
