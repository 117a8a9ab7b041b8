"""Promises that run: each is proved now, evidence of each night stays, and what is broken is named (N04)."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models
from django.test import override_settings
from django.utils import timezone, translation

from chat import promised as of_talks
from chat.states import State
from helplines.models import AgreementAcceptance, OpeningHours, Role
from helplines.tenancy import across_organisations, inside
from privacy import keys, promised, promises, service, tasks
from privacy.models import AuditEntry, PromiseCheck, SweepDone, Verdict
from privacy.promises import Finding, Promise
from tests.factories.chat import ActiveConversationFactory, ConversationFactory, say, staffed_line
from tests.factories.helplines import LineFactory, MembershipFactory, OrganisationFactory, PolicyFactory, open_always
from tests.log_guards import lowered
from tests.privacy.test_audit_verify import grow

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def checked(organisation, check, at=None):
    with inside(organisation):
        return check(organisation, at or timezone.now())


def verdicts(organisation):
    return {one.promise.key: one.finding.verdict for one in promises.look(organisation, timezone.now())}


def set_row(row, **values):
    with across_organisations():
        models.QuerySet(type(row)).filter(pk=row.pk).update(**values)


def test_quiet_house_keeps_every_promise():
    line, (member,) = staffed_line()
    MembershipFactory(
        organisation=line.organisation, role=Role.ADMINISTRATOR
    )  # who can decide when an address must be opened
    talk = ActiveConversationFactory(line=line, counsellor=member)
    say(talk, "visitor", "Hallo")
    with override_settings(SECOND_FACTOR_REQUIRED=True):
        found = verdicts(line.organisation)
    assert found == dict.fromkeys([one.key for one in promises.promises()], Verdict.KEPT)
    assert {"retention", "sealed", "rejoin", "hours", "capacity", "agreement", "no-address", "texts", "second-step",
            "audit-log"} <= set(found)  # fmt: skip


@pytest.mark.promise("F01", "F13")
def test_retention_names_the_talk_that_is_still_there_or_still_readable():
    talk = ConversationFactory(state=State.CLOSED)
    organisation = talk.organisation
    now = timezone.now()
    set_row(talk, ended_at=now - timedelta(days=173), expires_at=now + timedelta(days=8))
    seen = checked(organisation, of_talks.kept_so_long)
    assert (seen.verdict, seen.proof["oldest"], seen.proof["swept_at"]) == (Verdict.KEPT, 173, None)
    set_row(talk, expires_at=now - timedelta(hours=1))
    seen = checked(organisation, of_talks.kept_so_long)  # its key should have been destroyed or dated
    assert (seen.broken, seen.proof["readable"], seen.proof["overdue"], seen.rows) == (1, 1, 0, (talk.code,))
    keys.destroy(organisation.pk, [talk.code])
    assert checked(organisation, of_talks.kept_so_long).verdict == Verdict.KEPT
    seen = checked(organisation, of_talks.kept_so_long, now + timedelta(hours=24))
    assert (seen.broken, seen.proof["overdue"], seen.rows) == (1, 1, (talk.code,))


@pytest.mark.promise("F13")
def test_sweep_leaves_behind_when_it_was_there():
    organisation = OrganisationFactory()
    with time_machine.travel(NOON, tick=False):
        tasks.sweep(organisation.pk, "talks")
    with inside(organisation):
        assert SweepDone.objects.values_list("eraser", "at").get() == ("talks", NOON)
    seen = checked(organisation, of_talks.kept_so_long)
    retention = next(one for one in promises.promises() if one.key == "retention")
    assert "Last erasing: 18 November 12:00" in retention.proved(seen.proof, promises.ZoneInfo("Europe/Brussels"))


@pytest.mark.promise("C01")
def test_words_that_are_stored_unsealed_are_found():
    talk = ActiveConversationFactory()
    say(talk, "visitor", "Hallo")
    assert checked(talk.organisation, of_talks.sealed).verdict == Verdict.KEPT
    set_row(talk, nickname=b"Robin")
    seen = checked(talk.organisation, of_talks.sealed)
    assert (seen.broken, seen.rows, seen.proof["looked"]) == (1, (talk.code,), 2)


@pytest.mark.promise("C02")
def test_coming_back_later_than_promised_is_found():
    talk = ActiveConversationFactory()
    assert checked(talk.organisation, of_talks.back_in_time).verdict == Verdict.KEPT
    set_row(talk, rejoin_until=talk.rejoin_until + timedelta(seconds=1))
    assert checked(talk.organisation, of_talks.back_in_time).rows == (talk.code,)
    past = timezone.now() - timedelta(minutes=30)
    set_row(talk, visitor_seen_at=past, rejoin_until=past + timedelta(minutes=5))
    assert checked(talk.organisation, of_talks.back_in_time).proof == {"open": 1, "later": 0, "held": 1}


@pytest.mark.promise("A02", "A06")
def test_talk_that_began_outside_the_hours_is_found():
    line = LineFactory()
    with across_organisations():
        OpeningHours.objects.create(line=line, weekday=NOON.weekday(), opens="13:00", closes="17:00")
    inside_hours = NOON + timedelta(hours=2)
    good = ConversationFactory(line=line, started_at=inside_hours)
    bad = ConversationFactory(line=line, started_at=NOON - timedelta(hours=1))
    seen = checked(line.organisation, of_talks.within_hours, NOON + timedelta(hours=8))
    assert (seen.broken, seen.rows, seen.proof) == (1, (bad.code,), {"talks": 2, "outside": 1})
    assert good.code not in seen.rows


def test_capacity_that_is_passed_is_found():
    line, (member,) = staffed_line(capacity=1)
    ActiveConversationFactory(line=line, counsellor=member)
    assert checked(line.organisation, of_talks.capacity_kept).verdict == Verdict.KEPT
    ActiveConversationFactory(line=line, counsellor=member)
    seen = checked(line.organisation, of_talks.capacity_kept)
    assert (seen.rows, seen.proof) == ((f"member:{member.pk}",), {"most": 2, "people": 1})


@pytest.mark.promise("J01")
def test_somebody_at_work_without_the_agreement_is_found():
    line, (member,) = staffed_line()
    talk = ActiveConversationFactory(line=line, counsellor=member)
    assert checked(line.organisation, of_talks.agreed_first).verdict == Verdict.KEPT
    with across_organisations():
        models.QuerySet(AgreementAcceptance).filter(staff=member.staff).delete()
    assert checked(line.organisation, of_talks.agreed_first).rows == (f"member:{member.pk}", talk.code)


@pytest.mark.promise("D01")
@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7", "2001:db8:0:0:0:0:0:7", "from 203.0.113.7."])
def test_address_that_is_stored_is_found(address):
    talk = ConversationFactory()
    assert checked(talk.organisation, promised.no_address).verdict == Verdict.KEPT
    set_row(talk, visitor_socket=address)
    assert checked(talk.organisation, promised.no_address).rows == (f"chat.Conversation:{talk.pk}",)


@pytest.mark.parametrize("text", ["12:30:45", "1.2.3", "300.1.1.1", "17:00", "v1.2.3.4.5", "Chrome/120.0.0.0", "a:b"])
def test_what_is_no_address_is_none(text):
    assert not promised.holds_address([text, {"a": text}])


@pytest.mark.promise("N04")
@pytest.mark.parametrize(
    ("language", "wrong", "right"),
    [
        ("nl", "Dag. We bewaren je gesprek een jaar.", "Dag. We bewaren je gesprek zes maanden."),
        ("fr", "Au revoir. Nous gardons ta conversation un an.", "Au revoir. Nous gardons ta conversation six mois."),
        ("de", "Tschüss. Wir speichern dein Gespräch ein Jahr.", "Tschüss. Wir speichern dein Gespräch sechs Monate."),
    ],
)
def test_text_beside_the_policy_that_says_another_number_is_found(language, wrong, right):
    line = LineFactory(farewell={language: wrong})
    assert checked(line.organisation, promised.texts_agree).rows == (f"line:{line.pk}:farewell.{language}",)
    set_row(line, farewell={language: right})
    assert checked(line.organisation, promised.texts_agree).verdict == Verdict.KEPT


@pytest.mark.promise("O03")
def test_person_without_a_second_step_breaks_the_promise_where_a_password_opens():
    member = MembershipFactory()
    with override_settings(SECOND_FACTOR_REQUIRED=True):
        assert checked(member.organisation, promised.second_step).proof == {"people": 1, "without": 1, "open": 0}
    with override_settings(SECOND_FACTOR_REQUIRED=False, DEMO=False):
        seen = checked(member.organisation, promised.second_step)
    assert (seen.verdict, seen.rows) == (Verdict.BROKEN, (f"person:{member.staff_id}",))
    with override_settings(SECOND_FACTOR_REQUIRED=False, DEMO=True):
        assert checked(member.organisation, promised.second_step).verdict == Verdict.UNKNOWN


@pytest.mark.promise("O09", "D08")
def test_log_that_was_changed_breaks_its_promise():
    organisation = OrganisationFactory()
    grow(organisation, 3)
    assert checked(organisation, promised.log_is_whole).proof == {"entries": 3, "faults": 0}
    with across_organisations(), lowered(connection):
        models.QuerySet(AuditEntry).filter(organisation=organisation, number=2).update(what="other")
    assert checked(organisation, promised.log_is_whole).rows == ("entry:2",)


@pytest.mark.promise("N04")
def test_evidence_holds_the_value_the_version_and_what_was_found():
    organisation = PolicyFactory(values={"retention_months": 18}, valid_from=NOON).organisation
    kept = service.keep_evidence(organisation, NOON)
    assert len(kept) == len(promises.promises())
    with inside(organisation):
        row = PromiseCheck.objects.get(promise="retention")
        assert (row.version, row.value, row.verdict, row.rows, row.at) == (1, 18, "kept", [], NOON)
        (said,) = [each.says for each in promises.ledger(organisation) if each.promise.key == "retention"]
    assert said == "Your talk is gone 18 months after it ends."


def test_check_that_fails_proves_nothing_and_stops_no_other():
    def fails(_organisation, _now):
        raise RuntimeError("broken check")

    one = Promise(key="x", ids=("N04",), says="It is so.", proof="", check=fails)
    assert promises.found(one, OrganisationFactory(), NOON) == Finding(0, can_tell=False)
    assert promises.found(one, OrganisationFactory(), NOON).verdict == Verdict.UNKNOWN


def test_every_promise_says_a_sentence_and_its_proof():
    organisation = OrganisationFactory()
    for one in promises.look(organisation, NOON):
        proof = one.promise.proved(one.finding.proof, promises.ZoneInfo("UTC"))
        assert one.promise.said(one.value).endswith(".")
        assert proof.endswith(".")
        assert one.promise.ids


@pytest.mark.parametrize(
    ("checked_at", "now", "due"),
    [
        (None, "2026-11-18T12:00Z", True),
        ("2026-11-18T00:59Z", "2026-11-18T01:00Z", True),  # two o'clock in Brussels
        ("2026-11-18T01:00Z", "2026-11-18T23:00Z", False),
        ("2026-11-18T01:00Z", "2026-11-19T00:59Z", False),
        ("2026-11-18T01:00Z", "2026-11-19T01:00Z", True),
    ],
)
def test_every_night_once_and_late_where_it_was_missed(checked_at, now, due):
    organisation = OrganisationFactory(time_zone="Europe/Brussels")
    if checked_at:
        service.keep_evidence(organisation, datetime.fromisoformat(checked_at))
    with inside(organisation):
        assert promises.is_due(organisation, datetime.fromisoformat(now)) is due


def test_nightly_job_keeps_evidence_of_each_organisation_once(done):
    here, there = OrganisationFactory(), OrganisationFactory()
    with done():
        tasks.check_promises_everywhere()
        tasks.check_promises_everywhere()
    for organisation in (here, there):
        with inside(organisation):
            assert PromiseCheck.objects.filter(promise="retention").count() == 1


def test_command_lists_broken_ones_first_with_their_rows():
    talk = ConversationFactory(line__organisation__slug="ours")
    open_always(talk.line)
    OrganisationFactory(slug="theirs")
    set_row(talk, visitor_socket="203.0.113.7")
    out = StringIO()
    with pytest.raises(SystemExit) as end, override_settings(SECOND_FACTOR_REQUIRED=True):
        call_command("promises", "--organisation", "ours", stdout=out)
    first, *rest = out.getvalue().splitlines()
    assert end.value.code == 1
    assert first.startswith("ours  broken   no-address: Who talks with you")
    assert first.endswith(f"[chat.Conversation:{talk.pk}]")
    assert "203.0.113.7" not in out.getvalue()
    assert not any("theirs" in line for line in rest)
    assert "ours  kept     retention: Your talk is gone 6 months after it ends." in out.getvalue()
    with pytest.raises(CommandError):
        call_command("promises", "--organisation", "nobody")
