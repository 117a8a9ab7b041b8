"""Feedback has no author: it waits with others, is counted with them, and is shown in groups only (I01, F14, goal L1)."""

import os
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from complaints import feedback, queries, results, sealed
from complaints.models import FeedbackForm, Remark, Tally
from complaints.questions import QuestionError
from helplines.tenancy import inside
from privacy import figures, keys, registry, shuffled
from privacy.models import AuditEntry, Waiting
from registration import fixing
from tests.factories.complaints import ProcedureFactory
from tests.factories.helplines import OrganisationFactory, StaffFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LEAST = shuffled.LEAST
# Ten thousand with SOAK=1 (goal L1).
MANY = 10_000 if os.environ.get("SOAK") else 200


@pytest.fixture
def organisation():
    return OrganisationFactory()


def put(organisation, count=1, first=0, **given):
    for number in range(first, first + count):
        said = {"q0": "c0", "q3": f"remark {number:05d}", **given}
        feedback.put(organisation=organisation, version=0, given=said, now=NOW)


def move(organisation):
    return shuffled.move(organisation_id=organisation.pk, store=feedback.STORE)


def rows(organisation):
    with inside(organisation):
        return list(Tally.objects.values_list("question", "choice", "count")), Remark.objects.count()


def test_what_nobody_answered_is_not_sent(organisation):
    assert feedback.put(organisation=organisation, version=0, given={"q0": "", "q3": " "}, now=NOW) == 0
    with inside(organisation):
        assert Waiting.objects.count() == 0


@pytest.mark.promise("F14")
def test_few_answers_wait_and_many_become_counts(organisation):
    put(organisation, LEAST - 1)
    assert (move(organisation), rows(organisation)) == (0, ([], 0))
    put(organisation, 1, q0="c2", q3="")
    assert (move(organisation), rows(organisation)) == (LEAST, ([("q0", "c0", LEAST - 1), ("q0", "c2", 1)], LEAST - 1))
    put(organisation, LEAST)
    assert (move(organisation), rows(organisation)[0][0]) == (LEAST, ("q0", "c0", 2 * LEAST - 1))


def test_month_is_that_of_the_organisation_of_which_the_one_before_may_be_fixed_already():
    organisation = OrganisationFactory(time_zone="Europe/Athens")
    with time_machine.travel(datetime(2026, 6, 30, 21, 30, tzinfo=UTC), tick=False):
        put(organisation, LEAST)
        move(organisation)
    with inside(organisation):
        found = {*Tally.objects.values_list("month", flat=True), *Remark.objects.values_list("month", flat=True)}
    assert found == {date(2026, 7, 1)}


@pytest.mark.promise("F14")
def test_no_row_ties_two_answers_of_one_visitor_or_a_visitor_to_a_talk():
    names = {model: {field.name for field in model._meta.get_fields()} for model in (Tally, Remark)}
    assert names == {
        Tally: {"id", "organisation", "version", "month", "question", "choice", "count"},
        Remark: {"id", "organisation", "version", "month", "question", "code", "sealed"},
    }


def remarks_as_an_attacker_reads_them(organisation, order):
    """Opened with every key, in this order of the rows."""
    found = []
    with inside(organisation):
        with connection.cursor() as cursor:
            if order == "place" and connection.vendor == "postgresql":
                cursor.execute("SELECT id FROM complaints_remark ORDER BY ctid")
            elif order == "place":
                cursor.execute("SELECT id FROM complaints_remark ORDER BY rowid")
            else:
                cursor.execute("SELECT id FROM complaints_remark ORDER BY id")
            ids = [str(pk).replace("-", "") for (pk,) in cursor]
        known = {row.id.hex: row for row in Remark.objects.all()}
        for pk in ids:
            row = known[pk]
            key = sealed.key_of(organisation.pk, row.code)
            found.append(sealed.unseal(key, sealed.place_of_remark(row), row.sealed))
    return found


@pytest.mark.promise("F14")
def test_attacker_with_the_database_and_every_key_matches_no_remark_to_its_talk(organisation):
    """He knows in which order the talks ended, and tries id, place on the disk, lot, month and size."""
    ended = [f"remark {number:05d}" for number in range(MANY)]
    for first in range(0, MANY, LEAST):
        put(organisation, LEAST, first)
        move(organisation)
    chance = MANY / LEAST + 5 * (MANY * 0.09) ** 0.5
    for order in ("place", "id"):
        guessed = remarks_as_an_attacker_reads_them(organisation, order)
        assert sorted(guessed) == ended
        assert sum(guess == truth for guess, truth in zip(guessed, ended, strict=True)) <= chance
    with inside(organisation):
        lots = {
            code: Remark.objects.filter(code=code).count() for code in Remark.objects.values_list("code", flat=True)
        }
        shapes = (
            set(Remark.objects.values_list("month", flat=True)),
            {len(bytes(r.sealed)) for r in Remark.objects.all()},
        )
    assert (set(lots.values()), [len(shape) for shape in shapes]) == ({LEAST}, [1, 1])


