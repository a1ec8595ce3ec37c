from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClustersConfig(AppConfig):
    name = "clusters"


class DeskConfig(AdminConfig):
    """Django's admin as the coordinators' desk."""

    default_site = "clusters.desk.Desk"
