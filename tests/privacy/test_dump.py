"""Whoever takes the disk and a dump of both databases, but no master key, reads nothing that anybody said (goals C1, C2).

`DUMP_TALKS=1000` makes it the long form.
"""

import base64
import os
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone

from chat import advice, notes, service, writer
from chat.models import Advice, Conversation, Message, Note, Presence, new_code
from helplines.models import Branch
from helplines.tenancy import across_organisations, inside
from privacy import dumps, keys
from tests.factories.chat import staffed_line
from tests.forms import forms_of

pytestmark = pytest.mark.django_db(transaction=True)
TALKS = int(os.environ.get("DUMP_TALKS", "100"))
LEFT_OPEN = 3
# What each kind of word begins with; a number follows, so that what begins so is found in every talk.
STEMS = [f"zqx{kind}canary" for kind in ("nick", "answer", "visitor", "counsellor", "note", "asked")]
NICK, ANSWER, VISITOR, COUNSELLOR, NOTE, ASKED = STEMS
SHOWN = "zqxshowncanary"  # a word that no promise hides, to see that the search finds what is there
QUESTIONS = [
    {"key": "name", "kind": "nickname", "label": {"nl": "Naam"}, "why": {"nl": "Zo"}},
    {"key": "about", "kind": "text", "label": {"nl": "Wat"}, "why": {"nl": "Zo"}},
]
pg_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="looks at what pg_dump writes (DATABASE_URL)")


def talk(line, member, number: int, left: int) -> Conversation:
    """A talk with a word of its own in every place where somebody writes one; `left` come after it."""
    now = timezone.now() + max(0, LEFT_OPEN - left) * timedelta(seconds=5)  # nobody asks for advice twice in 5 s
    answers = {"name": f"{NICK}{number}", "about": f"{ANSWER}{number}"}
    with inside(line.organisation):
        Presence.objects.update(seen_at=now)
    held = service.start(line=line, code=new_code(), language="nl", answers=answers, socket="s", now=now)
    made = held.conversation
    with inside(line.organisation):
        assert service.take(conversation=made, membership=member, capacity=LEFT_OPEN + 1, now=now) == "mine"
    said = [(0, f"{VISITOR}{number}"), (member.pk, f"{COUNSELLOR}{number} and more {VISITOR}{number}")]
    writer.store([writer.Saying(made.pk, held.contents, who, None, uuid4(), text) for who, text in said])
    notes.write(conversation=made, membership=member, text=f"{NOTE}{number}", version=0, socket="s", now=now)
    if left < LEFT_OPEN:
        advice.ask(conversation=made, membership=member, key=uuid4(), text=f"What then {ASKED}{number}", now=now)
    else:
        service.close(conversation=made, membership=member, why="finished", now=now)
    return made


def house(talks: int):
    """So many talks, and one word that anybody may read."""
    line, [member, _colleague] = staffed_line(2, questions=QUESTIONS, capacity=8)
    for number in range(talks):
        talk(line, member, number, talks - number - 1)
    Branch.objects.create(organisation=line.organisation, name=SHOWN)
    with across_organisations():
        counts = [table.objects.count() for table in (Conversation, Message, Note, Advice)]
    assert counts == [talks, 3 * talks, talks, LEFT_OPEN]
    return line


def found_in(blob: bytes, words: list[str]) -> list[str]:
    return [word for word in words if any(form in blob for form in forms_of(word))]


def disk() -> dict[str, bytes]:
    """Every file of the installation: databases with their journals, media, what was collected."""
    return {path.name: path.read_bytes() for path in Path(settings.VAR).rglob("*") if path.is_file()}


def dumped(alias: str, folder: Path) -> bytes:
    """The whole database as its own program writes it out: text with PostgreSQL, a file with SQLite."""
    if dumps.vendor(alias) != "postgresql":
        with dumps.reading(alias, folder) as stream:
            return stream.read()
    path = folder / "dump.sql"
    with dumps.pg("pg_dump", alias, "--format=plain", f"--file={path}"):
        pass
    return path.read_bytes()


def raw_key() -> list[bytes]:
    """The master key as it is used, and as somebody would write it down."""
    secret = keys.master_keys().keys["test"]
    return [secret, secret.hex().encode(), base64.b64encode(secret)]


@pytest.mark.promise("O06")
def test_disk_and_dumps_hold_no_word_of_any_talk_and_no_master_key(tmp_path):
    house(TALKS)
    files = disk() | {f"dump of {alias}": dumped(alias, tmp_path) for alias in connections}
    assert {name: found for name, blob in files.items() if (found := found_in(blob, STEMS))} == {}
    assert [name for name, blob in files.items() if any(form in blob for form in raw_key())] == []
    # The search was there to find something.
    assert found_in(files["dump of default"], [SHOWN]) == [SHOWN]
    if connection.vendor == "sqlite":
        names = [name for name in files if name.startswith("test-")]
        # Processes that test at the same time have names of their own.
        plain = {re.sub(r"_gw\d+", "", name) for name in names}
        assert {"test-default.sqlite3", "test-default.sqlite3-wal", "test-keys.sqlite3"} <= plain
        assert any(found_in(files[name], [SHOWN]) for name in names)


@pg_only
def test_dump_in_the_form_of_a_backup_holds_no_word_either(tmp_path):
    """As `manage.py backup` asks for it, before that seals it: what is packed in there is unpacked first."""
    house(LEFT_OPEN)
    for alias in connections:
        path = tmp_path / alias
        with dumps.reading(alias, tmp_path) as stream:
            path.write_bytes(stream.read())
        text = tmp_path / f"{alias}.sql"
        with dumps.subprocess.Popen([dumps.shutil.which("pg_restore"), f"--file={text}", str(path)]) as process:
            assert process.wait() == 0
        blob = text.read_bytes()
        assert found_in(blob, STEMS) == []
        assert found_in(blob, [SHOWN]) == ([SHOWN] if alias == "default" else [])


@pytest.mark.promise("O06")
def test_code_and_settings_and_databases_without_the_master_key_open_no_talk():
    line = house(LEFT_OPEN)
    with across_organisations():
        codes = list(Conversation.objects.values_list("code", flat=True))
    assert len(keys.conversation_keys(line.organisation_id, codes)) == LEFT_OPEN
    other = "test:" + base64.b64encode(bytes(range(1, 33))).decode()
    for wrong in (other, other.replace("test", "other"), ""):
        keys._unwrapped.cache_clear()
        with override_settings(MASTER_KEYS=wrong), pytest.raises((keys.MasterKeyError, keys.sealing.UnreadableError)):
            keys.conversation_keys(line.organisation_id, codes[:1])
