"""A request to open an identity: asked, agreed to by each office in its order, shown to one person, gone; in doubt refused."""

from datetime import timedelta

import pytest
import time_machine
from django.db import models
from django.utils import timezone

from helplines.models import Membership, Role
from helplines.tenancy import across_organisations
from privacy import audit, keys, requests
from privacy.audit import AuditUnavailable
from privacy.disclosure import Asked
from privacy.models import OpeningRequest, OpeningState
from privacy.opening import RefusedError
from tests.factories.helplines import PolicyFactory
from tests.factories.vault import holder
from tests.privacy.asking import DANGER, by_order, in_danger, member, state_of, told
from tests.privacy.test_vault import ADDRESS, begin

pytestmark = pytest.mark.django_db


def why(call, *args, **given):
    with pytest.raises(RefusedError) as caught:
        call(*args, **given)
    return caught.value.why


def change(request, **columns):
    """As somebody who has the database would."""
    with across_organisations():
        models.QuerySet(OpeningRequest).filter(pk=request.pk).update(**columns)


# The course of a request


@pytest.mark.promise("E01", "D02", "D08")
def test_counsellor_asks_and_the_administrator_opens_and_sees_it():
    room = in_danger()
    request = room.ask()
    agreed = room.agree(request)
    assert state_of(request) == OpeningState.OPENED
    assert room.show(agreed) == ADDRESS
    asker, opener = room.asker.pk, room.people[0].pk
    assert told() == [
        ("identity-asked", asker, "danger-other"),
        ("identity-approved", opener, "administrator"),
        ("identity-opened", opener, "danger-other"),
        ("identity-shown", opener, "danger-other"),
    ]


@pytest.mark.promise("E05", "D03")
def test_order_opens_when_management_and_then_the_dpo_agree():
    room = by_order()
    request = room.ask()
    assert room.agree(request).secret == ""
    assert state_of(request) == OpeningState.ASKED
    assert room.show(room.agree(request, 1)) == ADDRESS


@pytest.mark.promise("E05")
def test_offices_agree_in_their_order_only():
    room = by_order()
    request = room.ask()
    assert why(room.agree, request, 1) == "not_you"
    room.agree(request)
    assert why(room.agree, request, 0) == "not_you"
    assert state_of(request) == OpeningState.ASKED


@pytest.mark.promise("E04", "C13")
@pytest.mark.parametrize("ground", ["danger-self", "danger-other"])
@pytest.mark.parametrize("role", Role.values)
def test_danger_is_no_ground_at_luisterlijn_whoever_asks(ground, role):
    room = by_order()
    asker = member(room.line, role)
    assert why(room.ask, by=asker, asked=Asked(ground, "police", "tried")) in {"asker", "ground"}
    with across_organisations():
        assert OpeningRequest.objects.count() == 0


@pytest.mark.promise("E07")
def test_what_was_opened_is_gone_after_the_minutes_of_the_policy():
    room = in_danger(opening_minutes=5)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        agreed = room.agree(room.ask())
        clock.shift(timedelta(minutes=5, seconds=-1))
        assert room.show(agreed) == ADDRESS
        clock.shift(1)
        assert why(room.show, agreed) == "gone"
        requests.let_lapse(room.organisation, timezone.now())
    with across_organisations():
        row = OpeningRequest.objects.get()
    assert (row.state, row.shown, row.layer) == (OpeningState.GONE, None, None)


@pytest.mark.promise("E07")
def test_it_is_shown_to_the_one_who_opened_it_and_in_that_browser_only():
    room = in_danger()
    agreed = room.agree(room.ask())
    others = [room.asker, *(member(room.line, role) for role in Role.values)]
    assert [why(room.show, agreed, by=one) for one in others] == ["gone"] * 7
    assert why(room.show, agreed, secret="another browser") == "elsewhere"
    assert why(room.show, agreed, secret="") == "elsewhere"
    assert room.show(agreed) == ADDRESS


@pytest.mark.parametrize("state", [OpeningState.DECLINED, OpeningState.WITHDRAWN])
def test_what_was_declined_or_withdrawn_opens_no_more(state):
    room = in_danger()
    request = room.ask()
    by = room.asker if state == OpeningState.WITHDRAWN else room.people[0]
    with requests.inside(room.organisation):
        assert requests.turn_down(row=request, by=by, now=timezone.now()) == state
    assert why(room.agree, request) == "gone"
    assert told()[-1] == ("identity-refused", by.pk, state)


