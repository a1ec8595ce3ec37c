from django.db import migrations

STAY = """
CREATE FUNCTION members_closed_drive_stays() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'A closed drive stays as it was.' USING ERRCODE = 'integrity_constraint_violation';
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER closed_drive_stays BEFORE UPDATE OR DELETE ON members_drive
FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION members_closed_drive_stays();
"""

UNDO = """
DROP TRIGGER closed_drive_stays ON members_drive;
DROP FUNCTION members_closed_drive_stays();
"""


class Migration(migrations.Migration):
    """From no door at all, not even by SQL on the rows, is the result of a closed drive changed."""

    dependencies = [("members", "0007_drives_of_clusters_closing_and_referrals")]

    operations = [migrations.RunSQL(STAY, UNDO)]
