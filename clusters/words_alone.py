from django.db import migrations


class WordsAlone(migrations.Migration):
    """For a migration of nothing but words: what models and fields are called, choices, help texts.

    Nothing of it is for the database. Django makes all related models anew after each change; here they are made once,
    after the last: with hundreds of changes that was half of the time a new database takes.
    """

    def apply(self, project_state, schema_editor, collect_sql=False):
        project_state.__dict__.pop("apps", None)  # made again from the state by the first that asks
        return self.mutate_state(project_state, preserve=False)

    def unapply(self, project_state, schema_editor, collect_sql=False):
        return project_state
