"""How a request to open an identity is sealed between its steps: under the key of the talk, bound to all that it says (goal B3).

Nothing here writes or asks who may: see `privacy/requests.py`.
"""

import json
import os
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from privacy import disclosure, envelopes, keys, sealing, vault
from privacy.models import OpeningRequest, SealedIdentity
from privacy.sealing import UnreadableError

PURPOSE = "opening"
# What a SecretBox adds to its contents.
BOX_BYTES = 40


def place(row: OpeningRequest, what: str, *more: str) -> bytes:
    """Where something of a request belongs: nothing of the request can be changed without losing it."""
    said = (row.code, row.conversation, row.kind, row.holders, row.ground, row.recipient, row.discussed)
    when = [moment.astimezone(UTC).isoformat() for moment in (row.expires_at, row.talk_began_at)]
    return sealing.place(
        f"{PURPOSE}-{what}",
        row.organisation_id,
        *said,
        str(row.asked_by_id),
        row.asked_on,
        *when,
        disclosure.mark_of(row.terms),
        *more,
    )


def seal_words(row: OpeningRequest, key: bytes, words: str) -> bytes:
    return sealing.seal(keys.derived(key, PURPOSE), words.encode(), place(row, "words"))


def open_words(row: OpeningRequest, key: bytes) -> str:
    """Raises UnreadableError."""
    return sealing.unseal(keys.derived(key, PURPOSE), bytes(row.words), place(row, "words")).decode()


def layer_place(row: OpeningRequest, approvals: Sequence[dict[str, Any]]) -> bytes:
    return place(row, "layer", json.dumps(list(approvals), sort_keys=True))


def seal_layer(row: OpeningRequest, key: bytes, approvals: Sequence[dict[str, Any]], contents: bytes) -> bytes:
    return sealing.seal(keys.derived(key, PURPOSE), contents, layer_place(row, approvals))


def noise(left: int) -> bytes:
    """What stands for an envelope with so many layers left, where there is none: of the same size."""
    return os.urandom(len(envelopes.mark(b"")) + envelopes.VALUE_BYTES + left * BOX_BYTES)


def without_one(row: OpeningRequest, identity: SealedIdentity | None, key: bytes, private: bytes) -> bytes | None:
    """What is left of the envelope when this key took off the next layer; None where it cannot, for whatever reason."""
    try:
        if row.agreed:
            contents = sealing.unseal(
                keys.derived(key, PURPOSE), bytes(row.layer or b""), layer_place(row, row.approvals)
            )
        if identity is None or vault.procedure_of(identity) != disclosure.stored(row.holders, row.terms):
            return None
        envelope = vault.envelope_of(identity)
        contents = contents if row.agreed else envelope.sealed
        return envelopes.open_layer(private, envelope.layers[row.agreed], contents, vault.place_of(identity))
    except (UnreadableError, keys.KeyGoneError, IndexError):
        return None


def is_of_another_time(row: OpeningRequest, identity: SealedIdentity, private: bytes) -> bool:
    """Whether the layer has boxes, and none of them is for this key: it was made later, or others follow it."""
    name = envelopes.name_of(envelopes.public_of(private))
    boxes = identity.layers[row.agreed] if row.agreed < len(identity.layers) else {}
    return bool(boxes) and name not in boxes


def value_of(identity: SealedIdentity | None, contents: bytes | None) -> str | None:
    """The value, when every layer is off."""
    if identity is None or contents is None:
        return None
    try:
        return envelopes.value_in(contents, vault.place_of(identity)).decode()
    except (UnreadableError, ValueError):
        return None


def shown_key(key: bytes, secret: str) -> bytes:
    """A key that takes the key of the talk and the secret of a browser."""
    return keys.derived(key, f"{PURPOSE}-shown:{secret}")


def seal_shown(row: OpeningRequest, key: bytes, secret: str, value: str) -> bytes:
    return sealing.seal(shown_key(key, secret), value.encode(), place(row, "shown"))


def open_shown(row: OpeningRequest, key: bytes, secret: str) -> str:
    """Raises UnreadableError; another browser is no alarm, as something that was changed is."""
    return sealing.opened(shown_key(key, secret), bytes(row.shown or b""), place(row, "shown")).decode()
