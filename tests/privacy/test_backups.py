"""Backups that open nothing after the keys are gone, and a restore that brings nothing back (C10, C11)."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone

from chat import retention as talks
from chat import service
from chat.models import Conversation, Message
from chat.states import Party
from config import checks, health
from helplines.tenancy import across_organisations
from privacy import backups, dumps, keys, pulse, retention
from privacy.models import AuditEntry, ConversationKey
from tests.factories.chat import ActiveConversationFactory, say, staffed_line, texts_in

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = "Dit mag niemand ooit lezen"


@pytest.fixture
def house():
    """A line that keeps six months, with one colleague."""
    line, [member] = staffed_line(retention_months=6)
    pulse.mark()
    return line, member


def talk(house, at):
    line, member = house
    with time_machine.travel(at, tick=False):
        made = ActiveConversationFactory(line=line, counsellor=member)
        say(made, Party.VISITOR, WORDS)
        service.close(conversation=made, membership=member, why="finished", now=at)
    return made


def readable(talks) -> list[bool]:
    """Whether what was said opens, with the rows and the keys that there are now."""
    found = []
    for one in talks:
        try:
            found.append(texts_in(one) == [(1, "visitor", WORDS)])
        except keys.KeyGoneError:
            found.append(False)
    return found


def sweep(now):
    for one in retention.rounds():
        list(one.erase_all(now))
    pulse.beat()


def stored() -> tuple[set[str], set[str]]:
    with across_organisations():
        return (
            set(Conversation.objects.values_list("code", flat=True)),
            set(ConversationKey.objects.values_list("conversation", flat=True)),
        )


@pytest.mark.promise("F01", "F12")
def test_old_backup_of_the_data_beside_the_keys_of_today_opens_what_is_not_expired_and_nothing_else(house, tmp_path):
    expired = [talk(house, START + timedelta(hours=hour)) for hour in range(4)]
    kept = [talk(house, START + 100 * DAY) for _ in range(3)]
    day0, later = START + 101 * DAY, START + 200 * DAY
    with time_machine.travel(day0, tick=False):
        path = backups.make("data", tmp_path, day0)
        assert readable([*expired, *kept]) == [True] * 7
    with time_machine.travel(later, tick=False):
        sweep(later)
        assert stored() == ({one.code for one in kept},) * 2
        backups.put_back(path, tmp_path)
        with across_organisations():
            assert Message.objects.count() == 7, "The backup of day 0 has them all."
        assert readable(expired) == [False] * 4
        assert readable(kept) == [True] * 3
        retention.replay(later)
        assert stored() == ({one.code for one in kept},) * 2
        assert readable(kept) == [True] * 3


@pytest.mark.promise("F12")
def test_service_stays_closed_on_a_backup_until_the_erasures_are_replayed(house, tmp_path):
    gone = talk(house, START)
    path = backups.make("data", tmp_path, START)
    keys.destroy(gone.organisation_id, [gone.code])
    assert (pulse.in_step(), health.state()["ready"]) == (True, True)
    backups.put_back(path, tmp_path)
    sweep(START)
    assert (pulse.in_step(), health.state()["ready"]) == (False, False)
    with pytest.raises(ImproperlyConfigured, match=r"config\.E016"):
        checks.refuse_unreplayed()
    call_command("restore", "--replay", stdout=StringIO())
    assert (pulse.in_step(), health.state()["ready"], stored()) == (True, True, (set(), set()))
    checks.refuse_unreplayed()


def test_old_backup_of_the_keys_gives_nothing_back_either(house, tmp_path):
    """A key that was destroyed since comes back with it, and is destroyed again before anything is served."""
    gone, kept = talk(house, START), talk(house, START)
    path = backups.make("keys", tmp_path, START)
    with time_machine.travel(START + DAY, tick=False):
        with across_organisations():
            talks.erase_talks(gone.organisation_id, {gone.code: gone.pk})
        backups.put_back(path, tmp_path)
        assert gone.code in stored()[1]
        assert not pulse.in_step()
        retention.replay(timezone.now())
        assert stored() == ({kept.code}, {kept.code})


def test_commands_make_check_and_put_back(house, tmp_path):
    kept, out = talk(house, timezone.now()), StringIO()
    call_command("backup", "--to", str(tmp_path / "new"), stdout=out)
    files = sorted((tmp_path / "new").iterdir())
    assert [path.name.split("-")[0] for path in files] == ["data", "keys"]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    with across_organisations():
        Message.objects.all().delete()
    keys.destroy(kept.organisation_id, [kept.code])
    call_command("restore", *map(str, files), "--yes", stdout=out)
    assert readable([kept]) == [True]
    with across_organisations():
        assert list(AuditEntry.objects.filter(event="restored").values_list("why", flat=True)) == ["replayed"]
    assert out.getvalue().splitlines()[-1].endswith("The service may start.")


@pytest.mark.parametrize("what", ["data", "keys"])
def test_backup_holds_nothing_that_can_be_read(house, tmp_path, what):
    one = talk(house, START)
    blob = backups.make(what, tmp_path, START).read_bytes()
    slug = one.line.organisation.slug.encode()
    assert [word in blob for word in (WORDS.encode(), slug, one.code.encode(), b"SQLite format 3", b"PGDMP")] == [
        False
    ] * 5
    plain = b"".join(backups.contents(next(tmp_path.glob(f"{what}-*.backup"))))
    assert plain[:5] in (b"SQLit", b"PGDMP")
    assert WORDS.encode() not in plain


def test_changed_backup_puts_nothing_back(house, tmp_path):
    kept = talk(house, timezone.now())
    path = backups.make("data", tmp_path, START)
    blob = bytearray(path.read_bytes())
    blob[-20] ^= 1
    path.write_bytes(blob)
    with pytest.raises(CommandError, match="cut or changed"):
        call_command("restore", str(path), "--yes")
    with pytest.raises(CommandError, match="cut or changed"):
        call_command("backup", "--check", str(path))
    assert (readable([kept]), pulse.in_step()) == ([True], True)


@pytest.mark.promise("F13")
def test_backups_go_each_at_their_own_time(tmp_path):
    now = datetime(2026, 11, 22, tzinfo=UTC)
    for what in dumps.DATABASES:
        for age in (0, 6, 7, 29, 30):
            (tmp_path / f"{what}-{now - age * DAY:%Y%m%dT%H%M%S}.backup").touch()
    (tmp_path / "notes.txt").touch()
    backups.prune(tmp_path, now)
    kept = [path.name for path in sorted(tmp_path.iterdir())]
    expected = [f"data-{now - age * DAY:%Y%m%dT%H%M%S}.backup" for age in (29, 7, 6, 0)]
    expected += [f"keys-{now - age * DAY:%Y%m%dT%H%M%S}.backup" for age in (6, 0)]
    assert kept == [*expected, "notes.txt"]


@pytest.mark.parametrize(("data", "known"), [(0, 7), (30, 8), (30, 0), (-1, 7)])
def test_time_that_breaks_the_promise_is_refused(tmp_path, data, known):
    with pytest.raises(ValueError, match="from one to 7 days"):
        backups.prune(tmp_path, timezone.now(), data, known)


def test_missing_program_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(dumps, "vendor", lambda alias: "postgresql")
    monkeypatch.setattr(dumps.shutil, "which", lambda program: None)
    with pytest.raises(CommandError, match="pg_dump was not found"):
        call_command("backup", "--to", str(tmp_path))
    assert list(tmp_path.iterdir()) == []
