"""At most so many talks in 24 hours, by marks that nobody can read back; a counsellor sees how often and not who."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from django.conf import settings

from chat import newcomers, retention, service, team
from chat.models import Contact, Conversation, new_code
from chat.newcomers import Visitor
from chat.queries import moment, talk_frame
from chat.wire import RefusedError
from helplines.signin import place_of
from helplines.tenancy import across_organisations, inside
from privacy import keys, pseudonyms
from tests.factories.chat import PresenceFactory, contents_of
from tests.factories.helplines import LineFactory, PolicyFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(hours=24)
TAB = "tab-secret-of-one-visitor"
ROBIN = Visitor(TAB, "203.0.113.7")


@pytest.fixture
def line(monkeypatch):
    """A line that is open with room for everybody, at whatever moment a test says that it is."""
    monkeypatch.setattr(service, "check_can_start", lambda line, language, now: None)
    found = LineFactory()
    found.member = PresenceFactory(membership__organisation=found.organisation).membership
    allow(found, contact_limit=4)
    return found


def allow(line, **values):
    return PolicyFactory(organisation=line.organisation, values={"capacity": 10, **values}, valid_from=NOON - 9 * DAY)


def begin(line, now=NOON, visitor=ROBIN):
    return service.start(
        line=line,
        code=new_code(),
        language="nl",
        answers={},
        socket="s",
        now=now,
        address=visitor.address,
        token=visitor.token,
    ).conversation


def answered(line, now=NOON, visitor=ROBIN):
    talk = begin(line, now, visitor)
    with across_organisations():
        assert service.claim(conversation=talk, membership=line.member, now=now)
    return talk


def refusal(line, now=NOON, visitor=ROBIN):
    """What a visitor is told who may not begin; None for one who may."""
    try:
        begin(line, now, visitor)
    except RefusedError as refused:
        return refused.why, refused.extra
    return None


@pytest.mark.promise("C07")
def test_fifth_talk_in_24_hours_is_refused_and_told_from_when(line):
    for hour in range(4):
        answered(line, NOON + timedelta(hours=hour))
    assert refusal(line, NOON + timedelta(hours=4)) == ("limit", {"again": moment(NOON + DAY)})


@pytest.mark.promise("C07")
def test_talk_is_possible_again_after_24_hours_and_not_a_second_sooner(line):
    for _number in range(4):
        answered(line)
    assert refusal(line, NOON + DAY - SECOND) == ("limit", {"again": moment(NOON + DAY)})
    assert refusal(line, NOON + DAY) is None


@pytest.mark.promise("C07")
def test_limit_goes_on_over_midnight_and_the_turn_of_the_key(line):
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    for begun in (midnight - 2 * SECOND, midnight - SECOND, midnight, midnight + SECOND):
        answered(line, begun)
    told = ("limit", {"again": moment(midnight - 2 * SECOND + DAY)})
    assert refusal(line, midnight + DAY - 3 * SECOND) == told
    assert refusal(line, midnight + DAY - 2 * SECOND) is None


@pytest.mark.parametrize("night", [datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)])
def test_24_hours_are_24_in_the_nights_of_the_clock_change(line, night):
    PolicyFactory(organisation=line.organisation, values={"contact_limit": 1}, valid_from=night - 9 * DAY)
    answered(line, night)
    assert refusal(line, night + DAY - SECOND) == ("limit", {"again": moment(night + DAY)})
    assert refusal(line, night + DAY) is None


@pytest.mark.promise("C07")
def test_talk_that_nobody_answered_does_not_count(line):
    for _number in range(120):
        service.leave(conversation=begin(line), now=NOON)
    for _number in range(4):
        answered(line)
    assert refusal(line) is not None


def test_talk_that_waits_counts_until_it_is_over(line):
    waiting = [begin(line) for _number in range(4)]
    assert refusal(line) is not None
    service.leave(conversation=waiting[0], now=NOON)
    assert refusal(line) is None


def test_answered_talk_that_waits_again_and_is_left_counts(line):
    allow(line, contact_limit=1)
    talk = answered(line)
    service.leave(conversation=talk, now=NOON)
    assert refusal(line) is not None


def test_lines_of_one_organisation_are_counted_together_and_those_of_others_apart(line):
    second, other = LineFactory(organisation=line.organisation), LineFactory()
    allow(other, contact_limit=4)
    for _number in range(2):
        answered(line)
        begin(second)
    assert refusal(second) is not None
    assert refusal(other) is None


def test_without_a_limit_no_visits_are_counted(line):
    allow(line)
    assert [refusal(line) for _number in range(6)] == [None] * 6
    assert marks(line.organisation) == []


def test_new_tab_behind_the_same_address_is_not_locked_out_where_the_tab_counts(line):
    """K3: a school behind one address."""
    for number in range(20):
        answered(line, visitor=Visitor(f"tab-of-pupil-number-{number}", ROBIN.address))
    assert refusal(line) is None


@pytest.mark.parametrize(
    ("keyed_on", "new_tab", "new_address"),
    [("token", None, "limit"), ("address", "limit", None), ("both", "limit", "limit")],
)
def test_limit_is_keyed_as_the_policy_says(line, keyed_on, new_tab, new_address):
    allow(line, contact_limit=1, keyed_on=keyed_on)
    answered(line)
    tab = refusal(line, visitor=Visitor("another-tab-of-robin", ROBIN.address))
    with across_organisations():
        Conversation.objects.filter(state="waiting").update(state="abandoned", ended_at=NOON)
    address = refusal(line, visitor=Visitor(TAB, "198.51.100.9"))
    assert [found and found[0] for found in (tab, address)] == [new_tab, new_address]


def test_addresses_of_one_household_count_as_one(line):
    """K3: an IPv6 address that changes within its network is no way around."""
    allow(line, contact_limit=1, keyed_on="address")
    answered(line, visitor=Visitor("", "2001:db8:1:2::1"))
    assert refusal(line, visitor=Visitor("", "2001:db8:1:2:ffff::9")) is not None
    assert refusal(line, visitor=Visitor("", "2001:db8:1:3::1")) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("C07")
def test_fifty_starts_at_once_never_give_a_fifth(line):
    keys.organisation_key(line.organisation_id)
    outcomes = at_once(lambda _number: refusal(line), range(50))
    assert sorted(
        str(found and found[0]) if not isinstance(found, Exception) else repr(found) for found in outcomes
    ) == (["None"] * 4 + ["limit"] * 46)


@pytest.mark.promise("C07")
def test_refusal_is_recorded_without_a_mark_and_is_nobody_missed(line):
    allow(line, contact_limit=1)
    answered(line)
    refusal(line)
    with across_organisations():
        row = Conversation.objects.get(state="refused")
        assert (row.end_reason, row.ended_by, row.nickname, Contact.objects.filter(conversation=row).count()) == (
            "limit",
            "system",
            None,
            0,
        )
        assert row.expires_at is not None
        assert team.missed([line], NOON - DAY) == []


@pytest.mark.promise("C08")
def test_counsellor_sees_how_often_and_nothing_else(line):
    allow(line, contact_limit=4, show_frequency=True)
    answered(line)
    talk = answered(line)
    with inside(line.organisation):
        frame = talk_frame(talk, contents_of(talk), NOON)
        row = talk.contact
    assert frame["contact"] == 2
    assert not any(secret in str(frame) for secret in (TAB, "203.0.113.7", row.token))


@pytest.mark.promise("C08")
def test_counsellor_does_not_see_how_often_where_the_policy_keeps_it(line):
    talk = answered(line)
    with inside(line.organisation):
        assert talk_frame(talk, contents_of(talk), NOON)["contact"] is None


def marks(organisation):
    with inside(organisation):
        rows = Contact.objects.filter(organisation=organisation)
        return [getattr(row, kind) for row in rows for kind in ("token", "address") if getattr(row, kind)]


@pytest.mark.promise("D06")
def test_marks_of_one_visitor_are_all_different_and_only_the_key_ties_them(line):
    """K4: what is stored has no two values alike, within an organisation and across two."""
    other = LineFactory()
    for one in (line, other):
        allow(one, contact_limit=4, keyed_on="both")
        for _number in range(3):
            begin(one)
    found = [*marks(line.organisation), *marks(other.organisation)]
    assert (len(found), len(set(found))) == (12, 12)
    key = pseudonyms.keys_alive(line.organisation_id, newcomers.PURPOSE, NOON)
    mine = set(newcomers.places(list(key.values()), "token", TAB.encode()))
    assert len(mine & set(found)) == 3


@pytest.mark.promise("D06")
def test_search_through_a_network_without_the_key_finds_nothing(line):
    """K4: every address of a network, under everything that outlives the key; with the key the same search succeeds."""
    allow(line, contact_limit=4, keyed_on="address")
    begin(line)
    known = set(marks(line.organisation))
    lasting = [
        settings.SECRET_KEY.encode(),
        keys.organisation_key(line.organisation_id)[1],
        keys.master_keys().keys[keys.master_keys().newest],
    ]
    network = [place_of(str(ip_address("203.0.113.0") + number)) for number in range(256)]
    plain = {hashlib.sha256(place).hexdigest() for place in network}
    keyed = {hmac.new(key, place, hashlib.sha256).hexdigest() for key in lasting for place in network}
    same_way = {mark for place in network for mark in newcomers.places(lasting, "address", place)}
    assert known & (plain | keyed | same_way) == set()
    right = list(pseudonyms.keys_alive(line.organisation_id, newcomers.PURPOSE, NOON).values())
    assert known <= {mark for place in network for mark in newcomers.places(right, "address", place)}


@pytest.mark.promise("D06")
def test_nothing_links_after_the_key_is_destroyed(line):
    begin(line)
    before = marks(line.organisation)
    assert pseudonyms.destroy_due(line.organisation_id, NOON + 3 * DAY) == 2
    _window, fresh = pseudonyms.key_now(line.organisation_id, newcomers.PURPOSE, NOON)
    assert set(newcomers.places([fresh], "token", TAB.encode())) & set(before) == set()


def test_rows_go_after_two_days_and_with_their_talk(line):
    first, second = begin(line), begin(line)
    with across_organisations():
        Contact.objects.filter(conversation=first).update(at=NOON - newcomers.KEPT)
    assert (newcomers.due(line.organisation_id, NOON), newcomers.erase(line.organisation_id, NOON, 9)) == (1, 1)
    with inside(line.organisation):
        retention.erase_talks(line.organisation_id, {second.code: second.pk})
    assert marks(line.organisation) == []


def test_visitor_shows_nothing_of_who_it_is():
    assert TAB not in f"{ROBIN} {ROBIN!r}"
