"""What jobs of the worker have to look at again; see clusters.to_check."""

from django.db import migrations

TABLE = """
CREATE TABLE to_check (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job text NOT NULL,
    about text NOT NULL,
    value text NOT NULL
);
CREATE INDEX to_check_job ON to_check (job)
"""

FUNCTION = """
CREATE FUNCTION note_to_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    job text := TG_ARGV[0];
    about text := TG_ARGV[1];
    ask text := format('SELECT ($1).%I::text', TG_ARGV[2]);
    before text;
    after text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        EXECUTE ask INTO before USING OLD;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        EXECUTE ask INTO after USING NEW;
    END IF;
    INSERT INTO to_check (job, about, value)
    SELECT DISTINCT job, about, value FROM (VALUES (before), (after)) AS noted (value) WHERE value IS NOT NULL;
    RETURN NULL;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("clusters", "0009_words_of_the_desk")]

    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE to_check"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION note_to_check() CASCADE"),
    ]
