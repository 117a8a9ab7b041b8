from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistrationConfig(AppConfig):
    name = "registration"
    verbose_name = _("Registrations")

    def ready(self) -> None:
        from registration import beside, counting, fixing, holders, promised

        holders.hold()
        beside.sign_in()
        counting.sign_in()
        fixing.sign_in()
        promised.promise()
