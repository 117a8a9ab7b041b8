"""The only way from a code in a frame to a conversation; absent and forbidden give the same answer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any
from weakref import WeakValueDictionary

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from chat import retention
from chat.colleagues import may_take_over
from chat.models import Conversation, Handover, HandoverQuerySet
from chat.queries import DESK_ROLES, lines_of
from chat.sealed import Contents
from chat.states import State
from chat.wire import RefusedError
from helplines import access, second_factor
from helplines.models import Line, Membership, Role, Staff
from helplines.remembered import policy_now, remembered
from helplines.tenancy import inside
from helplines.worded import Worded
from privacy import keys
from privacy.models import OpeningConsent
from privacy.sealing import UnreadableError

# Who may erase a talk before its time (GDPR, Art. 17).
ERASERS = (Role.ADMINISTRATOR, Role.DPO)
# Who may ask about any talk, without reading it: an order comes to them, with the code of a talk.
ANY_TALK = (Role.MANAGER, Role.ADMINISTRATOR, Role.DPO)


def desk_membership(staff: Staff, session: Mapping[str, Any], organisation_slug: str) -> Membership:
    """The membership with which this person works at the desk of this organisation; raises Http404.

    There is none in a session that lacks the second step (O03).
    """
    if not second_factor.is_open(staff, session):
        raise Http404
    return access.membership(staff, organisation_slug, DESK_ROLES)


def line_for_visitors(organisation_slug: str, line_slug: str) -> Line:
    """The chat line behind an address, as it was within the last second; raises Http404.

    Everybody who waits on a line has the same one in hand, for as long as nothing in it changes.
    """
    line: Line = remembered.of(("line", organisation_slug, line_slug), lambda: same(organisation_slug, line_slug))
    return line


lines_in_hand: WeakValueDictionary[int, Line] = WeakValueDictionary()


def same(organisation_slug: str, line_slug: str) -> Line:
    """The line as it is now: the object that others have, where that says the same."""
    found = access.chat_line(organisation_slug, line_slug)
    before = lines_in_hand.get(found.pk)
    if before is None or stored(before) != stored(found):
        lines_in_hand[found.pk] = before = found
    return before


def stored(line: Line) -> list[dict[str, Any]]:
    """What the rows of a line and of its organisation hold."""
    return [{name: value for name, value in vars(row).items() if name != "_state"} for row in (line, line.organisation)]


def still_at_work(organisation_id: int, membership_ids: set[int]) -> set[int]:
    """Those of these memberships that still open the desk: a role or an agreement may have ended meanwhile (D6)."""
    with inside(organisation_id):
        return set(AT_WORK(members=tuple(membership_ids)))


def at_work_now(organisation_id: int, membership_ids: set[int]) -> dict[int, Membership]:
    """Those of these memberships that open the desk, as they are now, with their roles and names."""
    with inside(organisation_id):
        return {row.pk: row for row in AT_DESKS(members=tuple(membership_ids))}


def at_desks(membership_ids: Iterable[int]) -> QuerySet[Membership]:
    rows: QuerySet[Membership] = Membership.objects.in_force().filter(pk__in=membership_ids, role__in=DESK_ROLES)
    return rows


AT_DESKS = Worded(lambda members: at_desks(members).select_related("organisation", "staff"))
AT_WORK = Worded(lambda members: at_desks(members).values_list("pk", flat=True))
OWN = Worded(
    lambda organisation, member, code, now: (
        Conversation.objects.own(organisation, member)
        .not_gone(now)
        .select_related("line__organisation")
        .filter(code=code)
    )
)


def still_signed_in(sessions: dict[str, str]) -> set[str]:
    """Those of these sessions (key → mark) that still exist, of people who sign in as they did then (D6)."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows = Session.objects.filter(session_key__in=sessions, expire_date__gt=timezone.now())
    people: dict[str, str] = {}
    for row in rows:
        person = store().decode(row.session_data).get(SESSION_KEY)
        if person:
            people[row.session_key] = person
    factors = second_factor.stamps(set(people.values()))
    marks = {
        str(person.pk): {mark(known, factors.get(person.pk, "")) for known in hashes_of(person)}
        for person in Staff.objects.filter(pk__in=people.values())
        if second_factor.suffices(factors.get(person.pk, ""))
    }
    return {key for key, person in people.items() if sessions[key] in marks.get(person, ())}


def hashes_of(person: Staff) -> list[str]:
    """What a session of this person may hold of the password: also one that began before SECRET_KEY was renewed."""
    return [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]


def mark(password: str, factors: str) -> str:
    """What changes when somebody's password or second step does."""
    return f"{password}|{factors}"


def mark_of(session: Mapping[str, Any]) -> str:
    """With which password and second step this session was opened."""
    return mark(str(session.get(HASH_SESSION_KEY, "")), str(session.get(second_factor.HELD, "")))


