"""An identity opens by the rules, with a key of each office of different people, and never without the log."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from helplines.models import Role
from helplines.tenancy import across_organisations
from privacy import audit, key_files, opening
from privacy.audit import AuditUnavailable
from privacy.disclosure import Asked
from privacy.models import AuditEntry
from tests.factories.helplines import MembershipFactory, PolicyFactory
from tests.factories.vault import holder
from tests.privacy.test_custody import PHRASE, make
from tests.privacy.test_disclosure import ORDER
from tests.privacy.test_vault import ADDRESS, begin, room

pytestmark = pytest.mark.django_db
DANGER = Asked("danger-other", "emergency", "tried")
BY_ORDER = Asked("order", "police", order=ORDER)


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """Little work for each passphrase."""
    monkeypatch.setattr(key_files, "MEMORY", 8192)
    monkeypatch.setattr(key_files, "OPERATIONS", 1)


def member(line, role=Role.COUNSELLOR):
    return MembershipFactory(organisation=line.organisation, role=role).staff


def open_it(line, conversation, by, privates, asked=DANGER):
    found = opening.open_identity(
        organisation=line.organisation,
        conversation=getattr(conversation, "code", conversation),
        asked=asked,
        by=by,
        privates=privates,
        now=timezone.now(),
    )
    return [(entry.kind, entry.value) for entry in found]


def why(*args, **kwargs):
    with pytest.raises(opening.RefusedError) as caught:
        open_it(*args, **kwargs)
    return caught.value.why


def told():
    with across_organisations():
        rows = AuditEntry.objects.filter(event__startswith="identity").order_by("pk")
        return list(rows.values_list("event", "who", "what", "why", "emergency"))


@pytest.mark.promise("E01", "D08")
def test_counsellor_asks_and_the_administrators_key_opens():
    line, [private] = room("administrator")
    conversation, staff = begin(line), member(line)
    assert open_it(line, conversation, staff, [private]) == [("address", ADDRESS)]
    assert told() == [
        ("identity-asked", staff.pk, conversation.code, "danger-other", True),
        ("identity-opened", staff.pk, conversation.code, "danger-other", True),
    ]


@pytest.mark.promise("E05", "D03")
def test_order_opens_with_both_offices_in_their_order_only():
    line, [management, dpo] = room("management", "dpo", identity_holders="management-dpo")
    conversation, staff = begin(line), member(line, Role.MANAGER)
    assert open_it(line, conversation, staff, [management, dpo], BY_ORDER) == [("address", ADDRESS)]
    for privates in ([], [management], [dpo], [dpo, management], [management, management], [management, dpo, dpo]):
        assert why(line, conversation, staff, privates, BY_ORDER) == "keys"


@pytest.mark.promise("E04", "C13", "D08")
def test_danger_opens_nothing_where_only_an_order_does():
    line, privates = room("management", "dpo", identity_holders="management-dpo")
    conversation, staff = begin(line), member(line, Role.MANAGER)
    assert why(line, conversation, staff, privates, Asked("danger-self", "police", "tried")) == "ground"
    assert [(event, reason) for event, _who, _what, reason, _emergency in told()] == [
        ("identity-asked", "danger-self"),
        ("identity-refused", "ground"),
    ]


@pytest.mark.promise("E05")
def test_looser_policy_does_not_reach_what_was_sealed_before():
    line, [_management, _dpo, administrator] = room(
        "management", "dpo", "administrator", identity_holders="management-dpo"
    )
    conversation, staff = begin(line), member(line)
    PolicyFactory(organisation=line.organisation, values={"identity_holders": "administrator"})
    assert why(line, conversation, staff, [administrator]) == "asker"
    assert why(line, conversation, member(line, Role.MANAGER), [administrator], DANGER) == "ground"
    assert why(line, conversation, member(line, Role.MANAGER), [administrator], BY_ORDER) == "keys"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.DPO, None])
def test_who_may_not_ask_gets_nothing(role):
    line, [private] = room("administrator")
    elsewhere, _none = room()
    staff = member(line, role) if role else member(elsewhere)
    assert why(line, begin(line), staff, [private]) == "asker"


@pytest.mark.promise("D03")
def test_who_asks_keeps_none_of_the_keys_and_nobody_keeps_two():
    line, _none = room(identity_holders="management-dpo")
    asker, other, third = (member(line, Role.MANAGER) for _each in range(3))
    management = key_files.read(make(line.organisation, "management", by=other).file, PHRASE).private
    dpo = key_files.read(make(line.organisation, "dpo", by=third).file, PHRASE).private
    conversation = begin(line)
    assert why(line, conversation, other, [management, dpo], BY_ORDER) == "same_person"
    assert open_it(line, conversation, asker, [management, dpo], BY_ORDER) == [("address", ADDRESS)]


def test_talk_without_an_identity_tells_so_only_to_who_has_every_key():
    line, [private] = room("administrator")
    _row, stranger = holder(room()[0].organisation)
    staff = member(line)
    bare, sealed = begin(line, ""), begin(line)
    asks = [(staff, [stranger], DANGER), (staff, [], DANGER), (staff, [private], BY_ORDER)]
    answers = [[why(line, talk, *ask) for ask in asks] for talk in (bare, sealed, "nowhere")]
    assert answers == [["keys", "keys", "ground"]] * 3
    assert why(line, bare, staff, [private]) == "nothing"


def test_talk_of_another_organisation_is_not_there():
    line, [private] = room("administrator")
    theirs, _keys = room("administrator")
    assert why(line, begin(theirs), member(line), [private]) == "nothing"


def test_key_that_came_after_the_talk_opens_nothing():
    line, _private = room("administrator")
    conversation = begin(line)
    _row, later = holder(line.organisation)
    assert why(line, conversation, member(line), [later]) == "damaged"


@pytest.mark.promise("D08")
def test_nothing_is_shown_where_the_log_cannot_be_written(monkeypatch):
    line, [private] = room("administrator")
    conversation, staff, write = begin(line), member(line), audit.record

    def broken(**given):
        if given["event"] == audit.Event.IDENTITY_OPENED:
            raise AuditUnavailable
        write(**given)

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(AuditUnavailable):
        open_it(line, conversation, staff, [private])


def test_value_is_not_shown_where_the_thing_is():
    assert repr(opening.Opened("address", ADDRESS)) == "Opened(address)"


@pytest.mark.promise("E05")
def test_command_opens_with_the_files_of_the_holders(tmp_path, monkeypatch, capsys):
    line, _none = room(identity_holders="management-dpo")
    for office in ("management", "dpo"):
        (tmp_path / office).write_bytes(make(line.organisation, office).file)
    order = tmp_path / "order.toml"
    order.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in ORDER.items()))
    conversation, staff = begin(line), member(line, Role.MANAGER)
    monkeypatch.setattr("privacy.management.commands.open_identity.getpass", lambda _asked: PHRASE)
    common = (
        "open_identity",
        f"--organisation={line.organisation.slug}",
        f"--talk={conversation.code}",
        f"--asked-by={staff.username}",
        "--recipient=police",
        f"--order={order}",
        f"--key={tmp_path / 'management'}",
        f"--key={tmp_path / 'dpo'}",
    )
    call_command(*common, "--ground=order")
    assert f"address: {ADDRESS}\n" in capsys.readouterr().out
    with pytest.raises(CommandError, match="knows no such ground"):
        call_command(*common, "--ground=danger-self")
    assert capsys.readouterr().out == ""


def test_command_with_a_wrong_passphrase_opens_nothing(tmp_path, monkeypatch):
    line, _none = room()
    (tmp_path / "key").write_bytes(make(line.organisation).file)
    monkeypatch.setattr("privacy.management.commands.open_identity.getpass", lambda _asked: PHRASE + "?")
    with pytest.raises(CommandError, match="does not open"):
        call_command(
            "open_identity",
            f"--organisation={line.organisation.slug}",
            "--talk=x",
            f"--asked-by={member(line).username}",
            "--recipient=police",
            "--ground=danger-self",
            f"--key={tmp_path / 'key'}",
        )
