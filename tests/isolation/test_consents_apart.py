"""A yes of a visitor is worth nothing in another organisation, with every filter of the program taken away too (O10, E05; A6)."""

from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from chat import access
from chat.wire import RefusedError
from helplines.tenancy import inside
from privacy import consents
from privacy.models import ConsentState, OpeningConsent
from tests.privacy.asking import question_of, says_yes, with_consent
from tests.privacy.test_requests import why

pytestmark = [pytest.mark.django_db, pytest.mark.promise("O10", "E05")]


@pytest.fixture(params=["as it is", "stripped"])
def strip(request):
    """Takes the filters away, once everything is there."""
    if request.param == "as it is":
        return lambda: None
    if connection.vendor != "postgresql":
        pytest.skip("the second wall is PostgreSQL's (DATABASE_URL)")
    return lambda: request.getfixturevalue("stripped")


def test_yes_elsewhere_is_not_found_not_used_and_not_answered(strip):
    ours, theirs = with_consent(), with_consent()
    row = says_yes(theirs)
    strip()
    with inside(ours.organisation):
        assert list(OpeningConsent.objects.all()) == []
        assert consents.standing(theirs.talk.code, "address", timezone.now()) is None
        assert (consents.hold(row.code), consents.use(row.code, timezone.now())) == (False, False)
        assert consents.latest(theirs.talk.code, "address") is None
        assert consents.let_lapse(ours.organisation.pk, timezone.now() + consents.COUNTS_FOR) == 0
    with pytest.raises(RefusedError) as refused:
        access.consent_in(ours.talk, row.code)
    assert refused.value.why == "not_here"
    assert question_of(theirs).state == ConsentState.GIVEN


def test_request_stands_on_no_yes_of_elsewhere(strip):
    ours, theirs = with_consent(), with_consent()
    says_yes(theirs)
    says_yes(ours)
    strip()
    for asked in (theirs.asked, replace(ours.asked, consent=theirs.asked.consent)):
        assert why(ours.ask, asked=asked) == "consent"
    # The one that was given here does.
    ours.ask()
