"""The job that shows that the clock and a worker are alive."""

from celery import shared_task

from config.health import note_beat


@shared_task(ignore_result=True)
def beat() -> None:
    note_beat()
