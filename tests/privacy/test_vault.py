"""An address is sealed when a talk begins, to whom the policy says, and to nobody else; it goes with the talk."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat import retention, service
from chat.models import Conversation, new_code
from helplines.policies import IDENTITY_HOLDERS, OFFICES
from helplines.tenancy import across_organisations, inside
from privacy import envelopes, keys, sealing, vault
from privacy.models import Office, SealedIdentity
from privacy.sealing import UnreadableError
from tests.factories.chat import staffed_line
from tests.factories.vault import holder, identity_of, opened

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.77"


def begin(line, address=ADDRESS, now=None):
    return service.start(
        line=line,
        code=new_code(),
        language="nl",
        answers={},
        socket="s",
        now=now or timezone.now(),
        address=address,
    ).conversation


def room(*offices, **values):
    """A line with room for many, and the private keys of these offices."""
    line, _members = staffed_line(queue=True, **values)
    return line, [holder(line.organisation, office)[1] for office in offices]


@pytest.mark.promise("D02")
@pytest.mark.parametrize("address", [ADDRESS, "2001:db8::c0de"])
def test_address_is_sealed_with_the_talk_and_the_administrator_opens_it(address):
    line, [private] = room("administrator")
    assert opened(identity_of(begin(line, address)), private) == address


@pytest.mark.promise("D03")
def test_two_offices_open_it_in_the_order_of_the_policy():
    line, [dpo, management] = room("dpo", "management", identity_holders="management-dpo")
    identity = identity_of(begin(line))
    assert opened(identity, management, dpo) == ADDRESS
    with pytest.raises(UnreadableError):
        opened(identity, dpo, management)


@pytest.mark.promise("D01", "D02")
def test_nothing_that_is_stored_shows_the_address():
    line, _privates = room("administrator")
    conversation = begin(line)
    with across_organisations():
        rows = [*Conversation.objects.values_list(), *SealedIdentity.objects.values_list()]
    assert len(rows) == 2
    stored = b" ".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in rows for v in row)
    assert ADDRESS.encode() not in stored
    assert conversation.code.encode() in stored


@pytest.mark.promise("D02", "D03")
@pytest.mark.parametrize(
    ("offices", "policy"),
    [
        ((), "administrator"),
        (("management",), "management-dpo"),
        (("dpo",), "management-dpo"),
        (("administrator", "management"), "provider"),
        (("administrator", "management", "dpo", "provider"), "nobody"),
    ],
)
def test_without_a_key_of_every_office_nothing_is_kept(offices, policy):
    line, _privates = room(*offices, identity_holders=policy)
    assert identity_of(begin(line)) is None


def test_retired_key_and_key_of_another_organisation_seal_nothing():
    line, _privates = room()
    holder(line.organisation, retired_at=timezone.now())
    room("administrator")
    assert identity_of(begin(line)) is None


def test_talk_without_an_address_begins_all_the_same():
    line, _privates = room("administrator")
    assert identity_of(begin(line, "")) is None


@pytest.mark.promise("D02")
@pytest.mark.parametrize("column", ["conversation", "organisation_id", "kind", "holders", "terms"])
def test_sealed_address_cannot_be_moved(column):
    line, [private] = room("administrator")
    one, other = begin(line), begin(line, "203.0.113.78")
    elsewhere, _privates = room("administrator")
    identity = identity_of(one)
    moved = {
        "conversation": other.code,
        "organisation_id": elsewhere.organisation_id,
        "kind": "email",
        "holders": "provider",
        "terms": {**identity.terms, "recipients": ["police"]},
    }
    setattr(identity, column, moved[column])
    with pytest.raises((UnreadableError, keys.KeyGoneError)):
        opened(identity, private)


@pytest.mark.promise("F01", "D02")
def test_sealed_address_goes_with_its_talk_also_from_a_copy(done):
    line, [private] = room("administrator")
    conversation = begin(line)
    copy = identity_of(conversation)
    assert opened(copy, private) == ADDRESS
    now = timezone.now()
    with done():
        service.leave(conversation=conversation, now=now)
    after = now + timedelta(days=200)
    with time_machine.travel(after, tick=False), pytest.raises(keys.KeyGoneError):
        opened(copy, private)
    retention.shut(line.organisation_id, after)
    with pytest.raises(keys.KeyGoneError):
        opened(copy, private)
    retention.erase(line.organisation_id, after, 100)
    assert identity_of(conversation) is None


@pytest.mark.promise("E07")
def test_address_that_was_sealed_before_its_terms_were_stored_still_opens():
    line, [private] = room("administrator")
    with time_machine.travel(timezone.now(), tick=False):
        conversation, keyed = begin(line, ""), holder(line.organisation)
    where = vault.place(line.organisation_id, conversation.code, "address", "administrator")
    with inside(line.organisation):
        envelope = envelopes.seal(
            ADDRESS.encode(), where, vault.offices_with_keys(line.organisation_id, "administrator")
        )
        key = keys.derived(keys.conversation_key(line.organisation_id, conversation.code), vault.PURPOSE)
        row = SealedIdentity.objects.create(
            organisation=line.organisation,
            conversation=conversation.code,
            kind="address",
            holders="administrator",
            layers=envelope.layers,
            sealed=sealing.seal(key, envelope.sealed, where),
        )
    assert opened(row, private) == opened(row, keyed[1]) == ADDRESS
    assert vault.procedure_of(row).grounds == ("danger-self", "danger-other")


def test_erasure_takes_only_what_is_of_that_talk():
    line, [private] = room("administrator")
    one, other = begin(line), begin(line)
    with inside(line.organisation):
        retention.erase_talks(line.organisation_id, {one.code: one.pk})
    assert identity_of(one) is None
    assert opened(identity_of(other), private) == ADDRESS


def test_offices_of_the_policy_are_those_of_the_keys():
    assert set(OFFICES) == set(Office.values)
    assert {office for offices in IDENTITY_HOLDERS.values() for office in offices} == set(OFFICES)


def test_what_lacks_a_key_is_told_by_office():
    line, _privates = room("dpo")
    with inside(line.organisation):
        told = {policy: list(vault.lacking(line.organisation_id, policy)) for policy in IDENTITY_HOLDERS}
    assert told == {
        "administrator": ["administrator"],
        "administrator-care": ["administrator"],
        "management-dpo": ["management"],
        "provider": ["provider"],
        "nobody": [],
    }
