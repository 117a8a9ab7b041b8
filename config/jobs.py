"""The jobs of the embedded default: a Celery worker and its clock as threads of the one process that serves."""

import threading

from celery import Celery, beat
from celery.platforms import EX_OK
from celery.worker import WorkController, state

PATIENCE = 2.5  # seconds; the worker looks up from its in-memory broker every two


class JobsInside:
    """Starts worker and clock beside the web server and stops them with it.

    The plain `WorkController` installs no signal handlers (the web server has them), and the plain `Scheduler` keeps
    no file: what is due is asked of the rows, never remembered by the clock.
    """

    def __init__(self, app: Celery) -> None:
        self.worker = WorkController(
            app=app,
            pool="solo",
            concurrency=1,
            hostname="inside@toeverlaat",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self.clock = beat.Service(app, scheduler_cls=beat.Scheduler, max_interval=1)
        self.threads = [
            threading.Thread(target=self.worker.start, name="celery-worker", daemon=True),
            threading.Thread(target=self.clock.start, name="celery-beat", daemon=True),
        ]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Ask both to stop and wait a little; a job cut off does no harm, for every job is safe to run twice."""
        self.clock.stop(wait=False)
        vars(state)["should_stop"] = EX_OK
        for thread in self.threads:
            thread.join(PATIENCE / len(self.threads))
