"""Who may agree to open an identity: people of the offices that the procedure names, and each of them another person (B4, B6).

Every function works inside the organisation's own scope.
"""

from collections.abc import Iterable, Sequence
from itertools import product

from helplines.models import Membership, Organisation, Staff
from helplines.proposals import addresses
from privacy import envelopes
from privacy.access import ROLE_OF, offices_of
from privacy.audit import Event
from privacy.disclosure import Procedure
from privacy.models import AuditEntry, Holder, Office


def of_office(organisation: Organisation, office: str) -> list[Staff]:
    """Everybody who has this office now; the provider's people have no account here."""
    role = ROLE_OF.get(Office(office))
    rows = Membership.objects.in_force().filter(organisation=organisation, role=role).select_related("staff")
    return sorted({entry.staff for entry in rows}, key=str)


def are_one(one: Staff, other: Staff) -> bool:
    """Whether two accounts are one person: the same account, or the same mailbox."""
    return one == other or bool(addresses(one) & addresses(other))


def others(people: Iterable[Staff], than: Sequence[Staff]) -> list[Staff]:
    return [staff for staff in people if not any(are_one(staff, one) for one in than)]


def lacking(organisation: Organisation, asks: Procedure, asker: Staff) -> list[str]:
    """The offices for which nobody can agree to what this person asks; empty when it can be opened.

    Each office needs a key, and a person who is neither who asks nor the person of another office.
    """
    keyed = set(Holder.objects.filter(office__in=asks.offices).values_list("office", flat=True))
    people = {office: others(of_office(organisation, office), [asker]) for office in within(asks)}
    missing = [office for office in asks.offices if office not in keyed or not people.get(office, True)]
    return missing or ([] if can_be_apart(list(people.values())) else list(people))


def within(asks: Procedure) -> list[str]:
    """The offices of people who have an account."""
    return [office for office in asks.offices if Office(office) in ROLE_OF]


def can_be_apart(people: Sequence[Sequence[Staff]]) -> bool:
    """Whether each office can be another person."""
    return any(
        not any(are_one(one, other) for place, one in enumerate(chosen) for other in chosen[:place])
        for chosen in product(*people)
    )


def person_refusal(organisation: Organisation, office: str, by: Staff | None, before: Sequence[Staff]) -> str:
    """Whether this person may agree for an office, after these others; by None is the command line, for the provider alone."""
    if by is None:
        return "" if office == Office.PROVIDER else "not_you"
    if Office(office) not in offices_of(organisation, by):
        return "not_you"
    return "" if others([by], before) else "same_person"


def key_refusal(office: str, private: bytes, by: Staff | None, before: Sequence[Staff]) -> str:
    """Whether this is a key of the office that none of the others made. One out of use still opens what was sealed to it."""
    name = envelopes.name_of(envelopes.public_of(private))
    if not Holder.objects.filter(name=name, office=office).exists():
        return "keys"
    made = AuditEntry.objects.filter(event=Event.KEY_MADE, what=name).exclude(who=None).values_list("who", flat=True)
    makers = list(Staff.objects.filter(pk__in=list(made)))
    return "" if others(makers, [one for one in before if one != by]) == makers else "same_person"
