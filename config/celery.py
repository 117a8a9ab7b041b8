"""Celery: one application; the embedded default runs worker and beat inside the web process."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("toeverlaat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