def test_who_has_no_say_in_it_declines_nothing():
    room = in_danger()
    request = room.ask()
    with requests.inside(room.organisation):
        for role in (Role.COUNSELLOR, Role.MANAGER, Role.DPO, Role.AUDITOR):
            assert why(requests.turn_down, row=request, by=member(room.line, role), now=timezone.now()) == "not_you"
    assert state_of(request) == OpeningState.ASKED


# It fails closed


@pytest.mark.promise("E07")
@pytest.mark.parametrize(("made", "hours"), [(in_danger, 24), (by_order, 14 * 24)])
def test_request_that_nobody_decided_in_time_is_too_late(made, hours):
    room = made()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        request = room.ask()
        clock.shift(timedelta(hours=hours))
        assert why(room.agree, request) == "gone"
        requests.let_lapse(room.organisation, timezone.now())
        requests.let_lapse(room.organisation, timezone.now())
    assert state_of(request) == OpeningState.EXPIRED
    assert [entry for entry in told() if entry[2] == "expired"] == [("identity-refused", None, "expired")]


@pytest.mark.promise("E07")
def test_without_anybody_who_can_agree_nothing_is_asked_and_an_alarm_goes_out(mailoutbox, done):
    room = in_danger()
    with across_organisations():
        Membership.objects.filter(staff=room.people[0]).update(is_active=False)
    with done():
        assert why(room.ask) == "no_approver"
    assert [letter.to for letter in mailoutbox] == [[room.organisation.privacy_email]]
    assert told()[-1] == ("identity-refused", room.asker.pk, "no_approver")
    with across_organisations():
        assert OpeningRequest.objects.count() == 0


@pytest.mark.promise("D03", "E05")
def test_asker_who_is_the_only_one_of_an_office_reaches_nobody():
    room = by_order()
    with across_organisations():
        Membership.objects.filter(staff=room.people[0]).update(is_active=False)
    assert why(room.ask) == "no_approver"


@pytest.mark.promise("E05")
def test_one_person_with_both_offices_reaches_nobody():
    room = by_order()
    with across_organisations():
        Membership.objects.filter(staff=room.people[1]).update(staff=room.people[0])
    assert why(room.ask) == "no_approver"


@pytest.mark.promise("E05")
@pytest.mark.parametrize("gone", ["role", "account", "agreement"])
def test_approver_who_left_meanwhile_counts_no_more(gone):
    room = by_order()
    request = room.ask()
    room.agree(request)
    with across_organisations():
        if gone == "role":
            Membership.objects.filter(staff=room.people[0]).update(is_active=False)
        elif gone == "agreement":
            room.people[0].acceptances.all().delete()
        else:
            type(room.people[0]).objects.filter(pk=room.people[0].pk).update(is_active=False)
    assert why(room.agree, request, 1) == "approver_gone"
    assert state_of(request) == OpeningState.ASKED


def test_asker_who_left_meanwhile_opens_nothing():
    room = in_danger()
    request = room.ask()
    with across_organisations():
        Membership.objects.filter(staff=room.asker).update(is_active=False)
    assert why(room.agree, request) == "asker"


@pytest.mark.promise("E05", "D03")
def test_same_person_twice_opens_nothing():
    room = by_order()
    asks = member(room.line, Role.ADMINISTRATOR)
    request = room.ask(by=asks)
    # With two roles, with two accounts of one mailbox, and in one browser.
    with across_organisations():
        Membership.objects.create(organisation=room.organisation, staff=room.people[0], role=Role.DPO)
    double = member(room.line, Role.DPO, staff__email=room.people[0].email.replace("@", "+two@"))
    room.agree(request)
    assert why(room.agree, request, 1, by=room.people[0]) == "same_person"
    assert why(room.agree, request, 1, by=double) == "same_person"
    assert why(room.agree, request, 1, device="office-0") == "same_device"
    assert why(room.agree, request, 1, device="desk") == "same_device"
    assert state_of(request) == OpeningState.ASKED


@pytest.mark.promise("E01")
def test_who_asks_never_agrees_with_any_role_or_account():
    room = in_danger()
    request = room.ask()
    with across_organisations():
        Membership.objects.create(organisation=room.organisation, staff=room.asker, role=Role.ADMINISTRATOR)
    double = member(room.line, Role.ADMINISTRATOR, staff__email=room.asker.email.replace("@", "+work@"))
    assert why(room.agree, request, by=room.asker) == "same_person"
    assert why(room.agree, request, by=double) == "same_person"
    assert why(room.agree, request, by=None) == "not_you"


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.MANAGER, Role.DPO, Role.AUDITOR])
def test_key_without_the_office_opens_nothing(role):
    room = in_danger()
    assert why(room.agree, room.ask(), by=member(room.line, role)) == "not_you"


