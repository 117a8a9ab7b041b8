"""The audit log takes everything that must be answered for, in one gap-free chain, and gives nothing away (group M)."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models.deletion import ProtectedError
from django.test.utils import CaptureQueriesContext

from helplines import witness
from helplines.models import Staff
from helplines.tenancy import across_organisations, inside
from helplines.witness import AuditUnavailable, Event
from privacy import audit, chain
from privacy.models import AuditEntry, AuditHead
from privacy.models.audit import AppendOnlyError
from tests.app_role import as_owner
from tests.factories.helplines import OrganisationFactory, StaffFactory
from tests.log_guards import lowered
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)


def read(organisation: Any, who: Staff | None = None, **given: Any) -> None:
    audit.record(organisation=organisation.pk, event=Event.TRANSCRIPT_READ, who=who, **given)


def entries(organisation: Any) -> list[AuditEntry]:
    with inside(organisation):
        return list(AuditEntry.objects.order_by("number"))


@pytest.mark.promise("D08", "O09")
def test_entry_tells_who_what_when_and_why():
    organisation, person = OrganisationFactory(), StaffFactory()
    with time_machine.travel(NOW, tick=False):
        read(organisation, person, role="mentor", on_behalf_of="7", what="talk22", why="guiding", emergency=True)
    [entry] = entries(organisation)
    told = [entry.number, entry.at, entry.event, entry.who, entry.role, entry.on_behalf_of, entry.what, entry.why]
    assert told == [1, NOW, "transcript-read", person.pk, "mentor", "7", "talk22", "guiding"]
    assert (entry.emergency, entry.previous, entry.digest) == (True, chain.FIRST, chain.digest(entry.link))


def test_each_entry_holds_on_to_the_one_before():
    organisation = OrganisationFactory()
    for code in ("one", "two", "three"):
        read(organisation, what=code)
    rows = entries(organisation)
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [chain.FIRST, rows[0].digest, rows[1].digest]
    with inside(organisation):
        head = AuditHead.objects.get()
    assert (head.number, head.digest, audit.seal_is_right(head)) == (3, rows[2].digest, True)


@pytest.mark.promise("O10")
def test_each_organisation_has_a_chain_of_its_own():
    first, second = OrganisationFactory(), OrganisationFactory()
    for organisation in (first, second, first):
        read(organisation)
    assert [[row.number for row in entries(each)] for each in (first, second)] == [[1, 2], [1]]


def test_what_is_undone_leaves_no_entry_and_no_gap():
    organisation = OrganisationFactory()
    read(organisation)
    with pytest.raises(RuntimeError), transaction.atomic():
        read(organisation)
        raise RuntimeError
    read(organisation)
    assert [row.number for row in entries(organisation)] == [1, 2]


@pytest.mark.parametrize(
    "said", ["Jan Peeters", "robin@example.org", "203.0.113.9", "2001:db8::9", "hé", "a" * 65, "two\nlines", "x\0y"]
)
def test_names_addresses_and_texts_have_no_place(said):
    """M8: the log outlives what it tells about."""
    organisation = OrganisationFactory()
    for field in ("role", "on_behalf_of", "what", "why"):
        with pytest.raises(ValueError, match="Only an id"):
            read(organisation, **{field: said})
    assert entries(organisation) == []


def test_code_changes_and_removes_nothing():
    organisation = OrganisationFactory()
    read(organisation)
    with inside(organisation):
        entry = AuditEntry.objects.get()
        rows = AuditEntry.objects.all()
        for attempt in (
            entry.save,
            entry.delete,
            rows.delete,
            lambda: rows.update(what="x"),
            lambda: AuditEntry.objects.bulk_update([entry], ["what"]),
            lambda: AuditEntry.objects.bulk_create([entry]),
            lambda: AuditEntry.objects.update_or_create(number=1),
        ):
            with pytest.raises(AppendOnlyError):
                attempt()
    with across_organisations(), pytest.raises(ProtectedError):
        organisation.delete()


@pytest.mark.parametrize("statement", ["UPDATE privacy_auditentry SET what = 'x'", "DELETE FROM privacy_auditentry"])
def test_database_changes_and_removes_nothing(statement):
    """Whoever comes past the code meets a trigger."""
    read(OrganisationFactory())
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with lowered(connection), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 1


@pytest.mark.postgresql
def test_postgresql_empties_nothing():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    read(OrganisationFactory())
    connection.check_constraints()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE privacy_auditentry")
    # The owner of the table may empty it, but for the trigger.
    with as_owner(connection), pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        connection.cursor().execute("TRUNCATE privacy_auditentry")


def test_log_that_cannot_be_written_says_so(monkeypatch):
    """M5: whoever calls us shows nothing then."""
    organisation = OrganisationFactory()

    def broken(*args: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(audit, "append", broken)
    with pytest.raises(AuditUnavailable):
        read(organisation)
    with inside(organisation):
        assert list(AuditHead.objects.values_list("number", flat=True)) in ([], [0])


def test_what_happens_in_helplines_is_written_too():
    organisation, person = OrganisationFactory(), StaffFactory()
    witness.told(Event.POLICY_PUBLISHED, organisation=organisation.pk, who=person.pk, what="3")
    [entry] = entries(organisation)
    assert (entry.event, entry.who, entry.what) == ("policy-published", person.pk, "3")


def test_nothing_happens_where_nobody_listens(monkeypatch):
    organisation = OrganisationFactory()
    monkeypatch.setattr(witness, "_listeners", [])
    with pytest.raises(AuditUnavailable):
        witness.told(Event.POLICY_PUBLISHED, organisation=organisation.pk, who=None)


def test_listener_signs_in_once_and_can_sign_out(monkeypatch):
    heard: list[dict[str, Any]] = []
    monkeypatch.setattr(witness, "_listeners", [])

    def hear(**given: Any) -> None:
        heard.append(given)

    leave = witness.listen(hear)
    witness.listen(hear)
    witness.told(Event.SIGNED_IN, organisation=1, who=2, why="x")
    leave()
    assert [(one["event"], one["organisation"], one["who"], one["why"]) for one in heard] == [("signed-in", 1, 2, "x")]


@pytest.mark.django_db(transaction=True)
def test_everybody_at_once_leaves_no_gap():
    """M6: 200 reads at the same time on a server database, fewer on SQLite, where only one may write."""
    first, second = OrganisationFactory(), OrganisationFactory()
    reads = 100 if connection.vendor == "postgresql" else 20
    outcomes = at_once(lambda organisation: read(organisation, what="talk"), [first, second] * reads)
    assert [outcome for outcome in outcomes if outcome is not None] == []
    for organisation in (first, second):
        rows = entries(organisation)
        assert [row.number for row in rows] == list(range(1, reads + 1))
        assert [row.previous for row in rows] == [chain.FIRST, *(row.digest for row in rows[:-1])]
        assert [row.digest for row in rows] == [chain.digest(row.link) for row in rows]


def statements_of_a_read(organisation: Any) -> int:
    with CaptureQueriesContext(connection) as asked:
        read(organisation, what="talk")
    return len(asked)


@pytest.mark.promise("O09")
def test_entry_costs_as_little_in_a_long_log_as_in_a_short_one():
    """M6: who waits for the log waits for a few statements by key, however much stands in it."""
    organisation = OrganisationFactory()
    read(organisation)
    short = statements_of_a_read(organisation)
    for _entry in range(50):
        read(organisation)
    assert (statements_of_a_read(organisation), short <= 8) == (short, True)
