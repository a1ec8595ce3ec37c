from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("members", "0002_introductions_opportunities_and_reports")]

    operations = [
        migrations.AddField(
            model_name="company",
            name="frozen_at",
            field=models.DateTimeField(
                blank=True, help_text="Since then it takes no part: see members.freezing.", null=True
            ),
        ),
        migrations.AddField(
            model_name="company",
            name="frozen_reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="sentence to the frozen firm"),
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, frozen_reason="")
                | Q(frozen_at__isnull=False) & ~Q(frozen_reason=""),
                name="company_frozen_for_a_reason",
                violation_error_message="A firm is frozen for a reason, which it is told.",
            ),
        ),
    ]
