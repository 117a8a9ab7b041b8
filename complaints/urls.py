"""Addresses of complaints and feedback. Those of an organisation stand before the addresses of its lines."""

from django.urls import path

from complaints.views import handling, rights, security, visitor

urlpatterns = [
    path(".well-known/security.txt", security.security_txt, name="security_txt"),
    path("security/", security.security, name="security"),
    path("handling/<slug:organisation>/", handling.reports, name="handling"),
    path("handling/<slug:organisation>/feedback/", handling.feedback_results, name="feedback_results"),
    path("handling/<slug:organisation>/faults/", handling.faults, name="handling_faults"),
    path("handling/<slug:organisation>/report/<str:report>/", handling.report, name="handling_report"),
    path("handling/<slug:organisation>/rights/", rights.register, name="rights_requests"),
    path("handling/<slug:organisation>/rights/<str:asked>/", rights.one, name="rights_request"),
    path("<slug:organisation>/rights/", rights.ask, name="rights"),
    path("<slug:organisation>/complaints/", visitor.complaints, name="complaints"),
    path("<slug:organisation>/complaints/receipt/", visitor.receipt, name="receipt"),
    path("<slug:organisation>/complaints/fault/", visitor.fault, name="fault"),
    path("<slug:organisation>/complaints/feedback/", visitor.give_feedback, name="feedback"),
]
