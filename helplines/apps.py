from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelplinesConfig(AppConfig):
    name = "helplines"
    verbose_name = _("Helplines")

    def ready(self) -> None:
        from allauth.mfa import signals
        from django.contrib.auth.signals import user_logged_in

        from helplines import known_devices, letters, reminders, reviews, second_factor, sessions, telling
        from helplines.exchange.own import register_own

        for happened in (signals.authenticator_used, signals.authenticator_added, signals.authenticator_removed):
            happened.connect(second_factor.showed, dispatch_uid="helplines.second_factor")
        telling.listen()
        letters.sign_in()
        user_logged_in.connect(sessions.began, dispatch_uid="helplines.sessions")
        user_logged_in.connect(known_devices.signed_in, dispatch_uid="helplines.known_devices")
        register_own()
        reminders.sign_in(reviews.reminders)
