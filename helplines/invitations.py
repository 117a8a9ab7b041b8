"""Inviting people: roles in one organisation for who opens a link that works once, and says yes (J02; security goal A8).

An account belongs to a person and may serve in several organisations. Nothing here looks for an account before the person
has opened the link, so an administrator never learns whether there was one, and never gets a way into it.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from helplines import access, post, service
from helplines.letters import sends_mail
from helplines.models import Assignment, Invitation, Line, Membership, Staff
from helplines.tenancy import inside
from helplines.witness import Event

# A link that was handed over by hand shows nothing about an address, and whoever handed it over could open it first. So
# the account gets no address, and is made whether or not somebody has one with that address.
NO_ADDRESS = "{}@no-address.invalid"


class InvitationGone(Exception):
    """This link was used, withdrawn or followed by a newer one, or it is too old."""


class AddressTaken(Exception):
    """There is an account with this e-mail address: its owner signs in to accept."""


@transaction.atomic
def invite(*, invitation: Invitation, lines: Iterable[Line], by: Staff | None) -> None:
    """Store an invitation and send its letter. An earlier one to the same address is withdrawn."""
    with inside(invitation.organisation):
        earlier = Invitation.objects.filter(organisation=invitation.organisation, email__iexact=invitation.email)
        let_go(earlier, by=by, why="followed")
        invitation.invited_by = by
        invitation.save()
        invitation.lines.set(lines)
        service.tell(
            Event.INVITED, invitation.organisation, by, f"invitation:{invitation.pk}", ",".join(invitation.roles)
        )
    send(invitation)


def send(invitation: Invitation) -> None:
    """Let a job write the letter; without a mail server the link is handed over by hand, once."""
    if sends_mail():
        post.send("invitation", organisation=invitation.organisation_id, invitation=invitation.pk)


@transaction.atomic
def withdraw(invitations: Iterable[Invitation], *, by: Staff | None) -> None:
    """The links of these work no longer. Raises AuditUnavailable: then they still do."""
    for invitation in invitations:
        with inside(invitation.organisation_id):
            let_go(Invitation.objects.filter(pk=invitation.pk), by=by, why="withdrawn")


def let_go(rows: QuerySet[Invitation], *, by: Staff | None, why: str) -> None:
    for invitation in rows.select_related("organisation"):
        service.tell(Event.INVITATION_WITHDRAWN, invitation.organisation, by, f"invitation:{invitation.pk}", why)
    rows.delete()


@transaction.atomic
def accept(*, found: str, staff: Staff, public_name: str = "") -> Invitation:
    """Give this person what the invitation says, which is over then; no name leaves the one there is. Raises InvitationGone."""
    invitation = access.invitation(found)
    if invitation is None:
        raise InvitationGone
    with inside(invitation.organisation):
        lines = list(invitation.lines.all())
        # Of two who accept at once exactly one finds it.
        gone, _tables = Invitation.objects.standing(timezone.now()).filter(token=found).delete()
        if not gone:
            raise InvitationGone
        for role in invitation.roles:
            give(invitation, staff, role, lines)
            service.tell(Event.ROLE_CHANGED, invitation.organisation, staff, f"person:{staff.pk}", f"accepted:{role}")
    if public_name:
        service.choose_public_name(organisation=invitation.organisation, staff=staff, name=public_name)
    return invitation


def give(invitation: Invitation, staff: Staff, role: str, lines: list[Line]) -> None:
    """One role; who talks with visitors also gets the lines."""
    given = {"is_active": True, "given_by": invitation.invited_by, "given_at": timezone.now()}
    known: dict[str, Any] = {"organisation": invitation.organisation, "staff": staff, "role": role}
    # A role that somebody has already is not given anew.
    membership = Membership.objects.filter(**known, is_active=True).first()
    if membership is None:
        membership, _made = Membership.objects.update_or_create(**known, defaults=given)
    for line in lines if role in service.TALKING else []:
        Assignment.objects.get_or_create(
            membership=membership, line=line, defaults={"organisation": invitation.organisation}
        )


@transaction.atomic
def accept_as_new(*, found: str, staff: Staff, password: str, public_name: str = "") -> Staff:
    """Make the account of somebody who had none, and accept. Raises InvitationGone, AddressTaken."""
    invitation = access.invitation(found)
    if invitation is None:
        raise InvitationGone
    if Staff.objects.filter(email__iexact=staff.email).exists():
        raise AddressTaken
    staff.set_password(password)
    staff.save()
    accept(found=found, staff=staff, public_name=public_name)
    return staff


def newcomer(invitation: Invitation, username: str) -> Staff:
    """The account that this person would get; not stored yet."""
    staff = Staff(
        username=username,
        email=invitation.email.lower() if sends_mail() else NO_ADDRESS.format(username),
        first_name=invitation.first_name,
        last_name=invitation.last_name,
    )
    staff.organisation_names = [invitation.organisation.name, invitation.organisation.slug]
    return staff
