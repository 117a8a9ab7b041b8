"""A block: for the hours of the policy, known by marks alone, lifted by itself or by who guides the lines (C06, D06)."""

from datetime import timedelta

import pytest
import time_machine

from chat import blocks, newcomers
from chat.models import Block, Contact, Conversation
from chat.wire import RefusedError
from helplines.models import Role
from helplines.tenancy import across_organisations, inside
from privacy import pseudonyms
from privacy.models import AuditEntry
from tests.chat.test_newcomers import DAY, NOON, ROBIN, SECOND, Visitor, allow, answered, begin, line, refusal  # noqa: F401
from tests.factories.helplines import LineFactory, MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.promise("C06")]
EIGHT = timedelta(hours=8)


def blocked(line, now=NOON, visitor=ROBIN):  # noqa: F811
    talk = answered(line, now, visitor)
    return talk, blocks.block(conversation=talk, membership=line.member, reason="threats", now=now)


def logged():
    with across_organisations():
        return list(AuditEntry.objects.filter(event="blocked").order_by("number").values_list("who", "what", "why"))


def test_blocked_visitor_is_told_from_when_and_comes_back_after_eight_hours(line):  # noqa: F811
    talk, _made = blocked(line)
    talk.refresh_from_db()
    assert (talk.state, talk.end_reason) == ("closed", "blocked")
    assert refusal(line, NOON + EIGHT - SECOND) == ("blocked", {"again": "2026-11-22T20:00:00.000Z"})
    assert refusal(line, NOON + EIGHT) is None


def test_block_lasts_as_long_as_the_policy_says_beyond_the_keys_of_its_window(line):  # noqa: F811
    allow(line, block_hours=200)
    blocked(line)
    end = NOON + timedelta(hours=200)
    pseudonyms.destroy_due(line.organisation_id, end - SECOND)
    assert refusal(line, end - SECOND) is not None
    assert refusal(line, end) is None


def test_block_is_of_one_tab_where_the_policy_says_so_and_of_one_organisation(line):  # noqa: F811
    """K3: a school behind one address."""
    other = LineFactory()
    allow(other)
    blocked(line)
    assert refusal(line, visitor=Visitor("tab-of-another-pupil", ROBIN.address)) is None
    assert refusal(other) is None


def test_block_on_the_address_holds_in_a_new_tab(line):  # noqa: F811
    allow(line, keyed_on="both")
    blocked(line)
    assert refusal(line, visitor=Visitor("another-tab-of-robin", ROBIN.address)) is not None


def test_visitor_who_showed_nothing_cannot_be_blocked_and_the_talk_goes_on(line):  # noqa: F811
    talk = answered(line, visitor=newcomers.NOBODY)
    with pytest.raises(RefusedError, match="cannot_block"):
        blocks.block(conversation=talk, membership=line.member, reason="abuse", now=NOON)
    talk.refresh_from_db()
    assert (talk.state, logged()) == ("active", [])


def test_talk_of_another_counsellor_is_not_blocked(line):  # noqa: F811
    talk = answered(line)
    with pytest.raises(RefusedError, match="not_here"):
        blocks.block(
            conversation=talk, membership=MembershipFactory(organisation=line.organisation), reason="abuse", now=NOON
        )


@pytest.mark.parametrize(("role", "may"), [(Role.MENTOR, True), (Role.ADMINISTRATOR, True), (Role.MANAGER, False)])
def test_who_guides_the_lines_lifts_a_block_and_it_is_noted(line, role, may):  # noqa: F811
    talk, made = blocked(line)
    member = MembershipFactory(organisation=line.organisation, role=role)
    with inside(line.organisation):
        assert [row.code for row in blocks.in_force(member, NOON)] == ([made.code] if may else [])
    first = (line.member.staff_id, talk.code, "threats")
    if not may:
        with pytest.raises(RefusedError, match="over"):
            blocks.lift(code=made.code, membership=member, now=NOON)
        assert (logged(), refusal(line) is None) == ([first], False)
        return
    blocks.lift(code=made.code, membership=member, now=NOON)
    assert logged() == [first, (member.staff_id, made.code, "lifted")]
    assert refusal(line) is None


def test_member_of_another_organisation_lifts_nothing(line):  # noqa: F811
    _talk, made = blocked(line)
    with pytest.raises(RefusedError, match="over"):
        blocks.lift(code=made.code, membership=MembershipFactory(role=Role.MENTOR), now=NOON)
    assert refusal(line) is not None


@pytest.mark.promise("D06")
def test_two_blocks_of_one_visitor_have_no_value_in_common(line):  # noqa: F811
    first, second = answered(line), answered(line)
    made = [
        blocks.block(conversation=talk, membership=line.member, reason="abuse", now=NOON) for talk in (first, second)
    ]
    with across_organisations():
        rows = list(Contact.objects.values_list("sealed", flat=True))
    assert len({row.token for row in made} | {bytes(row) for row in rows}) == 4
    assert {row.address for row in made} == {""}


def test_block_that_is_over_is_erased(line):  # noqa: F811
    blocked(line)
    assert blocks.erase(line.organisation_id, NOON + EIGHT - SECOND, 9) == 0
    assert (blocks.due(line.organisation_id, NOON + EIGHT), blocks.erase(line.organisation_id, NOON + EIGHT, 9)) == (
        1,
        1,
    )
    with across_organisations():
        assert (Block.objects.count(), Conversation.objects.count()) == (0, 1)


def test_mentor_lifts_a_block_on_the_team_page(line, client):  # noqa: F811
    with time_machine.travel(NOON, tick=False):
        _talk, made = blocked(line)
        mentor = MembershipFactory(organisation=line.organisation, role=Role.MENTOR)
        client.force_login(mentor.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
        page = f"/team/{line.organisation.slug}/"
        assert made.code in client.get(page).content.decode()
        client.post(page, {"block": made.code})
        assert made.code not in client.get(page).content.decode()
        assert refusal(line) is None
