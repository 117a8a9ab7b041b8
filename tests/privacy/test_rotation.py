"""Keys are renewed while talks go on: nothing becomes unreadable, nothing is lost, the old key opens nothing (goal C6)."""

import base64
from io import StringIO
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.test import override_settings
from django.utils import timezone

from chat import bus, comebacks, service, writer
from chat.states import Party
from helplines.tenancy import across_organisations
from privacy import factors, keys, pseudonyms, rotation, sealing, verifying
from privacy.models import ConversationKey, OrganisationKey, PseudonymKey
from tests.chat.talks import resume, start, take
from tests.factories.chat import ActiveConversationFactory, contents_of, say, staffed_line, texts_in
from tests.factories.helplines import StaffFactory
from tests.logged import logged, take_the_pen
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "new:" + base64.b64encode(bytes(range(1, 33))).decode()


@pytest.fixture
def house():
    line, [member] = staffed_line(capacity=8)
    return line, member


def talks_of(house, count: int):
    line, member = house
    made = [ActiveConversationFactory(line=line, counsellor=member) for _ in range(count)]
    for number, one in enumerate(made):
        say(one, Party.VISITOR, f"Eerste {number}")
    return made


def versions() -> tuple[set[int], set[int]]:
    """Which versions of organisation keys there are, and which of them seal a key of a talk."""
    with across_organisations():
        return (
            set(OrganisationKey.objects.exclude(version=keys.MARKS).values_list("version", flat=True)),
            set(ConversationKey.objects.values_list("version", flat=True)),
        )


def rotate(organisation_id: int) -> int:
    version = rotation.renew(organisation_id)
    list(rotation.rewrap_all(organisation_id))
    rotation.retire(organisation_id)
    return version


def told(*options: str) -> list[str]:
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out)
    return out.getvalue().splitlines()


def test_new_key_of_an_organisation_seals_every_talk_and_the_old_one_is_gone(house):
    line, _member = house
    talks, elsewhere = talks_of(house, 3), ActiveConversationFactory()
    before = keys.organisation_key(line.organisation_id)[1]
    assert rotate(line.organisation_id) == 2
    assert [texts_in(one) for one in talks] == [[(1, "visitor", f"Eerste {number}")] for number in range(3)]
    assert contents_of(elsewhere).nickname(elsewhere) == "Robin"
    with across_organisations():
        own = OrganisationKey.objects.filter(organisation_id=line.organisation_id).exclude(version=keys.MARKS)
        assert list(own.values_list("version", flat=True)) == [2]
        for row in ConversationKey.objects.filter(organisation_id=line.organisation_id):
            where = sealing.place("conversation-key", row.organisation_id, row.conversation)
            with pytest.raises(sealing.UnreadableError):
                sealing.unseal(before, row.wrapped, where)


def test_visitor_comes_back_after_the_key_was_renewed(house):
    line, member = house
    held = start(line)
    ticket = comebacks.ticket_of(held)
    rotate(line.organisation_id)
    again = resume(held.conversation, held.secret)
    assert again.secret
    rotate(line.organisation_id)
    assert resume(held.conversation, again.secret).contents.key == held.contents.key
    assert comebacks.find(line=line, now=timezone.now(), **ticket) == held.conversation.code
    assert take(member).code == held.conversation.code


def test_marks_of_an_older_release_still_count(house):
    """There, fingerprints hung on the one key that an organisation had."""
    line, _member = house
    held = start(line)
    with across_organisations():
        OrganisationKey.objects.filter(version=keys.MARKS).delete()
        row = OrganisationKey.objects.get()
    mark = keys.derived(keys.unwrapped(row)[1], "visitor-secret")
    old = keys.hmac.new(mark, b"geheim", "sha256").hexdigest()
    keys.forget()
    rotate(line.organisation_id)
    assert service.fingerprint(line.organisation_id, "geheim") == old
    assert held.contents.key == contents_of(held.conversation).key


def test_who_comes_again_is_known_after_the_key_was_renewed(house):
    line, now = house[0], timezone.now()
    window, key = pseudonyms.key_now(line.organisation_id, "places", now)
    with across_organisations():
        row = PseudonymKey.objects.get()
    rotate(line.organisation_id)
    keys.forget()
    assert pseudonyms.key_now(line.organisation_id, "places", now) == (window, key)
    assert pseudonyms.keys_alive(line.organisation_id, "places", now) == {window: key}
    # A row that was read before.
    assert pseudonyms.opened(row) == key


