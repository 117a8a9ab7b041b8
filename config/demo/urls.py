"""Addresses of the example pages; there only in the demo."""

from django.urls import path

from config.demo import sites

urlpatterns = [path("<slug:organisation>/<slug:line>/", sites.site, name="demo_site")]
