"""The sockets, and the line over HTTP: parse, ask access, call service, answer. No rule, no query."""

from chat.consumers.desk import DeskConsumer
from chat.consumers.poll import PollConsumer
from chat.consumers.visitor import VisitorConsumer

__all__ = ["DeskConsumer", "PollConsumer", "VisitorConsumer"]