def test_every_table_that_the_key_of_an_organisation_seals_is_brought_over():
    sealed = {
        model for model in apps.get_models() if {"wrapped", "version"} <= {one.name for one in model._meta.fields}
    }
    assert sealed - {OrganisationKey} == set(rotation.SEALED), "Say in SEALED how, or rotation loses it."


@pytest.mark.promise("O06")
def test_nothing_is_lost_while_talks_go_on(house):
    """Between all steps something is said in every talk, and one begins, one ends, one is erased."""
    line, _member = house
    talks = talks_of(house, 4)
    erased, said = [], dict.fromkeys((one.code for one in talks), 1)

    def life() -> None:
        fresh = start(line).conversation
        service.leave(conversation=fresh, now=timezone.now())
        talks.append(fresh)
        for one in [one for one in talks if one.code in said]:
            outcome = writer.store([writer.Saying(one.pk, contents_of(one), 0, None, uuid4(), "Nog iets")])
            assert isinstance(outcome[0], writer.Stored)
            said[one.code] += 1
        keys.destroy(line.organisation_id, [talks[-2].code] if len(talks) > 6 else [])
        erased.extend([talks[-2].code] if len(talks) > 6 else [])

    for version in (2, 3):
        assert rotation.renew(line.organisation_id) == version
        life()
        while rotation.rewrap(line.organisation_id, 1):
            life()
        rotation.retire(line.organisation_id)
        life()
    assert versions() == ({3}, {3})
    readable = keys.conversation_keys(line.organisation_id, [one.code for one in talks])
    assert set(readable) == {one.code for one in talks} - set(erased)
    assert len(erased) > 5
    assert {code: len(texts_in(one)) for one in talks if (code := one.code) in said} == said


def test_keys_that_are_made_at_the_same_time_are_never_lost(house):
    line, _member = house

    def do(number: int) -> bytes | int:
        if number % 5 == 0:
            return rotate(line.organisation_id)
        return keys.new_conversation_key(line.organisation_id, f"talk-{number}")

    made = dict(enumerate(at_once(do, range(40), 4)))
    assert [fault for fault in made.values() if isinstance(fault, Exception)] == []
    keys.forget()
    wanted = {f"talk-{number}": key for number, key in made.items() if number % 5}
    assert keys.conversation_keys(line.organisation_id, list(wanted)) == wanted


def test_reader_between_two_looks_reads_on(house, monkeypatch):
    """The row of the talk was read, and before the look at its organisation's key that one was renewed and retired."""
    [one] = talks_of(house, 1)
    ordinary, seen = keys.organisation_key, []

    def late(organisation_id: int, version: int | None = None):
        if version and not seen:
            seen.append(version)
            rotate(organisation_id)
        return ordinary(organisation_id, version)

    monkeypatch.setattr(keys, "organisation_key", late)
    assert texts_in(one) == [(1, "visitor", "Eerste 0")]
    assert seen == [1]


def test_key_that_is_destroyed_meanwhile_does_not_come_back(house, monkeypatch):
    [one] = talks_of(house, 1)
    ordinary = rotation.key_of

    def destroyed(row):
        keys.destroy(one.organisation_id, [one.code])
        return ordinary(row)

    rotation.renew(one.organisation_id)
    monkeypatch.setattr(rotation, "key_of", destroyed)
    list(rotation.rewrap_all(one.organisation_id))
    with pytest.raises(keys.KeyGoneError):
        keys.conversation_key(one.organisation_id, one.code)


class Killed(DatabaseError):
    """What a test throws in the place of a power cut."""


def test_rotation_that_is_killed_anywhere_is_finished_by_the_next(house):
    talks = talks_of(house, 3)
    wanted, points, done = [texts_in(one) for one in talks], 0, False
    while not done:
        count = 0

        def cut(execute, sql, params, many, context, points=points):
            nonlocal count
            count += 1
            if count > points:
                raise Killed
            return execute(sql, params, many, context)

        with connections["default"].execute_wrapper(cut), connections["keys"].execute_wrapper(cut):
            try:
                rotate(talks[0].organisation_id)
                done = True
            except (Killed, rotation.audit.AuditUnavailable):
                pass
        keys.forget()
        assert [texts_in(one) for one in talks] == wanted
        points += 1
    assert points > 10
    own, sealed = versions()
    assert own == sealed == {max(own)}


