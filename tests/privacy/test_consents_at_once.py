"""A yes that is taken back while an office is asked or opens: one is first, and nothing is left between (B4, B6)."""

import pytest
import time_machine
from django.utils import timezone

from chat import consenting
from chat.wire import RefusedError as NotAsked
from helplines.tenancy import across_organisations
from privacy import consents, disclosure, requests
from privacy.models import ConsentState, OpeningRequest, OpeningState
from tests.privacy.asking import question_of, says_yes, state_of, with_consent
from tests.privacy.test_requests import why
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.promise("E05", "E06")]


def test_yes_taken_back_while_the_office_is_asked_leaves_no_request_behind(monkeypatch):
    """It would stand in the way of what is asked on a second yes."""
    room = with_consent()
    row, rules = says_yes(room), disclosure.refusal

    def meanwhile(*given):
        found = rules(*given)
        consenting.withdraw(row=row, now=timezone.now())
        return found

    with time_machine.travel(timezone.now(), tick=False) as clock:
        monkeypatch.setattr(disclosure, "refusal", meanwhile)
        assert why(room.ask) == "consent"
        monkeypatch.setattr(disclosure, "refusal", rules)
        clock.shift(consents.REST)
        says_yes(room)
        room.agree(room.ask())


@pytest.mark.parametrize("_round", range(5))
def test_asking_the_office_and_taking_back_at_once_leave_nothing_to_decide(_round, transactional_db):
    room = with_consent()
    row = says_yes(room)

    def asks():
        try:
            room.ask()
        except requests.RefusedError:
            return False
        return True

    at_once(lambda call: call(), [asks, lambda: consenting.withdraw(row=row, now=timezone.now())])
    assert question_of(room).state == ConsentState.WITHDRAWN
    with across_organisations():
        assert not OpeningRequest.objects.filter(state=OpeningState.ASKED).exists()


def test_opening_and_taking_back_at_once_end_in_one_way(transactional_db):
    room = with_consent()
    row = says_yes(room)
    request = room.ask()

    def opens():
        try:
            return bool(room.agree(request).secret)
        except requests.RefusedError:
            return False

    def takes_back():
        try:
            consenting.withdraw(row=row, now=timezone.now())
        except NotAsked:
            return False
        return True

    assert sorted(at_once(lambda call: call(), [opens, takes_back])) == [False, True]
    opened = state_of(request) == OpeningState.OPENED
    assert question_of(room).state == (ConsentState.USED if opened else ConsentState.WITHDRAWN)
