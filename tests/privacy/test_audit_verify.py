"""Whatever somebody does to the log, a check tells; without it, it says that the log is whole (security goal M4)."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models
from django.test import override_settings

from helplines.tenancy import across_organisations, inside
from helplines.witness import Event
from privacy import audit, chain, heads, keys, tasks
from privacy.models import AuditEntry, AuditHead
from tests.factories.helplines import OrganisationFactory, StaffFactory
from tests.log_guards import lowered

pytestmark = [pytest.mark.django_db, pytest.mark.promise("O09")]


@pytest.fixture
def organisation():
    made = OrganisationFactory(slug="ours")
    grow(made, 6)
    return made


def grow(organisation, count=1):
    who = StaffFactory()
    for number in range(count):
        audit.record(organisation=organisation.pk, event=Event.TRANSCRIPT_READ, who=who, what=f"talk{number}")


def verify(*arguments):
    """(exit code, lines)"""
    out = StringIO()
    try:
        call_command("audit", "verify", *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


class Thief:
    """Somebody with the password of the database, who knows how the chain is made, and has no master key."""

    def __init__(self, organisation):
        self.organisation = organisation

    @property
    def rows(self):
        return models.QuerySet(AuditEntry).filter(organisation=self.organisation)

    def change(self, which, **values):
        connection.check_constraints()
        with lowered(connection):
            self.rows.filter(number=which).update(**values)

    def remove(self, **which):
        connection.check_constraints()
        with lowered(connection):
            models.QuerySet(AuditEntry).filter(organisation=self.organisation, **which).delete()

    def make_whole(self):
        """Every digest anew, up to the end that the head row tells."""
        connection.check_constraints()
        previous = chain.FIRST
        with lowered(connection):
            for row in self.rows.order_by("number"):
                row.previous = previous
                previous = chain.digest(row.link)
                self.rows.filter(pk=row.pk).update(previous=row.previous, digest=previous)
        last = self.rows.order_by("number").last()
        with across_organisations():
            AuditHead.objects.filter(organisation=self.organisation).update(number=last.number, digest=last.digest)


@pytest.fixture
def thief(organisation):
    return Thief(organisation)


def test_whole_log_is_whole(organisation):
    OrganisationFactory(slug="empty")
    assert verify() == (0, ["2 logs are whole; compared with 0 signed heads."])


def test_edit_is_found(thief):
    thief.change(3, what="another")
    assert verify() == (1, ["ours: entry 3 was changed."])


@pytest.mark.parametrize(
    ("column", "value"),
    [("who", 99), ("role", "x"), ("on_behalf_of", "x"), ("what", "x"), ("why", "x"), ("emergency", True),
     ("event", "exported"), ("at", "2020-01-01T00:00:00Z"), ("digest", "0" * 64)],
)  # fmt: skip
def test_edit_of_each_column_is_found(thief, column, value):
    thief.change(3, **{column: value})
    assert verify()[0] == 1


def test_edit_with_a_digest_made_anew_is_found(thief):
    thief.change(3, what="another")
    row = thief.rows.get(number=3)
    thief.change(3, digest=chain.digest(row.link))
    assert verify() == (1, ["ours: entry 4 does not follow entry 3: one of them was put there or replaced."])


def test_removal_is_found(thief):
    thief.remove(number=3)
    assert verify() == (1, ["ours: 1 missing: entries 3 to 3 were removed."])


def test_removal_with_numbers_closed_up_is_found(thief):
    thief.remove(number=3)
    for number in (4, 5, 6):
        thief.change(number, number=number - 1)
    code, lines = verify()
    assert (code, lines[0]) == (1, "ours: entry 3 does not follow entry 2: one of them was put there or replaced.")


def test_insertion_is_found(thief, organisation):
    last = thief.rows.get(number=6)
    link = last.link._replace(number=7, previous=last.digest)
    values = {name: value for name, value in link._asdict().items() if name != "organisation"}
    with across_organisations():
        AuditEntry.objects.create(organisation=organisation, **values, digest=chain.digest(link))
    assert verify() == (1, ["ours: entries after 6 were put in: the log should end there."])


def test_reordering_is_found(thief):
    for before, after in ((2, 99), (4, 2), (99, 4)):
        thief.change(before, number=after)
    code, lines = verify()
    assert code == 1
    assert {line.split(" ")[2] for line in lines} >= {"2", "4"}


def test_cut_tail_is_found(thief):
    thief.remove(number__gte=5)
    code, lines = verify()
    assert (code, lines) == (1, ["ours: the end was cut off: 6 entries were written, and the last one is 4."])


def test_cut_tail_with_another_head_row_is_found_by_its_seal(thief):
    thief.remove(number__gte=5)
    thief.make_whole()
    assert verify() == (1, ["ours: the end of the log carries a seal that is not ours."])


def test_chain_made_anew_is_found_by_its_seal(thief):
    thief.change(3, what="another")
    thief.make_whole()
    assert verify() == (1, ["ours: the end of the log carries a seal that is not ours."])


def test_emptied_log_is_found_by_the_signed_head(thief, organisation, tmp_path):
    call_command("audit", "head", "--to", str(tmp_path / "heads"), stdout=StringIO())
    thief.remove()
    with across_organisations():
        AuditHead.objects.filter(organisation=organisation).delete()
    assert verify()[0] == 0
    code, [line] = verify("--heads", str(tmp_path / "heads"))
    assert (code, line.endswith("knows entry 6, and we have 0.")) == (1, True)


def test_older_backup_is_found_by_the_signed_head(thief, organisation, tmp_path):
    """Put back whole, seal and all: only what is kept elsewhere tells."""
    with inside(organisation):
        before = AuditHead.objects.values("number", "digest", "seal").get()
    grow(organisation, 2)
    with override_settings(AUDIT_HEADS_DIR=str(tmp_path)):
        tasks.watch_over_the_log(organisation.pk)
        thief.remove(number__gt=6)
        with across_organisations():
            AuditHead.objects.filter(organisation=organisation).update(**before)
        code, [line] = verify()
    assert (code, line.endswith("knows entry 8, and we have 6.")) == (1, True)


def test_swapped_chain_is_found_by_the_signed_head(thief, organisation, tmp_path):
    """Another chain of the same length, even with the right seal: one that knew the master key and forgot the heads."""
    call_command("audit", "head", "--to", str(tmp_path / "heads"), stdout=StringIO())
    thief.change(1, what="another")
    thief.make_whole()
    with inside(organisation):
        head = AuditHead.objects.get()
        AuditHead.objects.update(seal=audit.sealed(organisation.pk, head.number, head.digest))
    assert verify()[0] == 0
    code, [line] = verify("--heads", str(tmp_path / "heads"))
    assert (code, line.endswith("knows another entry 6.")) == (1, True)


def test_head_that_is_not_signed_by_us_is_found(organisation, tmp_path):
    head = heads.head_of(organisation.pk)
    path = tmp_path / "heads"
    path.write_text("\n".join([heads.written(head), heads.written(head._replace(number=3)), "no head"]) + "\n")
    code, [line] = verify("--heads", str(path))
    assert (code, line) == (1, f"{path}: 2 lines are not signed by a key that we know.")


def test_heads_are_kept_only_while_the_log_is_whole_and_grows(thief, organisation, tmp_path, caplog):
    with override_settings(AUDIT_HEADS_DIR=str(tmp_path)):
        tasks.watch_over_the_log(organisation.pk)
        tasks.watch_over_the_log(organisation.pk)
        grow(organisation)
        tasks.watch_over_the_log(organisation.pk)
        thief.change(2, what="another")
        grow(organisation)
        tasks.watch_over_the_log(organisation.pk)
    [file] = tmp_path.iterdir()
    assert [json.loads(line)["number"] for line in file.read_text().splitlines()] == [6, 7]
    assert [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"] == [
        f"The audit log of organisation {organisation.pk}: entry 2 was changed"
    ]


def test_one_organisation_is_checked_alone(thief):
    OrganisationFactory(slug="theirs")
    thief.change(3, what="another")
    assert verify("--organisation", "theirs")[0] == 0
    with pytest.raises(CommandError, match="no organisation"):
        verify("--organisation", "nowhere")


def test_organisation_that_is_gone_with_its_log_is_found_by_its_signed_head(thief, organisation, tmp_path, caplog):
    other = OrganisationFactory(slug="theirs")
    grow(other, 2)
    path = tmp_path / "heads.jsonl"
    call_command("audit", "head", "--to", str(path), stdout=StringIO())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    nowhere = max(line["organisation"] for line in lines) + 7
    [head] = [one for one in heads.read(path) if one.organisation == other.pk]
    moved = head._replace(organisation=nowhere)
    known = keys.master_keys()
    signing = heads.signer(known.keys[known.newest])
    with path.open("a") as file:
        file.write(heads.written(moved._replace(signature=signing.sign(moved.said).hex())) + "\n")
    code, [line] = verify("--heads", str(path))
    assert (code, line) == (
        1, f"organisation {nowhere} is gone with its log: a head signed on {head.at} knows entry 2."
    )  # fmt: skip
    assert verify("--heads", str(path), "--organisation", "ours")[0] == 0
    with override_settings(AUDIT_HEADS_DIR=str(tmp_path)):
        tasks.watch_over_every_log()
    critical = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert [said for said in critical if "gone" in said] == [f"The audit log: {line.removesuffix('.')}"]


@pytest.mark.parametrize("seal", ["00" * 32, "another-key:00", ""])
def test_end_that_is_not_ours_is_told_and_the_others_are_signed(thief, organisation, tmp_path, seal):
    other = OrganisationFactory(slug="theirs")
    grow(other, 2)
    with lowered(connection), across_organisations():
        AuditHead.objects.filter(organisation=organisation).update(seal=seal)
    path = tmp_path / "heads"
    with pytest.raises(CommandError, match="\nours: "):
        call_command("audit", "head", "--to", str(path), stdout=StringIO())
    assert [head.organisation for head in heads.read(path)] == [other.pk]


def test_file_of_heads_that_cannot_be_written_is_told(organisation, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("audit", "head", "--to", str(tmp_path / "nowhere" / "heads"), stdout=StringIO())
