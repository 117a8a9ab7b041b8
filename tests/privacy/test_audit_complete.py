"""Whatever somebody must answer for is in the log once, with who, in which role and of what; else it is not done (M3, M5)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helplines import invitation_links, invitations, policies, proposals, service
from helplines.models import Invitation, Membership, Organisation, Policy, PolicyProposal, Role, Staff
from helplines.tenancy import across_organisations, inside
from helplines.witness import AuditUnavailable, Event
from tests.factories.helplines import (
    PASSWORD,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    PolicyFactory,
    StaffFactory,
)
from tests.logged import logged, take_the_pen

pytestmark = [pytest.mark.django_db, pytest.mark.promise("O09")]
ROOT = Path(__file__).resolve().parent.parent.parent
TWELVE = policies.dump(policies.PolicyValues(retention_months=12))
NEW = "another long secret"


class Room:
    """An organisation with two administrators, and one page for the first of them."""

    def __init__(self) -> None:
        self.organisation = OrganisationFactory()
        PolicyFactory(organisation=self.organisation)
        self.first, self.second = (
            MembershipFactory(organisation=self.organisation, role=Role.ADMINISTRATOR).staff for _ in range(2)
        )
        self.client = Client(raise_request_exception=False)
        self.client.post("/account/login/", {"login": self.first.username, "password": PASSWORD})

    def mark(self) -> str:
        with inside(self.organisation):
            return proposals.difference(proposals.waiting(self.organisation), timezone.now()).mark

    def propose(self) -> PolicyProposal:
        given = {"values": TWELVE, "reason": "The board wants so", "proposer": self.first}
        return proposals.propose(organisation=self.organisation, **given)

    def turn_down(self, by: Staff) -> None:
        proposals.turn_down(organisation=self.organisation, by=by, mark=self.mark())

    def invitation(self) -> Invitation:
        return InvitationFactory.build(organisation=self.organisation, email="new@example.org")


@pytest.fixture
def room() -> Room:
    return Room()


def change_password(room: Room) -> Any:
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    return room.client.post(reverse("account_change_password"), form)


def end_role(room: Room) -> Any:
    """On the page of the membership."""
    with across_organisations():
        theirs = Membership.objects.get(staff=room.second)
    form = {
        "organisation": room.organisation.pk, "staff": room.second.pk, "role": theirs.role, "public_name": "",
        "assignments-TOTAL_FORMS": 0, "assignments-INITIAL_FORMS": 0,
    }  # fmt: skip
    return room.client.post(reverse("admin:helplines_membership_change", args=[theirs.pk]), form)


def publish(room: Room) -> Policy:
    values = policies.dump(policies.PolicyValues(soft_minutes=45))
    return service.publish_policy(organisation=room.organisation, values=values, reason="Shorter", author=room.first)


# What is done, whether something waits for it first, and what the log says of it: event, by whom, why.
DONE: list[tuple[str, Callable[[Room], Any], bool, tuple[str, str, str]]] = [
    ("password", change_password, False, ("password-changed", "first", "")),
    ("role", end_role, False, ("role-changed", "first", "administrator:ended")),
    ("invited", lambda room: invitations.invite(invitation=room.invitation(), lines=[], by=room.first), False,
     ("invited", "first", "counsellor")),
    ("published", publish, False, ("policy-published", "first", "")),
    ("proposed", lambda room: room.propose(), False, ("policy-proposed", "first", "")),
    ("confirmed", lambda room: proposals.confirm(organisation=room.organisation, second=room.second, mark=room.mark()),
     True, ("policy-decided", "second", "confirmed")),
    ("declined", lambda room: room.turn_down(room.second), True, ("policy-decided", "second", "declined")),
    ("withdrawn", lambda room: room.turn_down(room.first), True, ("policy-decided", "first", "withdrawn")),
]  # fmt: skip
NAMES = [name for name, *_rest in DONE]


def state(room: Room) -> list[Any]:
    """What any of these changes."""
    with across_organisations():
        return [
            Staff.objects.get(pk=room.first.pk).password,
            list(Membership.objects.order_by("pk").values_list("pk", "role", "is_active")),
            list(Invitation.objects.order_by("pk").values_list("pk", flat=True)),
            list(Policy.objects.order_by("pk").values_list("pk", flat=True)),
            list(PolicyProposal.objects.order_by("pk").values_list("pk", "state")),
        ]


@pytest.mark.parametrize(("do", "waits", "said"), [rest for _name, *rest in DONE], ids=NAMES)
def test_it_is_done_and_told_once(room, do, waits, said):
    if waits:
        room.propose()
    before = state(room)
    do(room)
    assert state(room) != before
    event, who, why = said
    [entry] = [one for one in logged(room.organisation, event) if one.why == why]
    by = {"first": room.first, "second": room.second}[who]
    assert (entry.who, entry.role, entry.why, entry.emergency) == (by.pk, "administrator", why, False)
    assert bool(entry.what) == (event != "password-changed")


@pytest.mark.parametrize(("do", "waits"), [(do, waits) for _name, do, waits, _said in DONE], ids=NAMES)
def test_it_is_not_done_where_the_log_cannot_be_written(room, do, waits, monkeypatch):
    if waits:
        room.propose()
    before = state(room)
    take_the_pen(monkeypatch)
    try:
        answer = do(room)
    except AuditUnavailable:
        answer = None
    assert answer is None or answer.status_code == 503
    assert state(room) == before


def test_who_accepts_an_invitation_is_told_with_each_role():
    invitation = InvitationFactory(roles=["counsellor", "mentor"])
    with inside(invitation.organisation):
        token = invitation_links.new_link(invitation).rstrip("/").rpartition("/")[2]
    staff = StaffFactory()
    invitations.accept(found=invitation_links.fingerprint(token), staff=staff)
    told = [(one.who, one.what, one.why) for one in logged(invitation.organisation, "role-changed")]
    assert told == [(staff.pk, f"person:{staff.pk}", f"accepted:{role}") for role in ("counsellor", "mentor")]


def source(folder: str) -> str:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return "\n".join(path.read_text() for path in paths if path.name != "review.py")  # it reads entries of all kinds


def test_every_kind_of_entry_that_the_program_writes_is_shown_by_a_test():
    apps = "".join(
        source(app) for app in ("helplines", "privacy", "chat", "registration", "complaints") if (ROOT / app).is_dir()
    )
    tests = source("tests")
    written = [event for event in Event if len(re.findall(rf"\bEvent\.{event.name}\b", apps)) > 0]
    assert len(written) > 25
    assert [
        event.value for event in written if f'"{event.value}"' not in tests and f"Event.{event.name}" not in tests
    ] == []


def test_organisation_hears_nothing_of_what_happens_elsewhere(room):
    other: Organisation = OrganisationFactory()
    publish(room)
    assert logged(other) == []
