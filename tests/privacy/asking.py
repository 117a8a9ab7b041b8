"""A room in which somebody asks to open an identity: people of each office with keys, and browsers of their own."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from chat import consenting, service
from chat.models import Conversation
from helplines import queries
from helplines.models import Line, Role, Staff
from helplines.policies import IDENTITY_HOLDERS
from helplines.tenancy import across_organisations, inside
from privacy import consents, disclosure, requests
from privacy.disclosure import Asked
from privacy.models import AuditEntry, OpeningRequest
from tests.factories.helplines import MembershipFactory
from tests.privacy.test_disclosure import ORDER
from tests.privacy.test_vault import begin, room

DANGER = Asked("danger-other", "emergency", "tried")
BY_ORDER = Asked("order", "police", order=ORDER)
ROLES = {"administrator": Role.ADMINISTRATOR, "management": Role.MANAGER, "dpo": Role.DPO}


@dataclass
class Room:
    """One organisation with a talk, who asks, and the people of its offices with the private halves of their keys."""

    line: Line
    talk: Conversation
    asker: Staff
    people: list[Staff]
    privates: list[bytes]
    asked: Asked = DANGER
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def organisation(self):
        return self.line.organisation

    def ask(self, **otherwise):
        talk = otherwise.pop("talk", self.talk)
        with inside(self.organisation):
            asks = disclosure.procedure(queries.policy_for(self.line, talk.started_at))
            asks = requests.procedure_for(talk.code, "address", asks)
        given = {"asks": asks, "asked": self.asked, "by": self.asker, "why": "Hij zei het twee keer.", "device": "desk"}
        return requests.ask(
            organisation=self.organisation,
            conversation=talk.code,
            began_at=talk.started_at,
            kind="address",
            now=timezone.now(),
            **{**given, **otherwise},
        )

    def agree(self, request, place=0, **otherwise):
        given = {"by": self.people[place], "private": self.privates[place], "device": f"office-{place}"}
        return requests.agree(
            organisation=self.organisation, code=request.code, now=timezone.now(), **{**given, **otherwise}
        )

    def show(self, agreed, **otherwise):
        given = {"by": self.people[-1], "secret": agreed.secret, "now": timezone.now()}
        with inside(self.organisation):
            row = OpeningRequest.objects.select_related("organisation").get(pk=agreed.request.pk)
            return requests.show(row=row, **{**given, **otherwise})


def member(line, role=Role.COUNSELLOR, **given):
    return MembershipFactory(organisation=line.organisation, role=role, **given).staff


def in_danger(address="203.0.113.77", **values):
    """As at CAW: a counsellor asks, the administrator opens."""
    line, privates = room("administrator", **values)
    return Room(line, begin(line, address), member(line), [member(line, Role.ADMINISTRATOR)], privates)


def by_order(address="203.0.113.77", **values):
    """As at Luisterlijn: a manager asks with an order, another of management and the data protection officer agree."""
    line, privates = room("management", "dpo", identity_holders="management-dpo", **values)
    people = [member(line, Role.MANAGER), member(line, Role.DPO)]
    return Room(line, begin(line, address), member(line, Role.MANAGER), people, privates, BY_ORDER)


GROUNDS = {"opening_grounds": ["order", "consent"], "opening_askers": ["counsellor", "manager"]}
PURPOSE = "De ambulance komt naar je toe."


def with_consent(address="203.0.113.77", holders="administrator", **values):
    """An organisation that also opens with a yes: its counsellor has the talk, and asks; an office or two agree."""
    offices = IDENTITY_HOLDERS[holders]
    given = {"opening_recipients": ["emergency", "police"], **GROUNDS, **values}
    line, privates = room(*offices, identity_holders=holders, **given)
    member_of_talk = MembershipFactory(organisation=line.organisation)
    talk = begin(line, address)
    with across_organisations():
        service.claim(conversation=talk, membership=member_of_talk, now=timezone.now())
    people = [member(line, ROLES[office]) for office in offices]
    made = {"member": member_of_talk}
    return Room(line, talk, member_of_talk.staff, people, privates, made=made)


def ask_visitor(room, recipient="emergency", purpose=PURPOSE, **given):
    """The question, as the visitor has it."""
    values = {"conversation": room.talk, "membership": room.made["member"], "now": timezone.now()} | given
    consenting.ask(recipient=recipient, purpose=purpose, **values)
    return question_of(room)


def question_of(room):
    with inside(room.organisation):
        return consents.latest(room.talk.code, "address")


def says_yes(room, **given):
    """The visitor is asked and says yes; what is asked of the offices then stands on that."""
    row = ask_visitor(room, **given)
    consenting.agree(row=row, now=timezone.now())
    room.asked = asked_with(row)
    return question_of(room)


def asked_with(row, **otherwise):
    given = {"recipient": row.recipient, "discussed": "agreed", "consent": row.code, "purpose": PURPOSE} | otherwise
    return Asked("consent", **given)


def state_of(request):
    with across_organisations():
        return OpeningRequest.objects.get(pk=request.pk).state


def told(kind="identity"):
    with across_organisations():
        rows = AuditEntry.objects.filter(event__startswith=kind).order_by("pk")
        return list(rows.values_list("event", "who", "why"))
