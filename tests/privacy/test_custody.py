"""Keys of holders: made once, told apart, retired, and followed by others without opening anything."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from helplines.tenancy import across_organisations, inside
from privacy import custody, key_files
from privacy.custody import CustodyError
from privacy.models import AuditEntry, Holder
from tests.factories.helplines import OrganisationFactory, StaffFactory
from tests.factories.vault import holder, identity_of, opened
from tests.privacy.test_vault import ADDRESS, begin, room

pytestmark = pytest.mark.django_db
PHRASE = "five words that hold well"


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """Little work for each passphrase."""
    monkeypatch.setattr(key_files, "MEMORY", 8192)
    monkeypatch.setattr(key_files, "OPERATIONS", 1)


def make(organisation, office="administrator", passphrase=PHRASE, by=None):
    return custody.make(organisation=organisation, office=office, passphrase=passphrase, by=by, now=timezone.now())


def retire(found, office=None):
    return custody.retire(organisation=found.organisation, name=found.name, office=office, by=None, now=timezone.now())


def reseal(organisation, file, passphrase=PHRASE, offices=None):
    return custody.reseal(organisation=organisation, file=file, passphrase=passphrase, offices=offices, by=None)


def entries(organisation):
    with across_organisations():
        rows = AuditEntry.objects.filter(organisation=organisation).order_by("number")
        return list(rows.values_list("event", "who", "what", "why"))


def why(call, *args, **kwargs):
    with pytest.raises(CustodyError) as caught:
        call(*args, **kwargs)
    return caught.value.why


@pytest.mark.promise("D02")
def test_key_that_was_made_opens_what_arrives_from_then_on():
    line, _none = room()
    before = begin(line)
    made = make(line.organisation)
    private = key_files.read(made.file, PHRASE).private
    assert identity_of(before) is None
    assert opened(identity_of(begin(line)), private) == ADDRESS


@pytest.mark.promise("D03")
def test_private_half_is_in_the_file_and_in_no_row():
    organisation = OrganisationFactory()
    made = make(organisation)
    private = key_files.read(made.file, PHRASE).private
    with across_organisations():
        [row] = Holder.objects.values_list()
    stored = b" ".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
    assert private not in stored
    assert bytes(made.holder.public_key) in stored
    assert repr(made) == f"Made({made.holder.name})"


@pytest.mark.promise("D08")
def test_making_and_retiring_stand_in_the_audit_log():
    staff, organisation = StaffFactory(), OrganisationFactory()
    made = make(organisation, by=staff)
    retire(made.holder)
    assert entries(organisation) == [
        ("key-made", staff.pk, made.holder.name, "administrator"),
        ("key-retired", None, made.holder.name, "administrator"),
    ]


def test_weak_passphrase_and_fifth_key_are_refused():
    organisation = OrganisationFactory()
    assert why(make, organisation, passphrase="too short") == "weak"
    for _each in range(custody.MOST_KEYS):
        make(organisation)
    assert why(make, organisation) == "too_many"
    assert make(organisation, "dpo").holder.office == "dpo"


@pytest.mark.promise("D03")
def test_nobody_makes_keys_of_two_offices():
    organisation, staff = OrganisationFactory(), StaffFactory()
    first = make(organisation, "management", by=staff)
    assert why(make, organisation, "dpo", by=staff) == "two_offices"
    assert make(organisation, "management", by=staff).holder.office == "management"
    assert make(organisation, "dpo", by=StaffFactory()).holder.office == "dpo"
    retire(first.holder)
    assert why(make, organisation, "dpo", by=staff) == "two_offices"
    assert make(OrganisationFactory(), "dpo", by=staff).holder.organisation != first.holder.organisation


def test_who_left_an_office_may_keep_a_key_of_another_when_theirs_opens_nothing():
    line, _none = room("administrator")
    staff = StaffFactory()
    begin(line)
    first = make(line.organisation, "administrator", by=staff)
    begin(line)
    retire(first.holder)
    assert why(make, line.organisation, "dpo", by=staff) == "two_offices"
    assert reseal(line.organisation, first.file) == 1
    assert make(line.organisation, "dpo", by=staff).holder.office == "dpo"


def test_retired_key_seals_no_more_and_opens_what_it_could():
    line, [private] = room("administrator")
    conversation = begin(line)
    with inside(line.organisation):
        found = Holder.objects.get()
    retire(found)
    assert opened(identity_of(conversation), private) == ADDRESS
    assert identity_of(begin(line)) is None
    assert why(retire, found) == "unknown"


def test_key_of_another_office_or_organisation_is_not_there():
    organisation = OrganisationFactory()
    dpo, _private = holder(organisation, "dpo")
    theirs, _private = holder(OrganisationFactory(), "administrator")
    assert why(retire, dpo, office="management") == "unknown"
    theirs.organisation = organisation
    assert why(retire, theirs) == "unknown"
    with across_organisations():
        assert Holder.objects.filter(retired_at=None).count() == 2


@pytest.mark.promise("D02", "D03")
def test_retired_key_is_followed_by_the_keys_in_use_and_opens_nothing_afterwards():
    line, [dpo] = room("dpo", identity_holders="management-dpo")
    old = make(line.organisation, "management")
    conversation = begin(line)
    retire(old.holder)
    new = key_files.read(make(line.organisation, "management").file, PHRASE).private
    assert reseal(line.organisation, old.file) == 1
    identity = identity_of(conversation)
    assert opened(identity, new, dpo) == ADDRESS
    assert [old.holder.name in layer for layer in identity.layers] == [False, False]
    assert reseal(line.organisation, old.file) == 0
    assert entries(line.organisation)[-1] == ("key-rotated", None, old.holder.name, "management")


def test_only_a_retired_key_of_this_organisation_with_a_follower_is_followed():
    line, _none = room()
    made = make(line.organisation)
    assert why(reseal, line.organisation, made.file, "another passphrase") == "unreadable"
    assert why(reseal, line.organisation, made.file) == "unknown"
    retire(made.holder)
    assert why(reseal, line.organisation, made.file) == "no_other"
    make(line.organisation, "dpo")
    assert why(reseal, line.organisation, made.file) == "no_other"
    make(line.organisation)
    assert why(reseal, OrganisationFactory(), made.file) == "unknown"
    assert why(reseal, line.organisation, made.file, offices=["dpo"]) == "unknown"


def test_standing_tells_the_key_from_its_spare_and_what_each_opens():
    line, _none = room()
    first, spare = make(line.organisation), make(line.organisation)
    begin(line)
    retire(first.holder)
    begin(line)
    third = make(line.organisation)
    with inside(line.organisation):
        found = custody.standing(line.organisation)["administrator"]
    told = [(row.holder.name, row.is_spare, row.opens, row.holder.retired_at is not None) for row in found]
    assert told == [
        (spare.holder.name, False, 2, False),
        (third.holder.name, True, 0, False),
        (first.holder.name, False, 1, True),
    ]


def command(*args):
    return call_command("holder_key", *args)


def test_command_makes_compares_retires_and_follows(tmp_path, capsys):
    line, _none = room()
    slug, phrase = line.organisation.slug, tmp_path / "phrase"
    phrase.write_text(PHRASE + "\n")
    common = (f"--organisation={slug}", f"--passphrase-file={phrase}")
    command("make", "administrator", f"--file={tmp_path / 'key'}", *common)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    conversation = begin(line)
    with inside(line.organisation):
        first = Holder.objects.get()
    capsys.readouterr()
    command("fingerprint", *common)
    assert capsys.readouterr().out == f"administrator  {first.name}  {first.fingerprint}  in use, opens 1\n"
    command("retire", first.name, *common)
    command("make", "administrator", f"--file={tmp_path / 'next'}", *common)
    command("reseal", f"--file={tmp_path / 'key'}", *common)
    private = key_files.read((tmp_path / "next").read_bytes(), PHRASE).private
    assert opened(identity_of(conversation), private) == ADDRESS


def test_command_writes_over_no_file_and_knows_its_organisation(tmp_path):
    slug, phrase = OrganisationFactory().slug, tmp_path / "phrase"
    phrase.write_text(PHRASE)
    (tmp_path / "key").write_text("somebody's")
    common = (f"--file={tmp_path / 'key'}", f"--passphrase-file={phrase}")
    with pytest.raises(CommandError, match="exists already"):
        command("make", "dpo", f"--organisation={slug}", *common)
    with pytest.raises(CommandError, match="no organisation"):
        command("make", "dpo", "--organisation=nowhere", *common)
    assert (tmp_path / "key").read_text() == "somebody's"
    with across_organisations():
        assert Holder.objects.count() == 0


def test_command_that_cannot_write_the_file_makes_no_key(tmp_path, monkeypatch):
    """Else addresses would be sealed to a key that nobody has."""
    slug, phrase = OrganisationFactory().slug, tmp_path / "phrase"
    phrase.write_text(PHRASE)
    common = (f"--organisation={slug}", f"--passphrase-file={phrase}")
    with pytest.raises(CommandError, match="no key was made"):
        command("make", "dpo", f"--file={tmp_path / 'nowhere' / 'key'}", *common)
    with monkeypatch.context() as patch, pytest.raises(CommandError, match="no key was made"):
        patch.setattr("os.fsync", lambda _number: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        command("make", "dpo", f"--file={tmp_path / 'key'}", *common)
    assert not (tmp_path / "key").exists()
    with across_organisations():
        assert (Holder.objects.count(), AuditEntry.objects.count()) == (0, 0)
