"""Django's admin as the coordinators' desk: open to whoever holds an office today."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin


class Desk(admin.AdminSite):
    site_header = "Coordinators' desk"
    site_title = "Coordinators' desk"
    index_title = "What you look after"
    enable_nav_sidebar = False

    def has_permission(self, request):
        return request.user.is_active and request.user.is_staff

    def login(self, request, extra_context=None):
        """Signing in is allauth's: rate limits, codes and second factors hold for the desk too."""
        return secure_admin_login(super().login)(request, extra_context)
