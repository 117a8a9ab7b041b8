"""Every address there can be: those of the installation, and the example pages that only the demo has."""

from django.urls import include, path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as installed

__all__ = ["handler400", "handler403", "handler404", "handler500"]

urlpatterns = [path("demo/", include("config.demo.urls")), *installed]