def test_office_without_its_key_opens_nothing():
    room, elsewhere = by_order(), in_danger()
    request = room.ask()
    for private in (room.privates[1], elsewhere.privates[0], holder(room.organisation, "administrator")[1]):
        assert why(room.agree, request, private=private) == "keys"


@pytest.mark.promise("E05")
def test_looser_policy_meanwhile_changes_nothing_for_what_lies_there():
    room = by_order()
    PolicyFactory(organisation=room.organisation, values={"identity_holders": "administrator"})
    holder(room.organisation)
    member(room.line, Role.ADMINISTRATOR)
    assert why(room.ask, by=member(room.line), asked=DANGER) == "asker"
    assert why(room.ask, asked=DANGER) == "ground"
    request = room.ask()
    PolicyFactory(organisation=room.organisation, values={"identity_holders": "administrator", "opening_minutes": 60})
    assert request.office == "management"
    room.agree(request)
    assert room.show(room.agree(request, 1)) == ADDRESS


def test_agreement_for_another_talk_is_worth_nothing():
    room = by_order()
    other = begin(room.line, "203.0.113.78")
    one, two = room.ask(), room.ask(talk=other)
    room.agree(one)
    with across_organisations():
        row = OpeningRequest.objects.get(pk=one.pk)
    change(two, agreed=1, approvals=row.approvals, layer=row.layer)
    agreed = room.agree(two, 1)
    assert (agreed.secret, state_of(two)) == ("", OpeningState.DAMAGED)


CHANGED = {
    "conversation": "moved",
    "kind": "telephone",
    "holders": "administrator",
    "terms": {"grounds": ["order"], "askers": ["manager"], "recipients": ["police"], "discussed": False, "minutes": 60},
    "ground": "danger-self",
    "recipient": "prosecutor",
    "discussed": "agreed",
    "expires_at": timezone.now() + timedelta(days=30),
    "asked_on": "elsewhere",
    "words": b"\x01" + bytes(300),
}


@pytest.mark.parametrize("column", CHANGED)
def test_request_that_was_changed_in_the_database_opens_nothing(column):
    room = by_order()
    request = room.ask()
    other = begin(room.line)
    change(request, **{column: other.code if column == "conversation" else CHANGED[column]})
    assert why(room.agree, request) == "damaged"
    assert told()[-1] == ("identity-refused", room.people[0].pk, "damaged")


def test_request_in_the_name_of_somebody_else_opens_nothing():
    room = by_order()
    request = room.ask()
    change(request, asked_by=member(room.line, Role.ADMINISTRATOR))
    assert why(room.agree, request) == "damaged"


def test_step_that_was_skipped_in_the_database_opens_nothing():
    room = by_order()
    request = room.ask()
    forged = [{"by": room.people[0].pk, "office": "management", "key": "x", "device": "office-0", "at": "now"}]
    change(request, agreed=1, approvals=forged, layer=b"\x01" + bytes(300))
    assert room.agree(request, 1).secret == ""
    assert state_of(request) == OpeningState.DAMAGED


def test_row_put_back_after_it_was_opened_opens_with_the_same_people_only_and_stands_in_the_log_twice():
    room = in_danger()
    request = room.ask()
    room.agree(request)
    change(request, state="asked", agreed=0, approvals=[])
    room.agree(request)
    assert [event for event, _who, _why in told()].count("identity-opened") == 2


def test_talk_that_is_gone_opens_nothing():
    room = in_danger()
    request = room.ask()
    keys.destroy(room.organisation.pk, [room.talk.code])
    assert why(room.agree, request) == "gone"


@pytest.mark.promise("D08")
@pytest.mark.parametrize("event", ["identity-approved", "identity-opened"])
def test_nothing_is_opened_where_the_log_cannot_be_written(event, monkeypatch):
    room = in_danger()
    request, write = room.ask(), audit.record

    def broken(**given):
        if given["event"] == event:
            raise AuditUnavailable
        write(**given)

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(AuditUnavailable):
        room.agree(request)
    with across_organisations():
        row = OpeningRequest.objects.get()
    assert (row.state, row.agreed, row.shown) == (OpeningState.ASKED, 0, None)


@pytest.mark.promise("D08")
def test_nothing_is_shown_where_the_log_cannot_be_written(monkeypatch):
    room = in_danger()
    agreed = room.agree(room.ask())
    monkeypatch.setattr(audit, "record", lambda **given: (_ for _ in ()).throw(AuditUnavailable()))
    with pytest.raises(AuditUnavailable):
        room.show(agreed)
