"""What apps above put beside the talk on the desk: each signs its part in, and the desk knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helplines.models import Membership


@dataclass(frozen=True)
class Part:
    """A piece of the third pane: its template (with `guest`), its script and style sheet, and what the script is told.

    `config` gives None for an organisation that has no use for the part. It is called inside the organisation's scope.
    The script hears `desk:talk` and `desk:key` on the document, and may say `desk:next` (chat/static/chat/desk-guests.js).
    """

    template: str
    script: str
    style: str
    config: Callable[[Membership], dict[str, Any] | None]


@dataclass(frozen=True)
class Guest:
    """A part as one page of the desk has it."""

    part: Part
    config: dict[str, Any]


_parts: list[Part] = []


def sign_in(part: Part) -> None:
    """From `AppConfig.ready()`; done twice it changes nothing."""
    if part not in _parts:
        _parts.append(part)


def guests(membership: Membership) -> list[Guest]:
    """The parts that this organisation has a use for."""
    found = [(part, part.config(membership)) for part in _parts]
    return [Guest(part, config) for part, config in found if config is not None]
