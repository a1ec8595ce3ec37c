import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import members.models.referral


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0002_initial"),
        ("members", "0006_imports_exports_and_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "thanked_at",
                    models.DateTimeField(
                        blank=True, help_text="When the firm had become a member.", null=True
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReferralLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(default=members.models.referral.new_code, max_length=20, unique=True),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AlterModelOptions(
            name="drive",
            options={"ordering": ["-start", "pk"]},
        ),
        migrations.AlterModelOptions(
            name="target",
            options={"ordering": ["drive", "pk"]},
        ),
        migrations.RemoveConstraint(
            model_name="target",
            name="target_once",
        ),
        migrations.AddField(
            model_name="drive",
            name="closed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="drive",
            name="cluster",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drives",
                to="clusters.cluster",
            ),
        ),
        migrations.AddField(
            model_name="drive",
            name="result",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="As it stood when it was closed: members.drives.Standing. A trigger of the database keeps it.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="meeting_kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12),
                blank=True,
                default=list,
                help_text="For meetings of other kinds: which.",
                size=None,
                verbose_name="kinds of meetings",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="name",
            field=models.CharField(
                blank=True,
                help_text="In the plural, if it has a name of its own: open days.",
                max_length=60,
                verbose_name="called",
            ),
        ),
        migrations.AlterField(
            model_name="drive",
            name="association",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drives",
                to="clusters.association",
            ),
        ),
        migrations.AlterField(
            model_name="target",
            name="kind",
            field=models.CharField(
                choices=[
                    ("new-members", "new member firms"),
                    ("events", "events"),
                    ("training", "training activities"),
                    ("demand", "demand-generating events"),
                    ("meetings", "meetings of other kinds"),
                    ("introductions", "introductions that led to something"),
                    ("opportunities", "opportunities that led to something"),
                ],
                max_length=15,
                verbose_name="what is counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="drive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("association__isnull", True), ("cluster__isnull", True), _connector="XOR"
                ),
                name="drive_of_one",
                violation_error_message="Choose an association or a cluster, not both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="drive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("result__isnull", True), ("state", "running")),
                    models.Q(("closed_at__isnull", False), ("result__isnull", False), ("state", "closed")),
                    _connector="OR",
                ),
                name="drive_closed_with_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("drive", "kind", "name"),
                name="target_once",
                violation_error_message="The drive has a target of this kind and name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "meetings"), _negated=True),
                    models.Q(
                        models.Q(("name", ""), _negated=True), models.Q(("meeting_kinds", []), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="target_meetings_say_which",
                violation_error_message="Meetings of other kinds need a name, and the kinds that count.",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="company",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="referral", to="members.company"
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="referrer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="referrals",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="referrallink",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="referral_link",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
