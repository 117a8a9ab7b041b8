"""The admin of Django with our own site in place of the stock one."""

from django.contrib.admin.apps import AdminConfig


class HelplinesAdminConfig(AdminConfig):
    default_site = "helplines.admin_site.HelplinesAdminSite"
