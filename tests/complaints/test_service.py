"""A report from the moment it comes until only its figures are left (I02-I05, F07)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connections

from complaints import access, retention, sealed, service
from complaints.models import Entry, Report
from complaints.service import MovedError
from complaints.steps import State
from helplines.models import Role
from helplines.tenancy import across_organisations, inside
from privacy import keys, registry
from privacy.models import AuditEntry, ConversationKey
from tests.factories.complaints import received
from tests.factories.helplines import MembershipFactory, OrganisationFactory, PolicyFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TEXT, CONTACT = "He shouted at me.", "somebody@example.org"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def organisation():
    return OrganisationFactory()


@pytest.fixture
def handler(organisation):
    return MembershipFactory(organisation=organisation, role=Role.MANAGER, staff__email="handler@example.org")


def fresh(report):
    with across_organisations():
        return Report.objects.select_related("organisation").filter(pk=report.pk).first()


def answered(report, handler, text="We are sorry."):
    service.take(report=report, membership=handler, handler=handler, now=NOON)
    service.answer(report=fresh(report), membership=handler, text=text, now=NOON)
    return fresh(report)


def stored():
    """Every byte of every table, in both databases."""
    found = b""
    for alias in connections:
        with connections[alias].cursor() as cursor, across_organisations():
            for table in connections[alias].introspection.table_names():
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  names of tables
                for row in cursor:
                    found += b"|".join(bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for v in row)
    return found


@pytest.mark.promise("I03")
def test_nothing_that_was_said_and_no_receipt_is_stored_as_text(organisation):
    _report, receipt = received(organisation, text=TEXT, contact=CONTACT)
    everything = stored()
    assert [word in everything for word in (TEXT.encode(), CONTACT.encode(), receipt.encode())] == [False] * 3
    # The same look finds what is there.
    assert b"complaint" in everything


@pytest.mark.promise("I03")
def test_sender_finds_the_report_with_the_receipt_alone(organisation):
    report, receipt = received(organisation)
    assert access.by_receipt(organisation, receipt.lower().replace("-", " ")) == report
    assert access.by_receipt(organisation, receipt[:-1] + ("0" if receipt[-1] != "0" else "1")) is None
    assert access.by_receipt(OrganisationFactory(), receipt) is None
    assert access.by_receipt(organisation, "") is None


@pytest.mark.promise("I02")
def test_report_goes_its_way(organisation, handler):
    report, _receipt = received(organisation)
    seen = [(report.state, report.due_at - NOON)]
    service.acknowledge(report=report, membership=handler, now=NOON)
    seen.append((report.state, report.due_at - NOON))
    service.take(report=report, membership=handler, handler=handler, now=NOON)
    seen.append((report.state, report.due_at - NOON))
    service.answer(report=report, membership=handler, text="We are sorry.", now=NOON + 3 * DAY)
    seen.append((report.state, report.due_at - NOON))
    service.close(report=report, membership=handler, outcome="founded", summary="", now=NOON + 5 * DAY)
    assert seen == [("received", 7 * DAY), ("acknowledged", 42 * DAY), ("handling", 42 * DAY), ("answered", 33 * DAY)]
    assert (report.state, report.due_at, report.outcome) == ("closed", None, "founded")


def test_terms_are_those_of_the_organisation(organisation):
    PolicyFactory(organisation=organisation, values={"complaint_read_days": 3})
    report, _receipt = received(organisation)
    assert report.due_at == NOON + 3 * DAY


@pytest.mark.parametrize(
    "move",
    [
        lambda report, by: service.answer(report=report, membership=by, text="Too soon.", now=NOON),
        lambda report, by: service.close(report=report, membership=by, outcome="founded", summary="", now=NOON),
    ],
    ids=["answer", "close"],
)
def test_move_that_the_table_does_not_know_changes_nothing(organisation, handler, move):
    report, _receipt = received(organisation)
    with pytest.raises(MovedError):
        move(report, handler)
    assert fresh(report).state == "received"
    with inside(organisation):
        assert (Entry.objects.count(), AuditEntry.objects.count()) == (1, 0)


def test_outcome_of_another_kind_is_refused(organisation, handler):
    report = answered(received(organisation)[0], handler)
    with pytest.raises(MovedError):
        service.close(report=report, membership=handler, outcome="taken-up", summary="", now=NOON)
    assert fresh(report).state == "answered"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_acknowledge_at_once_one_does(organisation, handler):
    report, _receipt = received(organisation)

    def acknowledge(_number):
        service.acknowledge(report=fresh(report), membership=handler, now=NOON)

    outcomes = at_once(acknowledge, range(4))
    assert sorted(type(one).__name__ for one in outcomes) == ["MovedError", "MovedError", "MovedError", "NoneType"]


@pytest.mark.promise("I03")
def test_only_who_left_an_address_gets_a_letter_and_it_says_nothing_of_what_was_said(organisation, handler, done):
    for contact in (CONTACT, ""):
        report, _receipt = received(organisation, text=TEXT, contact=contact)
        with done():
            answered(report, handler, "The answer itself.")
    letters = [letter for letter in mail.outbox if letter.to == [CONTACT]]
    assert [letter.subject for letter in letters] == [f"There is an answer from {organisation.name}"]
    everything = "".join(letter.subject + letter.body for letter in mail.outbox)
    assert (TEXT in everything, "The answer itself." in everything) == (False, False)


@pytest.mark.promise("I04")
def test_address_that_is_taken_back_is_gone_at_once_and_no_letter_follows(organisation, handler, done):
    report, receipt = received(organisation, contact=CONTACT)
    assert sealed.contact_of(report) == CONTACT
    code = report.contact_code
    service.withdraw_contact(report=report)
    found = access.by_receipt(organisation, receipt)
    assert (found.contact, found.contact_code, found.consent, found.consented_at) == (None, "", "", None)
    assert code not in keys.stored(organisation.pk, sealed.CONTACT)
    assert access.said_to_sender(found)[0].text == "The chat broke off."
    with done():
        answered(found, handler)
    assert [letter for letter in mail.outbox if letter.to == [CONTACT]] == []


def test_letter_that_was_on_its_way_does_not_leave_after_the_address_was_taken_back(organisation, handler):
    from complaints.letters import to_sender

    report, _receipt = received(organisation, contact=CONTACT)
    assert to_sender("report-answered", organisation, {"report": report.code}).to == CONTACT
    service.withdraw_contact(report=report)
    assert to_sender("report-answered", organisation, {"report": report.code}) is None


@pytest.mark.promise("I05")
def test_report_that_is_taken_back_leaves_nothing_but_that_something_was_erased(organisation):
    report, receipt = received(organisation, contact=CONTACT)
    other, _other = received(organisation, text="Of somebody else.")
    service.erase(report=report)
    assert access.by_receipt(organisation, receipt) is None
    with inside(organisation):
        left = list(Report.objects.values_list("pk", flat=True)), Entry.objects.exclude(report=other).count()
        told = list(AuditEntry.objects.values_list("event", "who", "why"))
        lone = ConversationKey.objects.exclude(conversation=other.code).filter(what__in=sealed.KINDS).count()
    assert (left, told, lone) == (([other.pk], 0), [("erased", None, "asked-by-sender")], 0)


@pytest.mark.promise("F07")
def test_closing_leaves_kind_dates_and_outcome_and_nothing_else(organisation, handler, done):
    report = answered(received(organisation, text=TEXT, contact=CONTACT)[0], handler)
    service.note(report=report, membership=handler, text="A note.", now=NOON)
    with done():
        service.close(report=report, membership=handler, outcome="partly", summary="", now=NOON)
    row = fresh(report)
    assert (row.kind, row.outcome, row.received_at.date(), row.closed_at.date()) == (
        "complaint",
        "partly",
        *[NOON.date()] * 2,
    )
    assert (row.contact, row.contact_code, row.consent, row.summary, row.handler_id) == (None, "", "", None, None)
    with inside(organisation):
        assert (Entry.objects.count(), ConversationKey.objects.filter(what__in=sealed.KINDS).count()) == (0, 0)


@pytest.mark.promise("F07")
def test_closed_report_tells_days_and_not_when_somebody_wrote_it(organisation, handler, clock, done):
    clock.move_to(datetime(2026, 11, 2, 23, 30, 12, 345, tzinfo=UTC))
    report, _receipt = received(organisation)
    clock.move_to(NOON + 8 * DAY)
    service.take(report=report, membership=handler, handler=handler, now=NOON + 8 * DAY)
    service.answer(report=fresh(report), membership=handler, text="Sorry.", now=NOON + 8 * DAY)
    with done():
        service.close(report=fresh(report), membership=handler, outcome="founded", summary="", now=NOON + 9 * DAY)
    row = fresh(report)
    noon = datetime(2026, 11, 3, 12, tzinfo=UTC)  # in Brussels it was the third already
    moments = (row.received_at, row.acknowledged_at, row.answered_at, row.closed_at, row.due_at)
    assert moments == (noon, noon + 7 * DAY, noon + 7 * DAY, noon + 8 * DAY, None)


@pytest.mark.promise("F07")
def test_summary_is_kept_sealed_for_the_months_chosen(organisation, handler, clock, done):
    PolicyFactory(organisation=organisation, values={"complaint_months": 1})
    report = answered(received(organisation)[0], handler)
    with done():
        service.close(report=report, membership=handler, outcome="founded", summary="A talk broke off.", now=NOON)
    assert sealed.summary_of(fresh(report)) == "A talk broke off."
    assert b"A talk broke off." not in stored()
    clock.move_to(NOON + 30 * DAY + timedelta(seconds=-1))
    assert sealed.summary_of(fresh(report)) == "A talk broke off."
    clock.move_to(NOON + 30 * DAY)
    assert sealed.summary_of(fresh(report)) == ""
    with done():
        retention.erase(organisation.pk, NOON + 30 * DAY, 10)
    assert fresh(report) is None


def test_answer_that_is_read_long_enough_closes_by_itself(organisation, handler, done):
    report = answered(received(organisation)[0], handler)
    eraser = registry.eraser("reports")
    last = report.due_at
    assert (eraser.due(organisation.pk, last - DAY), eraser.due(organisation.pk, last)) == (0, 1)
    with done():
        assert eraser.erase(organisation.pk, last, 10) == 1
    assert (fresh(report).state, fresh(report).outcome, eraser.due(organisation.pk, last)) == ("closed", "", 0)


def test_sender_who_asks_on_opens_an_answered_report_again_within_the_first_term(organisation, handler):
    report = answered(received(organisation)[0], handler)
    service.add(report=report, text="But why?", now=NOON + DAY)
    assert (report.state, report.due_at) == ("handling", NOON + 42 * DAY)


def test_nothing_can_be_added_to_a_closed_report(organisation, handler, done):
    report = answered(received(organisation)[0], handler)
    with done():
        service.close(report=report, membership=handler, outcome="founded", summary="", now=NOON)
    with pytest.raises(MovedError):
        service.add(report=report, text="One more.", now=NOON)


def test_sender_never_reads_a_note(organisation, handler):
    report = answered(received(organisation)[0], handler)
    service.note(report=report, membership=handler, text="A difficult one.", now=NOON)
    assert [one.text for one in access.said_to_sender(report)] == ["The chat broke off.", "We are sorry."]
    with inside(organisation):
        assert [one.text for one in access.read(handler, report)] == [
            "The chat broke off.", "We are sorry.", "A difficult one.",
        ]  # fmt: skip


@pytest.mark.promise("O09")
def test_reading_a_report_is_told_in_the_audit_log(organisation, handler):
    report, _receipt = received(organisation)
    with inside(organisation):
        access.read(handler, report)
        told = list(AuditEntry.objects.values_list("event", "who", "what"))
    assert told == [("complaint-read", handler.staff_id, report.code)]


def test_entry_moved_to_another_report_cannot_be_read(organisation):
    """C3: what is sealed is bound to its place."""
    one, two = received(organisation)[0], received(organisation)[0]
    with inside(organisation):
        first, second = Entry.objects.get(report=one), Entry.objects.get(report=two)
        Entry.objects.filter(pk=second.pk).update(sealed=first.sealed)
    assert (access.said_to_sender(two), len(access.said_to_sender(one))) == ([], 1)


def test_report_that_nobody_handles_is_unreadable_after_a_year_and_then_gone(organisation, clock):
    report, _receipt = received(organisation, contact=CONTACT)
    clock.move_to(NOON + service.LONGEST)
    assert (access.said_to_sender(report), sealed.contact_of(report)) == ([], "")
    assert registry.eraser("reports").erase(organisation.pk, NOON + service.LONGEST, 10) == 1
    assert fresh(report) is None


def test_replay_erases_again_what_was_erased_and_takes_addresses_back_again(organisation):
    erased, back = received(organisation)[0], received(organisation, contact=CONTACT)[0]
    stays = received(organisation)[0]
    keys.destroy(organisation.pk, [erased.code])
    keys.destroy(organisation.pk, [back.contact_code])
    keys.new_conversation_key(organisation.pk, "lone", what=sealed.CONTACT)
    assert registry.eraser("reports").replay(organisation.pk) == 3
    assert (fresh(erased), fresh(back).contact, fresh(stays).state) == (None, None, State.RECEIVED)


def test_handler_is_told_and_everybody_when_it_is_escalated(organisation, handler, done):
    colleague = MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR, staff__email="other@example.org")
    report, _receipt = received(organisation)
    with done():
        service.take(report=report, membership=handler, handler=colleague, now=NOON)
        assert service.escalate(report=report, membership=handler, now=NOON) is True
        assert service.escalate(report=report, membership=handler, now=NOON) is False
    assert sorted(letter.to[0] for letter in mail.outbox) == ["complaints@example.org", "other@example.org"]
    assert (fresh(report).is_escalated, fresh(report).handler_id) == (True, colleague.pk)
