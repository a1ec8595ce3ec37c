"""Also TRUNCATE, which no trigger for rows hears of, is noted for the jobs; see clusters.to_check."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION note_all_to_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO to_check (job, about, value) SELECT DISTINCT %L, %L, %I::text FROM %I.%I WHERE %I IS NOT NULL',
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2], TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[2]
    );
    RETURN NULL;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("clusters", "0011_count_changes_of_all_tables")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION note_all_to_check() CASCADE")]
