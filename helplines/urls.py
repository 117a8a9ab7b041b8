"""Pages of an organisation for the people who work there."""

from django.urls import path

from helplines import invitation_views, proposal_views, public_names, views

urlpatterns = [
    path("invitation/", invitation_views.invitation, name="invitation"),
    path("invitation/<str:token>/", invitation_views.link, name="invitation_link"),
    path("start/", views.start, name="start"),
    path("start/<slug:organisation>/name/", public_names.public_name, name="public_name"),
    path("agreement/<slug:organisation>/", views.agreement, name="agreement"),
    path("promises/<slug:organisation>/", views.promises, name="promises"),
    path("proposals/<slug:organisation>/", proposal_views.proposal, name="proposal"),
]