def own_talk(membership: Membership, code: str) -> Conversation:
    """A talk that is or was this counsellor's; raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        found: Conversation | None = OWN.first(
            organisation=membership.organisation_id, member=membership.pk, code=code, now=timezone.now()
        )
    if found is None:
        raise RefusedError("not_here")
    # They are the same rows; asked for once more they would make the widest statement of the desk twice as wide.
    found.organisation, found.counsellor = found.line.organisation, membership
    return found


def handover_of(membership: Membership, code: str) -> Handover:
    """A handover that this member asked for; raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        return the_handover(Handover.objects.filter(asker=membership), code)


def handover_to(membership: Membership, code: str) -> Handover:
    """A handover that this member was asked; raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        return the_handover(Handover.objects.filter(to_member=membership).exclude(asker=membership), code)


def handover_in(conversation: Conversation, code: str) -> Handover:
    """A handover that this visitor was asked about; raises RefusedError("not_here")."""
    with inside(conversation.organisation_id):
        return the_handover(Handover.objects.filter(conversation=conversation), code)


def the_handover(rows: HandoverQuerySet, code: str) -> Handover:
    related = ("conversation__line__organisation", "conversation__counsellor", "owner", "to_member__staff", "to_line")
    found = rows.select_related(*related).filter(code=code).first()
    if found is None:
        raise RefusedError("not_here")
    return found


def consent_in(conversation: Conversation, code: str) -> OpeningConsent:
    """A question about opening that the visitor of this talk was asked; raises RefusedError("not_here")."""
    with inside(conversation.organisation_id):
        found: OpeningConsent | None = OpeningConsent.objects.filter(
            organisation_id=conversation.organisation_id, conversation=conversation.code, code=code
        ).first()
    if found is None:
        raise RefusedError("not_here")
    return found


def talk_in_hand(membership: Membership, code: str) -> Conversation:
    """A running talk that this counsellor has now; raises RefusedError("not_here")."""
    found = own_talk(membership, code)
    if found.counsellor_id != membership.pk or found.state != State.ACTIVE:
        raise RefusedError("not_here")
    return found


def talk_to_guide(membership: Membership, code: str) -> Conversation:
    """A running talk of a colleague on a line that this mentor guides; raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        rows = Conversation.objects.filter(code=code, state=State.ACTIVE, line__in=lines_of(membership))
        found: Conversation | None = (
            rows.exclude(counsellor=membership).select_related("line__organisation", "counsellor__staff").first()
        )
    if found is None or not may_take_over(membership):
        raise RefusedError("not_here")
    return found


def may_read_along(membership: Membership, conversation: Conversation, now: datetime) -> bool:
    """Whether this mentor may read along with this talk now: by their role and lines, and by the policy of its line (C11)."""
    at_work = Membership.objects.in_force().filter(pk=membership.pk, role=Role.MENTOR).exists()
    return (
        at_work
        and conversation.state == State.ACTIVE
        and conversation.counsellor_id != membership.pk
        and policy_now(conversation.line, now).reading_along != "nobody"
        and any(line.pk == conversation.line_id for line in lines_of(membership))
    )


def talk_to_hand_back(membership: Membership, code: str) -> Conversation:
    """A running talk of the organisation, for a manager; raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        rows = Conversation.objects.filter(code=code, state=State.ACTIVE, line__in=lines_of(membership))
        found: Conversation | None = rows.select_related("line__organisation", "counsellor__staff").first()
    if found is None or membership.role != Role.MANAGER:
        raise RefusedError("not_here")
    return found


def contents_of(conversation: Conversation) -> Contents:
    """The key to a conversation that somebody may read; raises RefusedError("not_here") when it is gone, or should be."""
    if retention.is_gone(conversation, timezone.now()):
        raise RefusedError("not_here")
    try:
        return Contents.of(conversation, keys.conversation_key(conversation.organisation_id, conversation.code))
    except (keys.KeyGoneError, UnreadableError):
        raise RefusedError("not_here") from None


def talk_to_erase(membership: Membership, code: str) -> Conversation:
    """Any talk of the organisation that is not gone yet, for who erases by law; raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        rows = Conversation.objects.not_gone(timezone.now()).filter(code=code)
        found: Conversation | None = rows.select_related("line__organisation").first()
    if found is None or membership.role not in ERASERS:
        raise RefusedError("not_here")
    return found


def talk_to_open(membership: Membership, code: str) -> Conversation:
    """A talk for which this person may ask something: one that they may read, or by its code; raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        staff, organisation_id = membership.staff, membership.organisation_id
        roles = set(Membership.objects.in_force().filter(staff=staff).values_list("role", flat=True))
        rows = Conversation.objects.not_gone(timezone.now()).filter(organisation_id=organisation_id, code=code)
        rows = rows if roles & set(ANY_TALK) else rows.own_of(staff)
        found: Conversation | None = rows.select_related("line__organisation", "came_in__organisation").first()
    if found is None:
        raise RefusedError("not_here")
    return found
