"""What a visitor may still do on the last screen of a talk: each app signs in what it offers, and a line shows it or not."""

from collections.abc import Callable

from helplines.models import Line

# Gives the address of a form that may be shown there, or "" where this organisation offers none. Inside its scope.
Offer = Callable[[Line], str]
_offers: dict[str, Offer] = {}


def sign_in(name: str, offer: Offer) -> None:
    """From `AppConfig.ready()`; `name` is how the page knows it."""
    _offers[name] = offer


def of(line: Line) -> dict[str, str]:
    """By name, what is offered on this line."""
    return {name: address for name, offer in _offers.items() if (address := offer(line))}
