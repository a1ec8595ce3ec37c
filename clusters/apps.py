from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class ClustersConfig(AppConfig):
    name = "clusters"

    def ready(self):
        from clusters.changes import watch_tables

        post_migrate.connect(watch_tables, sender=self)


class DeskConfig(AdminConfig):
    """Django's admin as the coordinators' desk."""

    default_site = "clusters.desk.Desk"
