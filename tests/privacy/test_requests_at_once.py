"""A hundred who agree at once give one opening, whichever key, browser or person of the office they come with (B4, B6)."""

import pytest

from helplines.models import Role
from helplines.tenancy import across_organisations
from privacy.models import AuditEntry, OpeningRequest, OpeningState
from privacy.opening import RefusedError
from privacy.requests import Agreed
from tests.privacy.asking import by_order, in_danger, member
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 100


def counts():
    with across_organisations():
        events = list(AuditEntry.objects.values_list("event", flat=True))
    return {name: events.count(name) for name in ("identity-approved", "identity-opened", "identity-refused")}


@pytest.mark.promise("E07", "D08")
def test_hundred_who_agree_at_once_open_once():
    room = in_danger()
    mates = [*room.people, *(member(room.line, Role.ADMINISTRATOR) for _each in range(3))]
    request = room.ask()
    given = [{"by": mates[number % len(mates)], "device": f"browser-{number}"} for number in range(MANY)]
    outcomes = at_once(lambda one: room.agree(request, **one), given)
    opened = [one for one in outcomes if isinstance(one, Agreed)]
    assert [bool(one.secret) for one in opened] == [True]
    assert {one.why for one in outcomes if isinstance(one, RefusedError)} == {"gone"}
    assert len(outcomes) - len(opened) == sum(isinstance(one, RefusedError) for one in outcomes)
    assert counts() == {"identity-approved": 1, "identity-opened": 1, "identity-refused": 0}
    assert room.show(opened[0], by=opened[0].request.opened_by) == "203.0.113.77"


def test_hundred_who_agree_at_once_take_one_layer_off():
    room = by_order()
    request = room.ask()
    outcomes = at_once(lambda number: room.agree(request, device=f"browser-{number}"), list(range(MANY)))
    assert sum(isinstance(one, Agreed) for one in outcomes) == 1
    with across_organisations():
        row = OpeningRequest.objects.get()
    assert (row.state, row.agreed, len(row.approvals)) == (OpeningState.ASKED, 1, 1)
    assert counts()["identity-approved"] == 1


def test_twenty_who_ask_at_once_make_one_request():
    room = in_danger()
    outcomes = at_once(lambda _number: room.ask(), list(range(20)))
    assert sum(isinstance(one, OpeningRequest) for one in outcomes) == 1
    assert {one.why for one in outcomes if isinstance(one, RefusedError)} == {"another_open"}
