"""A trigger may count in several numbers: that of all changes, of its table, of what figures are counted from."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of text;
    noted text := coalesce(nullif(current_setting('clusters.change_noted', true), ''), '|');
BEGIN
    FOR nth IN 0 .. greatest(TG_NARGS, 1) - 1 LOOP
        of := coalesce(TG_ARGV[nth], '');
        CONTINUE WHEN position('|' || of || '|' IN noted) > 0;
        noted := noted || of || '|';
        PERFORM set_config('clusters.change_noted', noted, true);
        IF current_setting('transaction_isolation') = 'read committed' THEN
            UPDATE change_count SET commits = commits + 1
            WHERE slot = (SELECT slot FROM change_count WHERE about = of LIMIT 1 FOR UPDATE SKIP LOCKED);
            CONTINUE WHEN FOUND;
        END IF;
        INSERT INTO change_count (about, commits) VALUES (of, 1);
    END LOOP;
    RETURN NULL;
END
$$
"""

BEFORE = """
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


class Migration(migrations.Migration):
    dependencies = [("clusters", "0010_rows_to_check")]

    operations = [migrations.RunSQL(FUNCTION, BEFORE)]
