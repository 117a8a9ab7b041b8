"""The file of a holder: of no use without its passphrase, and never another's than it says."""

import json

import pytest

from privacy import key_files
from privacy.envelopes import new_pair
from privacy.sealing import UnreadableError

PHRASE = "five words that hold well"
TOLD = {"organisation": "kade", "office": "dpo"}
PAIR = new_pair()


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """Little work for each passphrase; what a real file costs stands in its own test."""
    monkeypatch.setattr(key_files, "MEMORY", 8192)
    monkeypatch.setattr(key_files, "OPERATIONS", 1)


def test_file_opens_with_its_passphrase():
    found = key_files.read(key_files.write(PAIR.private, PHRASE, TOLD), PHRASE)
    assert (found.private, found.told) == (PAIR.private, TOLD)


@pytest.mark.promise("D03")
def test_file_holds_no_key_that_can_be_read():
    data = key_files.write(PAIR.private, PHRASE, TOLD)
    assert PAIR.private not in data
    assert PAIR.private.hex().encode() not in data
    with pytest.raises(UnreadableError):
        key_files.read(data, PHRASE + "!")


def test_what_a_file_says_of_itself_cannot_be_changed():
    data = json.loads(key_files.write(PAIR.private, PHRASE, TOLD))
    with pytest.raises(UnreadableError):
        key_files.read(json.dumps({**data, "office": "management"}).encode(), PHRASE)


@pytest.mark.parametrize("cost", [{"operations": 1_000_000}, {"memory": 1 << 40}, {"operations": "many"}, {"salt": 3}])
def test_file_that_would_keep_us_busy_is_refused(cost):
    data = json.loads(key_files.write(PAIR.private, PHRASE, TOLD))
    with pytest.raises(UnreadableError):
        key_files.read(json.dumps({**data, "argon2id": {**data["argon2id"], **cost}}).encode(), PHRASE)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff\xfe", b'{"kind": 1}', b"[" * 5000])
def test_what_is_no_file_of_ours_is_refused(data):
    with pytest.raises(UnreadableError):
        key_files.read(data, PHRASE)


@pytest.mark.parametrize("phrase", ["", "fifteen letters", "a" * 40, "abcabcabcabcabcabc", "x" * 1025 + "abcdef"])
def test_weak_passphrase_makes_no_file(phrase):
    with pytest.raises(ValueError, match="weak"):
        key_files.write(PAIR.private, phrase, TOLD)


def test_real_file_costs_much_memory(monkeypatch):
    monkeypatch.undo()
    assert (key_files.OPERATIONS, key_files.MEMORY) == (4, 128 * 1024 * 1024)
    assert key_files.OPERATIONS <= key_files.MOST_OPERATIONS
    assert key_files.MEMORY <= key_files.MOST_MEMORY


def test_key_is_not_shown_where_a_file_is_shown():
    found = key_files.read(key_files.write(PAIR.private, PHRASE, TOLD), PHRASE)
    assert repr(found) == f"KeyFile({found.told})"


def test_file_opens_however_a_device_sends_the_signs_of_its_passphrase():
    composed, apart = "één paard, twee koeien", "e\u0301e\u0301n paard, twee koeien"
    for one, other in ((composed, apart), (apart, composed)):
        assert key_files.read(key_files.write(PAIR.private, one, TOLD), other).private == PAIR.private


def test_file_of_before_passphrases_were_normalised_opens_with_what_was_typed(monkeypatch):
    typed = "e\u0301e\u0301n paard, twee koeien"
    with monkeypatch.context() as before:
        before.setattr(key_files, "normalised", str)
        data = key_files.write(PAIR.private, typed, TOLD)
    assert key_files.read(data, typed).private == PAIR.private
    with pytest.raises(UnreadableError):
        key_files.read(data, "één paard, twee koeien")
