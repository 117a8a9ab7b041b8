"""Addresses of registration: beside the desk's own, and the reports of groups apart from all that is about one talk."""

from django.urls import path

from registration.views import auditor, desk, reports

OF = "reports/<slug:organisation>/of/<slug:figures>/<slug:span>/"
urlpatterns = [
    path("reports/<slug:organisation>/", auditor.start, name="reports"),
    path("reports/<slug:organisation>/files/", auditor.files, name="report_files"),
    path("reports/<slug:organisation>/files/<int:file>/", auditor.file, name="report_file"),
    path(OF, auditor.one, name="report_of"),
    path(f"{OF}progress/", auditor.progress, name="report_progress"),
    path(f"{OF}take/", auditor.take, name="take_report"),
    path("desk/<slug:organisation>/registrations/", desk.to_finish, name="registrations"),
    path("desk/<slug:organisation>/registrations/by-hand/", desk.by_hand, name="registration_by_hand"),
    path("desk/<slug:organisation>/registrations/reports/", reports.short_reports, name="short_reports"),
    path("desk/<slug:organisation>/registrations/finish/<slug:talk>/", desk.finish_later, name="registration_finish"),
    path("desk/<slug:organisation>/registrations/talks/<slug:talk>/", desk.talk, name="registration_talk"),
    path("desk/<slug:organisation>/registrations/trees/<slug:tree>/", desk.tree, name="registration_tree"),
]
