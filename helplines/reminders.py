"""What the first page of the administration says waits for somebody: each app signs in what it knows of."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from helplines.models import Organisation


class Reminder(NamedTuple):
    """Something to do: what, why, and where."""

    title: str
    text: str
    url: str


Teller = Callable[[Organisation], Iterable[Reminder]]
_tellers: list[Teller] = []


def sign_in(teller: Teller) -> None:
    """From `AppConfig.ready()`: a function that gives the reminders of one organisation, inside its scope."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(organisations: Iterable[Organisation]) -> list[Reminder]:
    return [reminder for organisation in organisations for teller in _tellers for reminder in teller(organisation)]
