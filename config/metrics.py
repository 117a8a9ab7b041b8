"""Figures for the operator, in the form that Prometheus reads: how many and how long, never who, what or where."""

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chat import waits
from chat.doors import doors
from chat.hub import hub
from chat.writer import writer

PREFIX = "toeverlaat_"


class Process(Collector):
    """What this process knows of itself."""

    def collect(self) -> Iterator[Metric]:
        sockets = GaugeMetricFamily(f"{PREFIX}open_sockets", "Sockets open on this process", labels=["kind"])
        for kind, count in {"visitor": 0, "desk": 0, **doors.count()}.items():
            sockets.add_metric([kind], count)
        yield sockets
        yield GaugeMetricFamily(f"{PREFIX}writer_queue", "Messages that wait to be stored", writer.queue.qsize())
        yield CounterMetricFamily(f"{PREFIX}writer_batches", "Transactions of the writer", writer.batches)
        yield CounterMetricFamily(f"{PREFIX}writer_messages", "Messages in them", writer.messages)
        yield CounterMetricFamily(f"{PREFIX}replays", "Times that a client asked for what it missed", doors.replays)
        yield from self.bus()

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


registry = CollectorRegistry(auto_describe=False)
registry.register(Process())
registry.register(Waiting())
