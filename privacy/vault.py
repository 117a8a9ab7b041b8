"""Sealing who somebody is on arrival, to people outside the program; it goes with the talk (D01-D03, D06; goals B1, B3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from helplines.policies import IDENTITY_HOLDERS
from helplines.tenancy import inside
from helplines.worded import Worded
from privacy import disclosure, envelopes, keys, sealing
from privacy.disclosure import Procedure
from privacy.models import Holder, OpeningConsent, OpeningRequest, SealedIdentity

PURPOSE = "identity"


def place(
    organisation_id: int, conversation: str, kind: str, holders: str, terms: Mapping[str, Any] | None = None
) -> bytes:
    """Where an identity belongs: this talk of this organisation, under this policy with its terms."""
    told = [] if terms is None else [disclosure.mark_of(terms)]
    return sealing.place(PURPOSE, organisation_id, conversation, kind, holders, *told)


KEYS_OF = Worded(
    lambda organisation, offices: (
        Holder.objects.in_use()
        .filter(organisation_id=organisation, office__in=offices)
        .values_list("office", "name", "public_key")
    )
)


def offices_with_keys(organisation_id: int, holders: str) -> list[dict[str, bytes]]:
    """The public keys of each office that the policy names, from the outside in; an office without a key is empty."""
    offices = IDENTITY_HOLDERS[holders]
    if not offices:
        return []
    found: dict[str, dict[str, bytes]] = {office: {} for office in offices}
    for office, name, public in KEYS_OF(organisation=organisation_id, offices=tuple(offices)):
        found[office][name] = bytes(public)
    return list(found.values())


def lacking(organisation_id: int, holders: str) -> Sequence[str]:
    """The offices whose key is missing, so that nothing is kept; needs the organisation's scope."""
    keyed = offices_with_keys(organisation_id, holders)
    return [office for office, found in zip(IDENTITY_HOLDERS[holders], keyed, strict=True) if not found]


def seal_on_arrival(
    *, organisation_id: int, conversation: str, key: bytes, kind: str, value: str, asks: Procedure
) -> bool:
    """Seal a value to every office of this procedure, which is bound into the seal; gives whether it is kept.

    `key` is that of the conversation. Where one office has no key, nothing is kept: half a seal would be a promise broken.
    Part of the transaction that begins the talk.
    """
    offices = offices_with_keys(organisation_id, asks.holders) if value else []
    if not offices or not all(offices):
        return False
    where = place(organisation_id, conversation, kind, asks.holders, asks.terms)
    envelope = envelopes.seal(value.encode(), where, offices)
    SealedIdentity.objects.create(
        organisation_id=organisation_id,
        conversation=conversation,
        kind=kind,
        holders=asks.holders,
        terms=asks.terms,
        layers=envelope.layers,
        sealed=sealing.seal(keys.derived(key, PURPOSE), envelope.sealed, where),
    )
    return True


def place_of(identity: SealedIdentity) -> bytes:
    return place(identity.organisation_id, identity.conversation, identity.kind, identity.holders, identity.terms)


def procedure_of(identity: SealedIdentity) -> Procedure:
    return disclosure.stored(identity.holders, identity.terms)


def envelope_of(identity: SealedIdentity) -> envelopes.Envelope:
    """The envelope as holders open it. Raises KeyGoneError when the talk is gone, UnreadableError when it was changed."""
    key = keys.conversation_key(identity.organisation_id, identity.conversation)
    sealed = sealing.unseal(keys.derived(key, PURPOSE), bytes(identity.sealed), place_of(identity))
    return envelopes.Envelope(identity.layers, sealed)


def forget(conversations: Sequence[str]) -> int:
    """Remove what was sealed of these talks, who asked to open it, and what its visitor answered; gives how much of the first.

    Their keys go with the talk, and with those every copy.
    """
    for table in (OpeningRequest, OpeningConsent):
        asked = table.objects.filter(conversation__in=conversations)
        asked._raw_delete(asked.db)
    rows = SealedIdentity.objects.filter(conversation__in=conversations)
    return int(rows._raw_delete(rows.db))


def kept(organisation_id: int) -> int:
    """How many identities lie sealed."""
    with inside(organisation_id):
        return int(SealedIdentity.objects.count())
