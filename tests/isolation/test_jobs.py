"""Every job: for one organisation it changes, tells and sends nothing of another one (O10, goal A4).

Two years later, so that everything is due. A job that is registered and not listed here fails the first test.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from celery import Task
from django.core import mail
from django.db import connection
from django.utils import timezone

from chat.hub import hub
from config import celery_app
from helplines import outbox
from helplines.models import Letter, MailServer, Role
from helplines.tenancy import across_organisations, inside
from privacy import registry
from privacy.models import PromiseCheck, Verdict
from registration import fixing, reports
from tests.app_role import is_on
from tests.isolation.knock import digest, undone
from tests.isolation.world import CANARY, NAMES, House

pytestmark = pytest.mark.django_db
LATER = timedelta(days=730)
Given = list[tuple[Any, ...]]


def number_alone(home: House) -> Given:
    return [(home.organisation.pk,)]


def with_each(names: Callable[[], list[str]]) -> Callable[[House], Given]:
    return lambda home: [(home.organisation.pk, name) for name in names()]


def letters_of(home: House) -> Given:
    with inside(home.organisation):
        return [(number,) for number in Letter.objects.due(timezone.now()).values_list("pk", flat=True)]


def months_of(home: House) -> dict[str, str]:
    """By source, the last month that can be published."""
    with inside(home.organisation):
        due = list(fixing.due(home.organisation, timezone.now()))
    return {source.key: month.isoformat() for source, month in due}


def saved_report_of(home: House, month: str) -> tuple[Any, ...]:
    return home.organisation.pk, f"{reports.SAVED}{home.rows['savedreport'].code}", month[:7]


# What a job is given that works for one organisation.
OF_ONE: dict[str, Callable[[House], Given]] = {
    "chat.tasks.sweep": number_alone,
    "complaints.tasks.remind": number_alone,
    "helplines.tasks.carry_letter": letters_of,
    "privacy.tasks.check_promises": number_alone,
    "privacy.tasks.move_lot": with_each(lambda: ["feedback"]),
    "privacy.tasks.sweep": with_each(lambda: [one.name for one in registry.erasers() if one.each]),
    "privacy.tasks.tell_of_broken": number_alone,
    "privacy.tasks.watch_over_the_log": number_alone,
    "registration.tasks.close_year": lambda home: [
        (home.organisation.pk, timezone.localdate().year - 1, home.people[Role.ADMINISTRATOR].pk)
    ],
    "registration.tasks.fix_figures": number_alone,
    "registration.tasks.fix_month": lambda home: [(home.organisation.pk, *due) for due in months_of(home).items()],
    "registration.tasks.fix_report": lambda home: [saved_report_of(home, max(months_of(home).values()))],
    "registration.tasks.make_file": lambda home: [(home.organisation.pk, home.rows["download"].number)],
    "registration.tasks.release": number_alone,
}
# These send one job for each organisation for which there is something to do.
FOR_EACH = {
    "chat.tasks.sweep_every_organisation": "chat.tasks.sweep",
    "complaints.tasks.remind_everywhere": "complaints.tasks.remind",
    "helplines.tasks.carry_letters": "helplines.tasks.carry_letter",
    "privacy.tasks.check_promises_everywhere": "privacy.tasks.check_promises",
    "privacy.tasks.move_every_lot": "privacy.tasks.move_lot",
    "privacy.tasks.sweep_everywhere": "privacy.tasks.sweep",
    "privacy.tasks.watch_over_every_log": "privacy.tasks.watch_over_the_log",
    "registration.tasks.fix_everywhere": "registration.tasks.fix_figures",
    "registration.tasks.release_everywhere": "registration.tasks.release",
}
# These look after the whole installation; `test_letters` has what the alarms write.
OF_ALL = {"config.tasks.beat", "privacy.tasks.watch_for_alarms", "privacy.tasks.watch_over_openings"}
# Erasers that go through the whole installation at once, for what they erase is of no organisation.
EVERYWHERE = {"attempts", "letters", "sessions"}
# Of these we know that there was something to do, so something could have gone wrong.
BUSY = {
    "chat.tasks.sweep", "complaints.tasks.remind", "helplines.tasks.carry_letter", "privacy.tasks.check_promises",
    "privacy.tasks.sweep", "privacy.tasks.tell_of_broken", "registration.tasks.fix_month", "registration.tasks.close_year",
}  # fmt: skip


celery_app.loader.import_default_modules()


def registered() -> set[str]:
    return {name for name in celery_app.tasks if not name.startswith("celery.") and not name.startswith("tests.")}


@dataclass
class Heard:
    """What jobs sent and told meanwhile."""

    jobs: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    found = Heard()

    def send(task: Task, args: Any = None, kwargs: Any = None, **_more: Any) -> None:
        found.jobs.append((task.name, tuple(args or ())))

    monkeypatch.setattr(Task, "apply_async", send)
    monkeypatch.setattr(hub, "tell", found.told.extend)
    return found


@pytest.fixture
def rooms(houses: dict[str, House]) -> dict[str, House]:
    """The houses, each with a letter that waits and a promise that is broken; their letters leave by our own server."""
    with across_organisations():
        MailServer.objects.update(is_used=False)
    for home in houses.values():
        with inside(home.organisation):
            PromiseCheck.objects.create(
                organisation=home.organisation,
                promise="retention",
                verdict=Verdict.BROKEN,
                at=timezone.now(),
                version=1,
            )
        person = home.people[Role.ADMINISTRATOR].pk
        outbox.put("proposed", key="the same", organisation=home.organisation.pk, person=person)
    return houses


def run(name: str, args: tuple[Any, ...], capture: Any) -> None:
    with capture(execute=True):
        celery_app.tasks[name](*args)


def spilled(heard: Heard, home: House, caplog: Any) -> list[str]:
    """What left this job that is not of this organisation."""
    own = home.organisation.pk
    letters = [f"{letter.to} {letter.subject} {letter.body}" for letter in mail.outbox]
    words = [found[0] for found in CANARY.finditer("\n".join([*letters, caplog.text])) if found[2] != home.name]
    jobs = [str(job) for job in heard.jobs if job[0] not in OF_ONE or not is_of(job, own)]
    return [*words, *jobs, *(str(told.topic) for told in heard.told if told.topic[0] != own)]


def is_of(job: tuple[str, tuple[Any, ...]], organisation: int) -> bool:
    name, args = job
    if name != "helplines.tasks.carry_letter":
        return bool(args[0] == organisation)
    with across_organisations():
        return Letter.objects.filter(pk=args[0], organisation=organisation).exists()


def tried(home: House, heard: Heard, capture: Any, caplog: Any) -> tuple[list[str], set[str]]:
    """What was wrong with the jobs of one organisation, and which of them did something there."""
    wrong, busy = [], set()
    with time_machine.travel(timezone.now() + LATER, tick=False):
        others, all_rows = digest(home), digest()
        for name, args_of in OF_ONE.items():
            for args in args_of(home):
                heard.jobs.clear(), heard.told.clear(), mail.outbox.clear(), caplog.clear()
                with undone():
                    run(name, args, capture)
                    after = digest(home)
                    moved = sorted(table for table in others if others[table] != after[table])
                    busy |= {name} if name not in busy and digest() != all_rows else set()
                    wrong += [f"{name}{args} changed {moved}"] if moved else []
                    wrong += [f"{name}{args} let out {what}" for what in spilled(heard, home, caplog)]
    return wrong, busy


def test_every_job_is_tried_here() -> None:
    assert registered() == {*OF_ONE, *FOR_EACH, *OF_ALL}
    assert {one.name for one in registry.erasers() if not one.each} == EVERYWHERE


@pytest.mark.promise("O10")
def test_job_of_one_organisation_changes_and_tells_nothing_of_another(
    rooms: Any, heard: Heard, django_capture_on_commit_callbacks: Any, caplog: Any
) -> None:
    wrong, busy = tried(rooms["alpha"], heard, django_capture_on_commit_callbacks, caplog)
    assert (wrong, BUSY - busy) == ([], set())


@pytest.mark.promise("O10")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="the second wall is PostgreSQL's (DATABASE_URL)")
def test_job_without_any_filter_changes_and_tells_nothing_of_another(
    rooms: Any, stripped: None, heard: Heard, django_capture_on_commit_callbacks: Any, caplog: Any
) -> None:
    assert is_on(connection), "The tests must work as the role of the program: let them make one (CREATEROLE)."
    wrong, busy = tried(rooms["bravo"], heard, django_capture_on_commit_callbacks, caplog)
    assert (wrong, BUSY - busy) == ([], set())


@pytest.mark.promise("O10")
@pytest.mark.parametrize("name", FOR_EACH)
def test_job_for_all_sends_one_for_each_organisation(rooms: Any, heard: Heard, name: str) -> None:
    with time_machine.travel(timezone.now() + LATER, tick=False):
        before = digest()
        celery_app.tasks[name]()
        kinds = {job for job, _args in heard.jobs}
        whole = [args for _job, args in heard.jobs if args[0] == 0]
        whose = [home.name for home in rooms.values() if any(is_of(job, home.organisation.pk) for job in heard.jobs)]
        assert digest() == before
    assert kinds <= {FOR_EACH[name]}
    assert {args[1] for args in whole} <= EVERYWHERE
    assert whose == ([] if name == "privacy.tasks.move_every_lot" else list(NAMES))


@pytest.mark.promise("O10")
def test_job_that_names_a_row_of_another_organisation_does_nothing(rooms: Any, heard: Heard) -> None:
    ours, theirs = rooms["alpha"], rooms["bravo"]
    before = digest()
    _whose, key, month = saved_report_of(theirs, "2026-01")
    with pytest.raises(reports.NotOffered):
        celery_app.tasks["registration.tasks.fix_report"](ours.organisation.pk, key, month)
    assert digest() == before


@pytest.mark.promise("O10")
def test_letters_of_a_job_for_all_speak_of_one_organisation_each(rooms: Any, heard: Heard, settings: Any) -> None:
    """Requests that nobody looked at in time, everywhere at once: each hears of its own."""
    settings.OPERATOR_EMAIL = []
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        celery_app.tasks["privacy.tasks.watch_over_openings"]()
        for number in outbox.overdue(timezone.now()):
            outbox.carry(number, timezone.now())
    voices = [
        {found[2] for found in CANARY.finditer(f"{letter.to} {letter.subject} {letter.body}")} for letter in mail.outbox
    ]
    assert sorted({name for voice in voices for name in voice}) == list(NAMES)
    assert [voice for voice in voices if len(voice) != 1] == []
