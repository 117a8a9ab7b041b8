"""Opening an identity: the rules first, then a key of each office, then the log, and only then the value (D08, E01-E05; goal B).

Nothing of it is kept: who is shown the value has it, and the log tells that they have.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from helplines import queries
from helplines.models import Membership, Organisation, Staff
from helplines.tenancy import inside
from privacy import audit, consents, disclosure, envelopes, keys, vault
from privacy.audit import Event
from privacy.disclosure import CONSENT, Asked, Consent, Procedure
from privacy.models import AuditEntry, Holder, IdentityKind, SealedIdentity
from privacy.sealing import UnreadableError


class RefusedError(Exception):
    """Nothing is opened; `why` is a word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Opened(NamedTuple):
    """What was sealed of a talk."""

    kind: str
    value: str

    def __repr__(self) -> str:
        return f"Opened({self.kind})"


def open_identity(
    *, organisation: Organisation, conversation: str, asked: Asked, by: Staff, privates: Sequence[bytes], now: datetime
) -> list[Opened]:
    """Open what is sealed of one talk; `by` asks, and `privates` are the keys of the offices from the outside in.

    Raises RefusedError: "asker", "ground", "recipient", "discussed", "order" or "consent" by the rules, "keys" when they are
    not one of each office, "same_person" when who asks keeps one of them or one person made two, "nothing" when all was right
    and nothing is there, "damaged"; AuditUnavailable, and then nothing is shown. Every refusal stands in the log.
    """
    with inside(organisation):
        rows = list(SealedIdentity.objects.filter(conversation=conversation).order_by("kind"))
        # The visitor was asked about the address only.
        rows = [row for row in rows if asked.ground != CONSENT or row.kind == IdentityKind.ADDRESS]
        policy = queries.organisation_policy(organisation, now)
        asks = vault.procedure_of(rows[0]) if rows else disclosure.procedure(policy)
        asked, yes = with_consent(conversation, asked, now)
        told(Event.IDENTITY_ASKED, organisation, conversation, asked, by, known_ground(asked))
        why = disclosure.refusal(asks, asked, roles_of(organisation, by), now.date(), yes)
        why = why or keys_refusal(asks, privates, by)
        found = [] if why else [layers_off(row, privates) for row in rows]
        why = why or ("" if found else "nothing") or ("damaged" if None in found else "")
        with transaction.atomic():
            if not why and asked.consent and not consents.use(asked.consent, now):
                why = "consent"
            told(Event.IDENTITY_REFUSED if why else Event.IDENTITY_OPENED, organisation, conversation, asked, by, why)
    if why:
        raise RefusedError(why)
    return [entry for entry in found if entry is not None]


def with_consent(conversation: str, asked: Asked, now: datetime) -> tuple[Asked, Consent | None]:
    """On the ground of a yes: with the one that stands now. Its recipient must be who is named here."""
    yes = consents.standing(conversation, IdentityKind.ADDRESS, now) if asked.ground == CONSENT else None
    return (asked, None) if yes is None else (replace(asked, consent=yes.code, purpose=yes.purpose), yes)


def known_ground(asked: Asked) -> str:
    return asked.ground if asked.ground in disclosure.GROUNDS else "unknown"


def told(event: Event, organisation: Organisation, conversation: str, asked: Asked, by: Staff | None, why: str) -> None:
    """In the audit log, before anything is shown; raises AuditUnavailable."""
    audit.record(
        organisation=organisation.pk,
        event=event,
        who=by,
        on_behalf_of=asked.mark,
        what=conversation,
        why=why or known_ground(asked),
        emergency=asked.is_emergency,
    )


def roles_of(organisation: Organisation, staff: Staff) -> frozenset[str]:
    """The roles in force of who asks; needs the organisation's scope."""
    rows = Membership.objects.in_force().filter(organisation=organisation, staff=staff)
    return frozenset(rows.values_list("role", flat=True))


def keys_refusal(asks: Procedure, privates: Sequence[bytes], by: Staff) -> str:
    """Whether these are keys of the offices in their order, of different people, none of them who asks.

    A key that was retired still counts: it opens what was sealed to it. Needs the organisation's scope.
    """
    names = [envelopes.name_of(envelopes.public_of(private)) for private in privates]
    offices = dict(Holder.objects.filter(name__in=names).values_list("name", "office"))
    if [offices.get(name, "") for name in names] != list(asks.offices):
        return "keys"
    made = AuditEntry.objects.filter(event=Event.KEY_MADE, what__in=names).exclude(who=None)
    people = list(made.values_list("who", flat=True))
    return "same_person" if by.pk in people or len(set(people)) != len(people) else ""


def layers_off(row: SealedIdentity, privates: Sequence[bytes]) -> Opened | None:
    """The value, or None where a key does not open its layer, or something was changed or is past its time."""
    where = vault.place_of(row)
    try:
        layers, contents = vault.envelope_of(row)
        for layer, private in zip(layers, privates, strict=True):
            contents = envelopes.open_layer(private, layer, contents, where)
        return Opened(row.kind, envelopes.value_in(contents, where).decode())
    except (UnreadableError, keys.KeyGoneError, ValueError):
        return None
