"""Some tables have a number of their own beside that of all changes: `about` is the table, or empty for all."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of text := coalesce(TG_ARGV[0], '');
    noted text := coalesce(nullif(current_setting('clusters.change_noted', true), ''), '|');
BEGIN
    IF position('|' || of || '|' IN noted) > 0 THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('clusters.change_noted', noted || of || '|', true);
    IF current_setting('transaction_isolation') = 'read committed' THEN
        UPDATE change_count SET commits = commits + 1
        WHERE slot = (SELECT slot FROM change_count WHERE about = of LIMIT 1 FOR UPDATE SKIP LOCKED);
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO change_count (about, commits) VALUES (of, 1);
    RETURN NULL;
END
$$
"""

BEFORE = """
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('clusters.change_noted', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('clusters.change_noted', 'yes', true);
    IF current_setting('transaction_isolation') = 'read committed' THEN
        UPDATE change_count SET commits = commits + 1
        WHERE slot = (SELECT slot FROM change_count LIMIT 1 FOR UPDATE SKIP LOCKED);
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO change_count (commits) VALUES (1);
    RETURN NULL;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("clusters", "0007_postcodes")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE change_count ADD COLUMN about text NOT NULL DEFAULT ''",
            "ALTER TABLE change_count DROP COLUMN about",
        ),
        migrations.RunSQL(FUNCTION, BEFORE),
    ]
