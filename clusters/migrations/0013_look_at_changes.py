"""Who looks at the number of changes is told for how long nothing can be committed; see clusters.changes."""

from importlib import import_module

from django.db import migrations

NOTE_CHANGE = """
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of text;
    noted text := nullif(current_setting('clusters.change_noted', true), '');
BEGIN
    IF noted IS NULL THEN
        noted := '|';
        PERFORM pg_advisory_xact_lock_shared(1819242347);
        PERFORM set_config('clusters.change_began', extract(epoch FROM clock_timestamp())::text, true);
    END IF;
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

# Two statements, so that the number is read after the lock was free: a function that is VOLATILE sees with each what
# was committed until then, if the transaction is READ COMMITTED.
LOOK_AT_CHANGES = """
CREATE FUNCTION look_at_changes(OUT number bigint, OUT holds_ms integer) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    holds_ms := CASE
        WHEN current_setting('transaction_isolation') = 'read committed'
        AND pg_try_advisory_xact_lock(1819242347) THEN 5 ELSE 0
    END;
    SELECT coalesce(sum(commits), 0) INTO number FROM change_count WHERE about = '';
END
$$
"""

# One millisecond more than was promised, for clocks that do not go alike.
AWAIT_LOOKS = """
CREATE FUNCTION await_looks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    began double precision := nullif(current_setting('clusters.change_began', true), '')::double precision;
    now double precision := extract(epoch FROM clock_timestamp());
BEGIN
    IF began IS NULL THEN  -- somebody wrote here by hand
        PERFORM pg_advisory_xact_lock_shared(1819242347);
        PERFORM set_config('clusters.change_began', now::text, true);
        began := now;
    END IF;
    IF now < began + 0.006 THEN
        PERFORM pg_sleep(least(0.006, began + 0.006 - now));
    END IF;
    RETURN NULL;
END
$$
"""

TRIGGER = """
CREATE CONSTRAINT TRIGGER await_looks AFTER INSERT OR UPDATE ON change_count
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION await_looks()
"""


class Migration(migrations.Migration):
    dependencies = [("clusters", "0012_note_all_to_check")]

    operations = [
        migrations.RunSQL(
            NOTE_CHANGE, import_module("clusters.migrations.0011_count_changes_of_all_tables").FUNCTION
        ),
        migrations.RunSQL(AWAIT_LOOKS, "DROP FUNCTION await_looks() CASCADE"),
        # It waits for all who write now, so that nobody commits who began before anybody waited.
        migrations.RunSQL(TRIGGER, migrations.RunSQL.noop),
        # Also where a copy of the data is loaded in the role of a replica.
        migrations.RunSQL(
            "ALTER TABLE change_count ENABLE ALWAYS TRIGGER await_looks", migrations.RunSQL.noop
        ),
        migrations.RunSQL(LOOK_AT_CHANGES, "DROP FUNCTION look_at_changes()"),
    ]