def test_same_attacker_matches_them_all_where_nothing_is_shuffled(organisation, monkeypatch):
    monkeypatch.setattr(shuffled.chance, "shuffle", lambda rows: None)
    given = [f"remark {number:05d}" for number in range(LEAST)]
    with inside(organisation):
        feedback.keep_remarks(
            organisation.pk, queries.month_of(timezone.localdate()), [(0, "q3", text) for text in given]
        )
    assert remarks_as_an_attacker_reads_them(organisation, "place") == given


def shown(organisation, with_remarks=True):
    with inside(organisation):
        groups = results.feedback(organisation, "en", with_remarks=with_remarks)
    return {one.label: one for group in groups for one in group.asked}


def fixed(organisation):
    """What is published of this month once it is over: by answer."""
    month = timezone.localdate().replace(day=1)
    over = datetime.combine(figures.after(month), time(12), UTC)
    fixing.fix(organisation_id=organisation.pk, source="feedback", month=month, now=over)
    with inside(organisation):
        return figures.told(organisation, "feedback", "inside")[month]["answers"]


@pytest.mark.promise("F14", "G06")
def test_page_tells_the_published_figures_once_the_month_is_over_and_none_of_its_own(organisation):
    """A second number for the same visitors would bound what the first one hides (`tests/privacy/test_attacker_beside.py`)."""
    ProcedureFactory(organisation=organisation, threshold=12)
    put(organisation, 23)
    put(organisation, 18, q0="c2", q3="")
    move(organisation)
    assert shown(organisation)["Did the talk help?"].bars == []
    cells = fixed(organisation)
    assert sum(cells.values()) in {40, 45}
    told = [cells.get(("0.q0", f"0.q0.{choice}"), 0) for choice in ("c0", "c1", "c2")]
    bars = shown(organisation)["Did the talk help?"].bars
    assert [(bar.visitors, bar.part) for bar in bars] == [(n, round(100 * n / sum(told))) for n in told]


@pytest.mark.promise("F14")
def test_question_is_shown_from_the_threshold_on_and_below_it_not_even_counted(organisation):
    ProcedureFactory(organisation=organisation, threshold=20)
    put(organisation, 11)
    put(organisation, 1, q0="c2", q3="")
    move(organisation)
    fixed(organisation)
    found = shown(organisation)
    assert found["Did the talk help?"] == ("Did the talk help?", 0, [], [])
    better = found["What could be better?"]
    assert (better.total, better.remarks) == (0, [])
    assert found["Did we listen well?"] == ("Did we listen well?", 0, [], [])


def test_remarks_are_for_who_handles_complaints(organisation):
    put(organisation, LEAST)
    move(organisation)
    assert len(shown(organisation)["What could be better?"].remarks) == LEAST
    without = shown(organisation, with_remarks=False)["What could be better?"]
    assert (without.total, without.remarks) == (LEAST, [])


def test_remarks_go_after_a_year_and_their_key_before_them(organisation):
    put(organisation, LEAST)
    move(organisation)
    eraser = registry.eraser("remarks")
    with time_machine.travel(timezone.now() + feedback.REMARKS_KEPT, tick=False):
        assert shown(organisation)["What could be better?"].remarks == []
    later = timezone.now() + feedback.REMARKS_KEPT + timedelta(days=32)
    assert (eraser.due(organisation.pk, NOW), eraser.erase(organisation.pk, later, 100)) == (0, LEAST)
    assert keys.stored(organisation.pk, sealed.REMARKS) != set()
    keys.destroy_expired(organisation.pk, later)
    assert keys.stored(organisation.pk, sealed.REMARKS) == set()


def test_answers_to_two_versions_stay_apart(organisation):
    asked = [{"kind": "choice", "label": {"en": "Good?"}, "choices": [{"en": "Yes"}, {"en": "No"}]}]
    put(organisation, LEAST)
    made = feedback.publish(organisation=organisation, asked=asked, staff=StaffFactory(), now=NOW)
    for _one in range(LEAST):
        feedback.put(organisation=organisation, version=made.number, given={"q0": "c1"}, now=NOW)
    move(organisation)
    with inside(organisation):
        assert sorted(Tally.objects.values_list("version", "choice", "count")) == [(0, "c0", LEAST), (1, "c1", LEAST)]
        assert list(AuditEntry.objects.values_list("event", "what")) == [("settings-changed", "feedback:1")]


def test_version_that_cannot_be_asked_is_not_kept(organisation):
    with pytest.raises(QuestionError):
        feedback.publish(organisation=organisation, asked=[{"kind": "name"}], staff=StaffFactory(), now=NOW)
    with inside(organisation):
        assert FeedbackForm.objects.count() == 0


def test_version_that_never_was_takes_no_answer(organisation):
    assert feedback.put(organisation=organisation, version=7, given={"q0": "c0"}, now=NOW) == 0
