from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelplinesConfig(AppConfig):
    name = "helplines"
    verbose_name = _("Helplines")

    def ready(self) -> None:
        from allauth.mfa import signals

        from helplines import second_factor
        from helplines.exchange.own import register_own

        for happened in (signals.authenticator_used, signals.authenticator_added, signals.authenticator_removed):
            happened.connect(second_factor.showed, dispatch_uid="helplines.second_factor")
        register_own()
