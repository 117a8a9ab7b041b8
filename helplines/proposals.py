"""What nobody changes alone: one person proposes, another confirms the same difference. In doubt nothing changes.

Every function works inside the organisation's own scope, which it enters itself where it writes.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helplines import bringers, openings, policies, post, queries, service
from helplines.models import Line, Membership, Organisation, Policy, PolicyProposal, ProposalState, Role, Staff
from helplines.policies import PolicyValues
from helplines.tenancy import inside
from helplines.witness import Event

MAY_CONFIRM = bringers.MAY_CONFIRM
# What lets more be opened counts no sooner after it was proposed: so long everybody who was told can still speak up (B7).
LOOSER_WAITS = timedelta(hours=24)
REFUSALS = {
    "nobody_else": _("You cannot make this change alone, and nobody else here can confirm it yet."),
    "another_open": _("Another proposal still waits. Confirm, decline or withdraw that one first."),
    "later_otherwise": _("A version that counts from later on says otherwise. Choose a moment after that one."),
    "gone": _("This proposal does not wait any more."),
    "expired": _("This proposal waited longer than 14 days, so it does not count any more."),
    "outdated": _("Another version was published meanwhile, so this proposal does not count any more."),
    "proposer_gone": _("The person who proposed this is no administrator any more, so it does not count."),
    "not_you": _("The person who proposed a change cannot confirm it too, not with another account either."),
    "too_new": _(
        "You cannot confirm this yet. Who came less than 24 hours ago, or less than 30 days ago through the person who "
        "proposed it, does not count as a second person."
    ),
    "moved": _("What changes is not the same any more. Look at the differences again."),
}


class Refused(Exception):
    """Why something cannot be; `code` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Difference(NamedTuple):
    """What a proposal comes to at this moment, with a mark by which a confirmation shows that it means the same."""

    before: PolicyValues
    after: PolicyValues
    starts: datetime
    mark: str


@transaction.atomic
def propose(
    *,
    organisation: Organisation,
    values: dict[str, Any],
    reason: str,
    proposer: Staff,
    line: Line | None = None,
    valid_from: datetime | None = None,
) -> PolicyProposal:
    """Let a next version wait for a second person.

    Raises PolicyError as `service.publish_policy` does, and Refused.
    """
    now = timezone.now()
    with inside(organisation):
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        checked, starts = service.checked_version(organisation, line, values, reason, valid_from)
        if not may_propose(organisation, proposer):
            raise Refused("proposer_gone")
        if not seconds(organisation, proposer):
            raise Refused("nobody_else")
        let_lapse(organisation, now)
        if waiting(organisation):
            raise Refused("another_open")
        if is_undone_later(organisation, line, checked, starts):
            raise Refused("later_otherwise")
        proposal: PolicyProposal = PolicyProposal.objects.create(
            organisation=organisation,
            line=line,
            values=checked,
            reason=reason.strip(),
            valid_from=starts if valid_from else None,
            against=newest_version(organisation),
            proposer=proposer,
            created_at=now,
        )
        service.tell(Event.POLICY_PROPOSED, organisation, proposer, f"proposal:{proposal.pk}")
        told = Membership.objects.filter(organisation=organisation, role__in=MAY_CONFIRM, is_active=True)
        for person in set(told.exclude(staff=proposer).values_list("staff", flat=True)):
            post.send("proposed", organisation=organisation.pk, person=person)
        return proposal


@transaction.atomic
def confirm(*, organisation: Organisation, second: Staff, mark: str) -> Policy:
    """Publish what was proposed, by another person who saw the same difference.

    Of two who confirm at once exactly one publishes. Raises Refused, and PolicyError where the values cannot be any more.
    """
    now = timezone.now()
    with inside(organisation):
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        proposal = standing(organisation, now)
        if second not in seconds(organisation, proposal.proposer):
            raise Refused("too_new" if second in others(organisation, proposal.proposer) else "not_you")
        seen = difference(proposal, now)
        if seen.mark != mark:
            raise Refused("moved")
        end(proposal, ProposalState.CONFIRMED, second, now)
        version = service.publish_policy(
            organisation=organisation,
            line=proposal.line,
            values=proposal.values,
            reason=proposal.reason,
            author=proposal.proposer,
            valid_from=seen.starts if proposal.valid_from or seen.starts > now else None,
            second=second,
        )
        PolicyProposal.objects.filter(pk=proposal.pk).update(version=version)
        service.tell(Event.POLICY_DECIDED, organisation, second, f"proposal:{proposal.pk}", "confirmed")
        return version


@transaction.atomic
def turn_down(*, organisation: Organisation, by: Staff, mark: str) -> ProposalState:
    """Withdraw an own proposal, or decline somebody else's. Raises Refused: gone, not_you, moved."""
    now = timezone.now()
    with inside(organisation):
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        proposal = waiting(organisation)
        if proposal is None:
            raise Refused("gone")
        if not confirmers(organisation).filter(staff=by).exists():
            raise Refused("not_you")
        if difference(proposal, now).mark != mark:
            raise Refused("moved")
        state = ProposalState.WITHDRAWN if by == proposal.proposer else ProposalState.DECLINED
        end(proposal, state, by, now)
        service.tell(Event.POLICY_DECIDED, organisation, by, f"proposal:{proposal.pk}", state.value)
        return state


