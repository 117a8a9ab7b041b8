"""The part that registration brings to the desk."""

from typing import Any

from chat import desk_parts
from chat.desk_parts import Part
from helplines.models import Membership


def config(membership: Membership) -> dict[str, Any] | None:
    """Where the form finds what; nothing for an organisation that does not register."""
    from registration import queries  # only once every app is ready
    from registration.views.desk import config_of

    return config_of(membership) if queries.registers(membership.organisation) else None


def sign_in() -> None:
    desk_parts.sign_in(
        Part("registration/parts/desk.html", "registration/desk.js", "registration/registration.css", config)
    )
