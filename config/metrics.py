"""Figures for the operator, in the form that Prometheus reads: how many and how long, never who, what or where."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from chat import waits
from chat.doors import doors
from chat.hub import hub
from chat.writer import writer
from privacy import alarms, promises, requests

PREFIX = "toeverlaat_"
BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 499)  # bounds of the histogram; the writer takes at most 500


class Process(Collector):
    """What this process knows of itself."""

    def collect(self) -> Iterator[Metric]:
        sockets = GaugeMetricFamily(f"{PREFIX}open_sockets", "Sockets open on this process", labels=["kind"])
        for kind, count in {"visitor": 0, "desk": 0, **doors.count()}.items():
            sockets.add_metric([kind], count)
        yield sockets
        yield GaugeMetricFamily(f"{PREFIX}writer_queue", "Messages that wait to be stored", writer.queue.qsize())
        yield self.batches()
        yield CounterMetricFamily(f"{PREFIX}replays", "Times that a client asked for what it missed", doors.replays)
        yield from self.bus()

    def batches(self) -> Metric:
        sizes = writer.sizes.copy()
        within = [(limit, sum(count for size, count in sizes.items() if size <= limit)) for limit in BATCHES]
        buckets = [*((str(limit), count) for limit, count in within), ("+Inf", sizes.total())]
        stored = sum(size * count for size, count in sizes.items())
        what = "Messages that one transaction of the writer stored"
        return HistogramMetricFamily(f"{PREFIX}writer_batch_size", what, buckets, stored)

    def bus(self) -> Iterator[Metric]:
        bus = hub.bus
        if bus is None:
            return
        yield GaugeMetricFamily(f"{PREFIX}bus_connected", "Whether we hear ourselves through Redis", int(bus.connected))
        yield GaugeMetricFamily(f"{PREFIX}bus_peers", "Other processes that we hear", len(bus.peers))
        told = {
            "published": "Batches told to other processes",
            "failed": "Batches that could not be told",
            "missed": "Batches of others that never came",
            "dropped": "Batches that could not be read",
            "catch_ups": "Times that the database was asked for what was missed",
        }
        for name, what in told.items():
            yield CounterMetricFamily(f"{PREFIX}bus_{name}", what, getattr(bus.counts, name))


class Waiting(Collector):
    """Who waits in the whole installation, without saying where."""

    def collect(self) -> Iterator[Metric]:
        count, longest = waits.everywhere(timezone.now())
        yield GaugeMetricFamily(f"{PREFIX}waiting_visitors", "Visitors who wait for a counsellor", count)
        yield GaugeMetricFamily(f"{PREFIX}longest_wait_seconds", "How long the first of them waits", longest)


class Promises(Collector):
    """How many promises are broken in the whole installation, and how many organisations nobody checked for two days."""

    def collect(self) -> Iterator[Metric]:
        broken, unchecked = promises.everywhere(timezone.now())
        yield GaugeMetricFamily(f"{PREFIX}promises_broken", "Promises that their last check found broken", broken)
        yield GaugeMetricFamily(f"{PREFIX}promises_unchecked", "Organisations without a check in two days", unchecked)


class Alarms(Collector):
    """What the last look found wrong, by kind, and how long ago that look was: the job may have stopped too."""

    def collect(self) -> Iterator[Metric]:
        found: Any = alarms.last()
        wrong = GaugeMetricFamily(f"{PREFIX}alarms", "What the last look for alarms found wrong", labels=["kind"])
        for kind in alarms.Kind if found else ():
            wrong.add_metric([kind.value], found["counts"].get(kind.value, 0))
        yield wrong
        if found:
            age = max(0.0, timezone.now().timestamp() - found["at"])
            yield GaugeMetricFamily(f"{PREFIX}alarms_age_seconds", "How long ago somebody last looked for alarms", age)


class Openings(Collector):
    """Emergencies in which somebody asked to open an address and nobody who may decide looked for five minutes (M9)."""

    def collect(self) -> Iterator[Metric]:
        count = requests.unseen_everywhere(timezone.now())
        yield GaugeMetricFamily(f"{PREFIX}openings_unseen", "Requests in an emergency that nobody looked at", count)


registry = CollectorRegistry(auto_describe=False)
registry.register(Process())
registry.register(Waiting())
registry.register(Promises())
registry.register(Alarms())
registry.register(Openings())
