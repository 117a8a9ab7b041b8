"""How a sealed address may be opened, as values of a policy (E01-E05, E07): on which grounds, asked by whom, for whom. Pure.

What a policy of before these values says nothing about follows from its `identity_holders`, so that none became looser. That
who asks never opens, and that each office is another person, is no value: nobody can choose otherwise.
"""

from collections.abc import Mapping
from typing import Any

DANGER_SELF, DANGER_OTHER, ORDER = "danger-self", "danger-other", "order"
# The visitor said yes in the talk, to a question of the program. Part of no preset: an organisation chooses it (E05, E06).
CONSENT = "consent"
EMERGENCIES = frozenset({DANGER_SELF, DANGER_OTHER})
# Of each list of a policy, what can be in it, in the order in which it is said.
LISTS: dict[str, tuple[str, ...]] = {
    "opening_grounds": (DANGER_SELF, DANGER_OTHER, ORDER, CONSENT),
    "opening_askers": ("counsellor", "mentor", "manager", "administrator", "dpo"),
    "opening_recipients": ("counsellor", "emergency", "surroundings", "care", "police", "prosecutor"),
}
FIELDS = ("identity_holders", *LISTS, "opening_discussed", "opening_minutes")
MINUTES = (1, 60)


def preset(grounds: tuple[str, ...], askers: tuple[str, ...], recipients: tuple[str, ...]) -> dict[str, Any]:
    return {
        "opening_grounds": grounds,
        "opening_askers": askers,
        "opening_recipients": recipients,
        "opening_discussed": ORDER not in grounds,
        "opening_minutes": 15,
    }


DANGERS, TALKERS, HEADS = (DANGER_SELF, DANGER_OTHER), ("counsellor", "mentor"), ("manager", "administrator")
BY_ORDER = preset((ORDER,), HEADS, ("police", "prosecutor"))
PRESETS: dict[str, dict[str, Any]] = {
    # The counsellor decides and asks, the administrator opens; in grave danger only (E01, E02).
    "administrator": preset(DANGERS, TALKERS, ("counsellor", "emergency", "surroundings")),
    # Only to alert a care body or the police (E03).
    "administrator-care": preset(DANGERS, TALKERS, ("care", "police")),
    # Only on an order; there is no ground for danger, so who refuses help stays anonymous (E04, E05, C13).
    "management-dpo": BY_ORDER,
    "provider": BY_ORDER,
    "nobody": BY_ORDER,
}
# What the name of a policy promises already, and no list of it can go beyond.
WITHIN = {"administrator-care": {"opening_recipients": frozenset({"care", "police"})}}


def of(holders: Any) -> dict[str, Any]:
    """What goes with these holders where nothing else was said."""
    return PRESETS.get(holders, {}) if isinstance(holders, str) else {}


def completed(raw: Mapping[str, Any], default: str) -> dict[str, Any]:
    """Stored values with what follows from their holders."""
    return {**of(raw.get("identity_holders", default)), **raw}


def laid_over(override: Mapping[str, Any]) -> dict[str, Any]:
    """What a line does otherwise; one with holders of its own does not keep the grounds of its organisation."""
    return {**of(override.get("identity_holders")), **override}


def looser(before: Any, after: Any) -> bool:
    """Whether something could be opened under `after` that could not under `before` (attributes by name).

    Other offices count as looser: whose keys are weaker nobody can say here.
    """
    if after.identity_holders == "nobody":
        return False
    return (
        before.identity_holders != after.identity_holders
        or any(set(getattr(after, name)) - set(getattr(before, name)) for name in LISTS)
        or (before.opening_discussed and not after.opening_discussed)
        or after.opening_minutes > before.opening_minutes
    )


def wrong(values: Any) -> list[tuple[str, str]]:
    """What is wrong between these values (attributes by name): field and code."""
    if values.identity_holders == "nobody":
        return []
    empty = [(name, "none_chosen") for name in LISTS if not getattr(values, name)]
    within = WITHIN.get(values.identity_holders, {})
    beyond = [(name, "beyond_holders") for name, most in within.items() if set(getattr(values, name)) - most]
    return empty + beyond
