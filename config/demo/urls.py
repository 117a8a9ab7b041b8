"""Addresses of the example pages; there only in the demo."""

from django.urls import path

from config.demo import views

urlpatterns = [path("<slug:organisation>/<slug:line>/", views.site, name="demo_site")]
