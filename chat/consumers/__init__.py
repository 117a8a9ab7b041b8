"""The sockets: parse, ask access, call service, answer. No rule, no query."""

from chat.consumers.desk import DeskConsumer
from chat.consumers.visitor import VisitorConsumer

__all__ = ["DeskConsumer", "VisitorConsumer"]
