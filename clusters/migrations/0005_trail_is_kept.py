import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

KEEP = """
CREATE FUNCTION clusters_act_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('clusters.trail_may_fade', true) = 'yes' THEN
        RETURN NEW;
    END IF;
    -- who did it has been deleted; generated columns are not known yet
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
        AND to_jsonb(NEW) - ARRAY['actor_id', 'words'] = to_jsonb(OLD) - ARRAY['actor_id', 'words'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The trail stays as it was written.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER clusters_act_is_kept BEFORE UPDATE OR DELETE ON clusters_act
    FOR EACH ROW EXECUTE FUNCTION clusters_act_is_kept();
"""
LET_GO = """
DROP TRIGGER clusters_act_is_kept ON clusters_act;
DROP FUNCTION clusters_act_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0004_count_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="act",
            name="faded",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="act",
            name="words",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Upper(
                    django.db.models.functions.text.Concat(
                        "verb", models.Value(" "), "subject", models.Value(" "), "note"
                    )
                ),
                output_field=models.CharField(max_length=800),
            ),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["-at", "-id"], name="clusters_ac_at_898877_idx"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["association", "-at"], name="clusters_ac_associa_68abe2_idx"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(condition=models.Q(("faded", False)), fields=["at"], name="act_to_fade"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="act_words_trgm", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