def end(proposal: PolicyProposal, state: ProposalState, by: Staff | None, now: datetime) -> None:
    """The check and the write are one statement: whoever comes second finds it ended. Raises Refused."""
    still_open = PolicyProposal.objects.filter(pk=proposal.pk, state=ProposalState.OPEN)
    if still_open.update(state=state, decided_by=by, decided_at=now) != 1:
        raise Refused("gone")


def let_lapse(organisation: Organisation, now: datetime) -> None:
    """End the proposal that waits, where it can never count any more."""
    proposal = waiting(organisation)
    if proposal and fallen(proposal, now):
        end(proposal, ProposalState.LAPSED, None, now)


# What is asked


def waiting(organisation: Organisation) -> PolicyProposal | None:
    """The proposal that has not ended, whether or not it still counts."""
    found = PolicyProposal.objects.filter(organisation=organisation, state=ProposalState.OPEN)
    proposal: PolicyProposal | None = found.select_related("organisation", "line__organisation", "proposer").first()
    return proposal


def standing(organisation: Organisation, now: datetime) -> PolicyProposal:
    """The proposal that waits and counts. Raises Refused."""
    proposal = waiting(organisation)
    code = fallen(proposal, now) if proposal else "gone"
    if proposal is None or code:
        raise Refused(code)
    return proposal


def fallen(proposal: PolicyProposal, now: datetime) -> str:
    """Why a proposal does not count any more; "" where it does."""
    organisation = proposal.organisation
    if now >= proposal.expires_at:
        return "expired"
    if newest_version(organisation) != proposal.against:
        return "outdated"
    if proposal.proposer is None or not may_propose(organisation, proposal.proposer):
        return "proposer_gone"
    return ""


def difference(proposal: PolicyProposal, now: datetime) -> Difference:
    """What would change, and from when, if it were confirmed now."""
    starts = max(proposal.valid_from or now, now)
    before, after = queries.before_and_after(proposal.organisation, proposal.line, proposal.values, starts)
    if openings.looser(before, after) and starts < proposal.created_at + LOOSER_WAITS:
        starts = proposal.created_at + LOOSER_WAITS
        before, after = queries.before_and_after(proposal.organisation, proposal.line, proposal.values, starts)
    seen = [proposal.pk, proposal.reason, str(proposal.valid_from), policies.dump(before), policies.dump(after)]
    mark = hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
    return Difference(before, after, starts, mark)


def is_undone_later(organisation: Organisation, line: Line | None, values: dict[str, Any], starts: datetime) -> bool:
    """Whether a version of one person, already set for a later day, would take back what two people decide."""
    _before, after = queries.before_and_after(organisation, line, values, starts)
    later = Policy.objects.filter(organisation=organisation, line=line, valid_from__gt=starts)
    return any(
        policies.needs_two(after, queries.before_and_after(organisation, line, one.values, one.valid_from)[1])
        for one in later
    )


def newest_version(organisation: Organisation) -> int:
    """The key of the version that was published last, of the organisation or of any of its lines; 0 before the first."""
    keys = Policy.objects.filter(organisation=organisation).order_by("-pk").values_list("pk", flat=True)
    return keys.first() or 0


def confirmers(organisation: Organisation) -> Any:
    """Memberships, in force now, that may have a say in a proposal."""
    return Membership.objects.in_force().filter(organisation=organisation, role__in=MAY_CONFIRM)


def may_propose(organisation: Organisation, staff: Staff) -> bool:
    """An administrator in force, or the operator of the installation."""
    if staff.is_active and staff.is_superuser:
        return True
    return bool(confirmers(organisation).filter(staff=staff, role=Role.ADMINISTRATOR).exists())


def seconds(organisation: Organisation, proposer: Staff | None) -> list[Staff]:
    """Everybody who could confirm what this person proposes: people who did not just come through them."""
    if proposer is None:
        return []
    known = bringers.strangers(organisation, proposer, timezone.now())
    return [staff for staff in others(organisation, proposer) if staff.pk in known]


def others(organisation: Organisation, proposer: Staff | None) -> list[Staff]:
    """Everybody else who may have a say: other people, not other accounts of the same person."""
    if proposer is None:
        return []
    found = {entry.staff for entry in confirmers(organisation).select_related("staff")}
    own = addresses(proposer)
    return sorted((staff for staff in found if staff != proposer and not addresses(staff) & own), key=str)


def addresses(staff: Staff) -> set[str]:
    """Every e-mail address of a person, written in one way: robin+two@ is the mailbox of robin@."""
    more = EmailAddress.objects.filter(user=staff).values_list("email", flat=True)
    return {mailbox(email) for email in (staff.email, *more) if email}


def mailbox(email: str) -> str:
    name, _at, host = email.strip().casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"
