"""Envelopes: one length, one place, one office after the other, and nobody but the holders."""

import base64

import pytest

from privacy import envelopes
from privacy.envelopes import Envelope, fingerprint, name_of, new_pair, open_layer, rebox, value_in
from privacy.sealing import UnreadableError, place

HERE, ELSEWHERE = place("identity", 1, "talk"), place("identity", 1, "other")
MANAGEMENT, DPO, SPARE, NOBODY = (new_pair() for _each in range(4))


def named(*pairs):
    return {name_of(pair.public): pair.public for pair in pairs}


def sealed(value=b"203.0.113.77"):
    return envelopes.seal(value, HERE, [named(MANAGEMENT), named(DPO, SPARE)])


def opened(envelope, outer=MANAGEMENT, inner=DPO, where=HERE):
    first = open_layer(outer.private, envelope.layers[0], envelope.sealed, where)
    return value_in(open_layer(inner.private, envelope.layers[1], first, where), where)


@pytest.mark.parametrize("inner", [DPO, SPARE], ids=["key", "spare"])
def test_offices_open_it_one_after_the_other(inner):
    assert opened(sealed(), inner=inner) == b"203.0.113.77"


@pytest.mark.promise("D03")
@pytest.mark.parametrize(
    ("outer", "inner"),
    [(MANAGEMENT, MANAGEMENT), (DPO, DPO), (DPO, MANAGEMENT), (NOBODY, DPO), (MANAGEMENT, NOBODY)],
)
def test_nobody_opens_it_alone_or_out_of_turn(outer, inner):
    with pytest.raises(UnreadableError):
        opened(sealed(), outer, inner)


@pytest.mark.promise("D03")
def test_outer_office_has_no_value_in_its_hands():
    envelope = sealed()
    contents = open_layer(MANAGEMENT.private, envelope.layers[0], envelope.sealed, HERE)
    assert b"203.0.113.77" not in contents
    with pytest.raises(UnreadableError):
        value_in(contents, HERE)


def test_envelope_opens_in_its_own_place_only():
    with pytest.raises(UnreadableError):
        opened(sealed(), where=ELSEWHERE)


def test_box_of_another_envelope_opens_nothing():
    one, other = sealed(), sealed()
    with pytest.raises(UnreadableError):
        opened(Envelope(other.layers, one.sealed))


def test_every_changed_byte_is_refused():
    envelope = sealed()
    for at in range(0, len(envelope.sealed), 7):
        changed = bytearray(envelope.sealed)
        changed[at] ^= 1
        with pytest.raises(UnreadableError):
            opened(Envelope(envelope.layers, bytes(changed)))


@pytest.mark.parametrize("box", ["", "no base64!", base64.b64encode(b"short").decode()])
def test_box_that_is_none_is_refused(box):
    envelope = sealed()
    with pytest.raises(UnreadableError):
        opened(Envelope([{name_of(MANAGEMENT.public): box}, envelope.layers[1]], envelope.sealed))


@pytest.mark.promise("D03")
def test_every_value_has_one_length():
    values = [b"", b"1.2.3.4", b"2001:db8:1234:1234:1234:1234:1234:1234", b"+32470000000", b"a" * 242 + b"@example.org"]
    assert len({len(sealed(value).sealed) for value in values}) == 1
    assert [opened(sealed(value)) for value in values] == values


@pytest.mark.parametrize(
    ("value", "offices"),
    [(b"a" * 255, [named(DPO)]), (b"1.2.3.4", []), (b"1.2.3.4", [named(MANAGEMENT), {}])],
    ids=["too long", "no office", "an office without a key"],
)
def test_what_could_not_be_kept_well_is_not_sealed(value, offices):
    with pytest.raises(ValueError, match="envelope"):
        envelopes.seal(value, HERE, offices)


def test_layer_follows_to_another_key_without_being_opened():
    envelope, old = sealed(), name_of(MANAGEMENT.public)
    box = rebox(MANAGEMENT.private, envelope.layers[0][old], NOBODY.public, HERE)
    followed = Envelope([{name_of(NOBODY.public): box}, envelope.layers[1]], envelope.sealed)
    assert opened(followed, outer=NOBODY) == b"203.0.113.77"
    with pytest.raises(UnreadableError):
        opened(followed, outer=MANAGEMENT)


def test_fingerprint_is_six_groups_of_five_digits_of_this_key():
    public = bytes(range(32))
    assert fingerprint(public) == fingerprint(bytes(public))
    assert [len(group) for group in fingerprint(public).split()] == [5] * 6
    assert fingerprint(public).replace(" ", "").isdecimal()
    assert len({fingerprint(pair.public) for pair in (MANAGEMENT, DPO, SPARE, NOBODY)}) == 4
