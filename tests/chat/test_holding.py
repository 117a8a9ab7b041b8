"""A talk is kept longer only by order, told in the audit log, with an end; nothing else moves its clock later (C9)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from chat import erasing, holding, retention
from chat.models import Conversation, LegalHold
from chat.wire import RefusedError
from helplines.models import Role
from helplines.tenancy import across_organisations, inside
from privacy.audit import AuditUnavailable
from privacy.models import ConversationKey
from tests.chat.talks import now_in
from tests.chat.test_retention import NOTHING, SECOND, ended, is_readable, left, local, sweep
from tests.factories.chat import ActiveConversationFactory, staffed_line
from tests.factories.helplines import MembershipFactory, PolicyFactory
from tests.helplines.factors import code_of, sign_in, with_app
from tests.logged import logged, take_the_pen

pytestmark = pytest.mark.django_db(transaction=True)
START, PROMISED, UNTIL = local("2026-03-01T12:00"), local("2026-09-01T12:00"), local("2026-12-31T23:59:59")


@pytest.fixture
def house():
    """(the counsellor, the officer, a talk that ended on 1 March and goes on 1 September)"""
    line, [member] = staffed_line(retention_months=6)
    officer = MembershipFactory(organisation=line.organisation, role=Role.DPO)
    return member, officer, ended(line, member, START)


def hold(house, now=PROMISED - SECOND, until=UNTIL):
    _member, officer, talk = house
    with time_machine.travel(now, tick=False):
        holding.hold(conversation=talk, membership=officer, reason="court-order", until=until, now=now)


def release(house, now):
    with time_machine.travel(now, tick=False):
        holding.release(membership=house[1], code=house[2].code, now=now)


def instants() -> set[object]:
    with across_organisations():
        return {Conversation.objects.get().expires_at, ConversationKey.objects.get().expires_at}


@pytest.mark.promise("F01")
def test_talk_that_is_kept_is_there_until_the_end_of_the_hold_and_not_a_second_longer(house):
    member, _officer, talk = house
    hold(house)
    assert instants() == {UNTIL}
    found = []
    for moment in (PROMISED, UNTIL - SECOND, UNTIL):
        due = retention.due(talk.organisation_id, moment)
        gone = sweep(talk.organisation_id, moment)
        with time_machine.travel(moment, tick=False):
            found.append((due, gone, bool(gone) or is_readable(talk, member)))
    assert found == [(0, 0, True), (0, 0, True), (1, 1, True)]
    assert left() == NOTHING
    with across_organisations():
        assert LegalHold.objects.count() == 0


def test_shorter_promise_does_not_reach_what_is_kept_and_does_when_it_is_released(house):
    member, _officer, talk = house
    hold(house, START + timedelta(days=30))
    PolicyFactory(
        organisation=talk.organisation, number=2, valid_from=local("2026-05-01T00:00"), values={"retention_months": 3}
    )
    later = local("2026-07-01T12:00")
    assert sweep(talk.organisation_id, later) == 0
    with time_machine.travel(later, tick=False):
        assert is_readable(talk, member)
    release(house, later)
    assert (sweep(talk.organisation_id, later), left()) == (1, NOTHING)


@pytest.mark.parametrize(("now", "gone"), [(PROMISED - 2 * SECOND, 0), (PROMISED + SECOND, 1)])
def test_released_talk_has_the_instant_that_was_promised(house, now, gone):
    hold(house, START + timedelta(days=30))
    hold(house, START + timedelta(days=31), UNTIL - timedelta(days=9))  # another end moves what was promised nowhere
    release(house, now)
    assert instants() == {PROMISED}
    assert sweep(house[2].organisation_id, now) == gone
    told = [(row.what, row.why, row.role) for row in logged(house[2].organisation, "legal-hold")]
    code = house[2].code
    assert told == [
        (code, "court-order:2026-12-31", "dpo"), (code, "court-order:2026-12-22", "dpo"), (code, "released", "dpo"),
    ]  # fmt: skip


@pytest.mark.parametrize("until", [PROMISED, START, local("2027-09-01T12:00"), local("2030-01-01T00:00")])
def test_end_before_the_promise_or_after_twelve_months_is_refused(house, until):
    with pytest.raises(RefusedError, match="malformed"):
        hold(house, until=until)
    assert instants() == {PROMISED}
    hold(house, until=local("2027-09-01T11:59:59"))


def test_talk_that_is_gone_or_goes_on_is_not_kept(house):
    with pytest.raises(RefusedError, match="not_here"):
        hold(house, now=PROMISED)
    open_talk = ActiveConversationFactory(line=house[2].line, counsellor=house[0])
    with pytest.raises(RefusedError, match="not_here"):
        hold((house[0], house[1], open_talk))


def test_nothing_is_kept_or_released_that_the_log_cannot_tell(house, monkeypatch):
    hold(house)
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        release(house, PROMISED)
    with pytest.raises(AuditUnavailable):
        hold(house, until=UNTIL + timedelta(days=9))
    assert instants() == {UNTIL}


def test_kept_talk_is_not_erased_when_somebody_asks(house):
    hold(house)
    given = {"conversation": house[2], "membership": house[1], "why": "asked-by-visitor", "now": PROMISED}
    with pytest.raises(RefusedError, match="held"):
        erasing.erase(**given)
    assert now_in(house[2]).code == house[2].code


def test_page_keeps_and_releases(house):
    _member, officer, talk = house
    client, page = Client(), reverse("hold_talk", kwargs={"organisation": talk.organisation.slug})
    form = {"code": talk.code, "reason": "inquiry", "until": "2026-12-31"}
    with time_machine.travel(START + timedelta(days=30), tick=False):
        client.force_login(officer.staff)
        theirs = ended(*staffed_theirs(), START)
        refused = [
            client.post(page, {**form, **more})
            for more in ({"until": "2026-08-01"}, {"reason": ""}, {"code": theirs.code})
        ]
        assert [answer.status_code for answer in refused] == [200, 200, 200]
        with across_organisations():
            assert LegalHold.objects.count() == 0
        assert client.post(page, form).status_code == 302
        assert talk.code in client.get(page).content.decode()
        erase = reverse("erase_talk", kwargs={"organisation": talk.organisation.slug})
        client.post(erase, {"code": talk.code, "why": "asked-by-visitor", "sure": "yes"})
        with inside(talk.organisation_id):
            assert LegalHold.objects.get().until == UNTIL
        client.post(page, {"release": talk.code})
        assert talk.code not in client.get(page).content.decode()
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(officer.staff)
        assert strict.post(page, form).status_code == 403
        auditor = MembershipFactory(organisation=talk.organisation, role=Role.AUDITOR)
        client.force_login(auditor.staff)
        assert client.get(page).status_code == 404


def staffed_theirs():
    line, [member] = staffed_line(retention_months=6)
    return line, member


@pytest.mark.promise("F01", "O03")
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("hold_talk", {"reason": "court-order", "until": "2026-12-31"}),
        ("erase_talk", {"why": "by-order", "sure": "yes"}),
    ],
)
def test_keeping_and_erasing_ask_a_fresh_step_and_lose_nothing_that_was_filled_in(house, name, given):
    """G5: the step was shown six minutes ago; nothing of the talk is on the page meanwhile."""
    _member, officer, talk = house
    page = reverse(name, args=[officer.organisation.slug])
    with time_machine.travel(PROMISED - timedelta(days=1), tick=False) as clock:
        secret = with_app(officer.staff)
        client = sign_in(officer.staff, secret)
        assert client.get(page).status_code == 200
        clock.shift(timedelta(minutes=6))
        asked = client.post(page, {"code": talk.code, **given})
        words = asked.content.decode()
        assert (asked.status_code, talk.code in words, reverse("mfa_reauthenticate") in words) == (200, True, True)
        assert "The talk is" not in words
        assert instants() == {PROMISED}
        assert client.get(page).status_code == 302
        client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
        client.post(page, {"code": talk.code, **given})
        with across_organisations():
            assert (LegalHold.objects.count(), Conversation.objects.count()) == (
                (1, 1) if name == "hold_talk" else (0, 0)
            )


@pytest.mark.promise("F01", "O03")
def test_releasing_asks_a_fresh_step(house):
    _member, officer, talk = house
    page = reverse("hold_talk", args=[officer.organisation.slug])
    hold(house)
    with time_machine.travel(PROMISED - timedelta(days=1), tick=False) as clock:
        client = sign_in(officer.staff, with_app(officer.staff))
        clock.shift(timedelta(minutes=6))
        assert client.post(page, {"release": talk.code}).headers["Location"].startswith(reverse("mfa_reauthenticate"))
        assert instants() == {UNTIL}