def test_unfinished_rotation_goes_on_with_the_same_key(house):
    line, _member = house
    talks_of(house, 2)
    assert [rotation.renew(line.organisation_id) for _twice in range(2)] == [2, 2]
    assert [rotation.rewrap(line.organisation_id, 1), rotation.retire(line.organisation_id)] == [1, 0]
    assert told("--organisation", line.organisation.slug)[-1].endswith("key 2 is in use; 1 older ones destroyed.")
    assert versions() == ({2}, {2})
    assert [entry.what for entry in logged(line.organisation, "key-rotated")] == ["organisation-key:2"]


def test_no_key_is_renewed_that_the_log_cannot_tell(house, monkeypatch):
    line, _member = house
    talks_of(house, 1)
    take_the_pen(monkeypatch)
    with pytest.raises(CommandError, match="audit log cannot be written"):
        told("--organisation", line.organisation.slug)
    assert versions() == ({1}, {1})


@pytest.mark.promise("O06")
def test_new_master_key_wraps_everything_and_the_old_one_may_go(house, settings):
    line, _member = house
    [one], person = talks_of(house, 1), StaffFactory()
    for kind, field in ((Authenticator.Type.TOTP, "secret"), (Authenticator.Type.RECOVERY_CODES, "seed")):
        data = {field: factors.seal("GEHEIM"), "used_mask": 0}
        Authenticator.objects.create(user=person, type=kind, data=data)
    old = settings.MASTER_KEYS
    settings.MASTER_KEYS = f"{NEW},{old}"
    first, second = told("--master"), told("--master")
    assert first[-2:] == [
        "2 second steps sealed with 'new'.",
        "The other master keys open nothing any more but older backups and signed ends of the audit logs.",
    ]
    assert (second[0], second[1]) == (
        f"{line.organisation.slug}: 0 keys wrapped in 'new'.",
        "0 second steps sealed with 'new'.",
    )
    settings.MASTER_KEYS = NEW
    keys.forget()
    keys.check_master_keys()
    assert texts_in(one) == [(1, "visitor", "Eerste 0")]
    rows = {row.type: row for row in Authenticator.objects.filter(user=person)}
    assert (
        factors.unseal(rows["totp"].data["secret"]) == factors.unseal(rows["recovery_codes"].data["seed"]) == "GEHEIM"
    )
    assert list(verifying.faults(line.organisation_id, [])) == []
    assert [entry.what for entry in logged(line.organisation, "key-rotated")] == ["master-key:new"]
    settings.MASTER_KEYS = old
    keys.forget()
    with pytest.raises(keys.MasterKeyError):
        texts_in(one)


def test_second_step_that_cannot_be_opened_is_told_and_left(house, settings):
    person = StaffFactory()
    row = Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": factors.seal("X")})
    broken = {"secret": row.data["secret"][:-8] + "AAAAAAA="}
    Authenticator.objects.filter(pk=row.pk).update(data=broken)
    settings.MASTER_KEYS = f"{NEW},{settings.MASTER_KEYS}"
    with pytest.raises(CommandError, match="Still in use: -; 1 second steps cannot be opened"):
        told("--master")
    assert Authenticator.objects.values_list("data", flat=True).get() == broken


def test_processes_with_the_old_order_and_the_new_one_hear_each_other(settings):
    old, new = settings.MASTER_KEYS, NEW
    for speaks, hears in ((f"{old},{new}", f"{new},{old}"), (f"{new},{old}", f"{old},{new}")):
        with override_settings(MASTER_KEYS=speaks):
            sealed = sealing.seal(keys.bus_keys()[0], b"told", bus.PLACE)
        with override_settings(MASTER_KEYS=hears):
            assert sealing.unseal_with(keys.bus_keys(), sealed, bus.PLACE) == b"told"
    with pytest.raises(sealing.UnreadableError), override_settings(MASTER_KEYS=old):
        sealing.unseal_with(keys.bus_keys(), sealing.seal(bytes(32), b"told", bus.PLACE), bus.PLACE)


def test_command_renews_all_and_refuses_who_is_not_there(house):
    line, _member = house
    [one] = talks_of(house, 1)
    slug = line.organisation.slug
    assert told("--all")[-2:] == [
        f"{slug}: 1/1 keys under key 2.",
        f"{slug}: key 2 is in use; 1 older ones destroyed.",
    ]
    assert texts_in(one) == [(1, "visitor", "Eerste 0")]
    with pytest.raises(CommandError, match="There is no organisation 'oost'"):
        told("--organisation", "oost")
