"""Pages of privacy for the people who answer for it."""

from django.urls import path

from privacy import key_views, opening_views, promise_views, views

urlpatterns = [
    path("keys/<slug:organisation>/", key_views.holder_keys, name="holder_keys"),
    path("opening/<slug:organisation>/", opening_views.openings, name="openings"),
    path("opening/<slug:organisation>/of/<slug:code>/", opening_views.opening, name="opening"),
    path("opening/<slug:organisation>/count/", opening_views.opening_count, name="opening_count"),
    path("audit/<slug:organisation>/", views.log, name="audit"),
    path("audit/<slug:organisation>/week/", views.week, name="audit_week"),
    path("ledger/<slug:organisation>/", promise_views.ledger, name="ledger"),
]
