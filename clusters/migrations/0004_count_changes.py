"""What clusters.changes counts with. It gives the tables their triggers after each `migrate`."""

from django.db import migrations

# Room on each page for the next version of its rows, which then need no vacuum.
TABLE = """
CREATE TABLE change_count (
    slot bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    commits bigint NOT NULL
) WITH (fillfactor = 25)
"""

# Once a transaction. A look that stays the same all through one (REPEATABLE READ) may not change a row that changed
# after it, so it makes its own.
FUNCTION = """
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
    dependencies = [("clusters", "0003_faq_care")]

    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE change_count"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION note_change() CASCADE"),
    ]
