from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints and feedback")

    def ready(self) -> None:
        from complaints import admin, counting, feedback, holders, letters, promised, reminders

        admin.sign_in()
        counting.sign_in()
        feedback.sign_in()
        letters.sign_in()
        reminders.sign_in()
        holders.hold()
        promised.promise()
