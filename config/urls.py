"""Every address of the installation. Organisations come last: the first part of their addresses is their own name."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import views

demo_urls = [path("demo/", include("config.demo.urls"))] if settings.DEMO else []

urlpatterns = [
    path("", views.landing, name="landing"),
    path("livez", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
    path("metrics", views.figures, name="figures"),
    path("admin/", admin.site.urls),
    path("account/", include("helplines.signin_urls")),
    *demo_urls,
    path("", include("helplines.urls")),
    path("", include("privacy.urls")),
    path("", include("complaints.urls")),
    path("", include("registration.urls")),
    path("", include("chat.urls")),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.broken"
