"""The sweep and its command: each organisation, each eraser, chunk after chunk."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from chat import service
from chat.models import Conversation
from helplines.models import Invitation
from helplines.tenancy import across_organisations
from privacy import retention, tasks
from privacy.models import ConversationKey
from tests.factories.chat import ActiveConversationFactory, staffed_line
from tests.factories.helplines import InvitationFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old():
    """Two organisations whose talks of 2026 are past their time, and one talk that is not."""
    lines = []
    with time_machine.travel("2026-01-10T12:00:00Z", tick=False):
        for slug, count in (("noord", 3), ("zuid", 1)):
            line, [member] = staffed_line(retention_months=6)
            type(line.organisation)._base_manager.filter(pk=line.organisation_id).update(slug=slug)
            lines.append((line, member))
            for _ in range(count):
                end(line, member)
        InvitationFactory(organisation=lines[0][0].organisation)
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False):
        young = end(*lines[0])
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False):
        yield young


def end(line, member):
    talk = ActiveConversationFactory(line=line, counsellor=member)
    service.close(conversation=talk, membership=member, why="finished", now=timezone.now())
    return talk


def codes():
    with across_organisations():
        return set(Conversation.objects.values_list("code", flat=True))


def told(*options: str) -> list[list[str]]:
    out = StringIO()
    call_command("retention", *options, stdout=out)
    return [line.split() for line in out.getvalue().splitlines()]


@pytest.mark.promise("F13")
def test_job_of_the_clock_erases_for_every_organisation(old, done):
    with done():
        tasks.sweep_everywhere()
    with across_organisations():
        keys = set(ConversationKey.objects.values_list("conversation", flat=True))
        assert (codes(), keys, Invitation.objects.count()) == ({old.code}, {old.code}, 0)


def test_job_goes_on_with_the_next_chunk(old, done, monkeypatch):
    monkeypatch.setattr(retention.Round, "erase", lambda one, now: one.eraser.erase(one.organisation_id, now, 1))
    talks = next(one for one in retention.rounds("noord") if one.eraser.name == "talks")
    assert list(talks.erase_all(timezone.now())) == [1, 1, 1]


def test_dry_run_says_what_would_go_and_erases_nothing(old):
    before = codes()
    lines = told("--dry-run")
    counts = {(line[0], line[1]): line[2] for line in lines[1:-1]}
    assert {entry: count for entry, count in counts.items() if count != "0"} == {
        ("noord", "invitations"): "1",
        ("noord", "talks"): "3",
        ("zuid", "talks"): "1",
    }
    assert {("(installation)", "sessions"), ("zuid", "contacts"), ("zuid", "lots")} <= counts.keys()
    assert (lines[-1], codes()) == (["5", "would", "go.", "Nothing", "was", "erased."], before)


def test_command_erases_with_a_bar_and_then_finds_nothing(old):
    lines = told()
    bar = "[##############################]"
    assert sorted(lines[:-1]) == [
        ["noord", "invitations", bar, "1/1"],
        ["noord", "talks", bar, "3/3"],
        ["zuid", "talks", bar, "1/1"],
    ]
    assert lines[-1] == ["5", "gone."]
    assert told() == [["Nothing", "was", "past", "its", "time."]]


def test_command_for_one_organisation_leaves_the_other(old):
    assert told("--organisation", "zuid")[-1] == ["1", "gone."]
    assert len(codes()) == 4


def test_unknown_organisation_is_refused():
    with pytest.raises(CommandError, match="There is no organisation 'oost'"):
        call_command("retention", "--organisation", "oost")


def test_what_others_leave_behind_goes_too():
    now = timezone.now()
    for key, days in (("past", -1), ("running", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(days=days))
    for days in (0, 2):
        with time_machine.travel(now - timedelta(days=days), tick=False):
            AccessAttempt.objects.create(username="x", failures_since_start=1)
    for one in retention.rounds():
        list(one.erase_all(now))
    assert [row.session_key for row in Session.objects.all()] == ["running"]
    assert AccessAttempt.objects.count() == 1
