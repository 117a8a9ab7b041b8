"""Every letter leaves the outbox once in effect: whatever is killed, however often a job runs (issue 6; goal M8)."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from helplines import carriers, outbox, post, tasks
from helplines.carriers import Draft
from helplines.models import Letter, LetterState
from helplines.outbox import KEPT, LEASE, PAUSES
from helplines.tenancy import across_organisations, inside
from privacy import registry
from tests.factories.helplines import LetterFactory, MailServerFactory, OrganisationFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


class KilledError(BaseException):
    """The process is gone in the middle: no handler of ours runs."""


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    """Letters of one kind, that say what they are about."""
    monkeypatch.setitem(
        outbox._composers, "test", lambda _organisation, told: Draft(told["to"], "News", "Come and look.")
    )


def put(key="one", to="somebody@example.org", organisation=None):
    return outbox.put("test", key=key, organisation=organisation, to=to)


def letters():
    with across_organisations():
        return list(Letter.objects.order_by("pk"))


def numbers_in_the_mailbox():
    """What a mailbox shows: of two letters with one number it keeps one."""
    return {letter.extra_headers["Message-ID"] for letter in mail.outbox}


def test_letter_leaves_after_the_commit(done):
    with done():
        post.send("test", organisation=None, to="somebody@example.org")
        assert mail.outbox == []
    assert [letter.to for letter in mail.outbox] == [["somebody@example.org"]]
    assert [row.state for row in letters()] == [LetterState.SENT]


def test_what_is_undone_sends_nothing(done):
    with done(), pytest.raises(KilledError), transaction.atomic():
        post.send("test", organisation=None, to="somebody@example.org")
        raise KilledError
    assert (mail.outbox, letters()) == ([], [])


def test_second_letter_with_the_same_key_is_the_same_letter(done):
    with done():
        sent = [post.send("test", organisation=None, key="once", to="somebody@example.org") for _again in range(3)]
    assert (sent, len(mail.outbox)) == ([True, False, False], 1)


def test_job_done_twice_sends_once():
    number = put()
    assert [outbox.carry(number, timezone.now()) for _again in range(3)] == [LetterState.SENT, None, None]
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_jobs_at_once_one_carries():
    number = put()
    outcomes = at_once(lambda _number: outbox.carry(number, timezone.now()), range(6))
    assert sorted(map(str, outcomes)) == ["None"] * 5 + ["sent"]
    assert len(mail.outbox) == 1


def killed(when, monkeypatch):
    """Be killed before the server has the letter, or after it, before that is noted."""
    ordinary = carriers.hand_over

    def hand_over(*given):
        if when == "after":
            ordinary(*given)
        raise KilledError

    monkeypatch.setattr(carriers, "hand_over", hand_over)
    with pytest.raises(KilledError):
        outbox.carry(put(), timezone.now())
    monkeypatch.setattr(carriers, "hand_over", ordinary)


@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_in_the_middle_gives_one_letter(monkeypatch, done, when):
    """The lease of the dead carrier ends, another carries it, and what leaves twice bears one number."""
    killed(when, monkeypatch)
    with done():
        tasks.carry_letters()
    assert len(mail.outbox) == (1 if when == "after" else 0)
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1), tick=False):
        for _again in range(3):
            with done():
                tasks.carry_letters()
    assert [row.state for row in letters()] == [LetterState.SENT]
    assert len(numbers_in_the_mailbox()) == 1


def test_letters_about_other_things_bear_other_numbers():
    for key in ("one", "two"):
        outbox.carry(put(key), timezone.now())
    assert len(numbers_in_the_mailbox()) == 2


def test_server_that_is_away_is_asked_again_later_and_later(monkeypatch):
    monkeypatch.setattr(carriers, "hand_over", fails)
    number, now, waits = put(), timezone.now() + timedelta(minutes=1), []
    while outbox.carry(number, now) == LetterState.WAITING:
        [row] = letters()
        waits.append(row.due_at - now)
        assert outbox.carry(number, row.due_at - timedelta(seconds=1)) is None
        now = row.due_at
    [row] = letters()
    assert (waits, row.state, row.trouble) == (PAUSES, LetterState.GIVEN_UP, "ConnectionRefusedError")


def fails(*_given):
    raise ConnectionRefusedError("203.0.113.9 refused somebody@example.org")


def test_letter_that_nobody_needs_any_more_is_dropped(monkeypatch):
    monkeypatch.setitem(outbox._composers, "test", lambda _organisation, _told: None)
    assert (outbox.carry(put(), timezone.now()), mail.outbox) == (LetterState.DROPPED, [])


def test_unknown_kind_is_refused_at_once():
    with pytest.raises(KeyError):
        outbox.put("nothing", key="x", organisation=None)


def test_letter_of_an_organisation_is_behind_its_wall():
    ours, theirs = OrganisationFactory(), OrganisationFactory()
    put(organisation=ours.pk)
    with inside(theirs):
        seen = Letter.objects.count()
    with inside(ours):
        assert (seen, Letter.objects.count()) == (0, 1)


def test_own_server_sends_the_letters_of_its_organisation(monkeypatch):
    server = MailServerFactory()
    monkeypatch.setattr("helplines.sitecheck.public_address", lambda *_given, **_more: None)
    outbox.carry(put("ours", organisation=server.organisation_id), timezone.now())
    outbox.carry(put("theirs", organisation=OrganisationFactory().pk), timezone.now())
    assert [letter.from_email for letter in mail.outbox] == ["post@example.org", "toeverlaat@127.0.0.1"]
    line = mail.outbox[0].connection
    assert line is not None


def test_line_to_an_own_server_is_always_encrypted(monkeypatch, settings):
    settings.OWN_MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setattr("helplines.sitecheck.public_address", lambda *_given, **_more: None)
    for security, expected in (("starttls", (True, False)), ("tls", (False, True))):
        line = carriers.connection_to(MailServerFactory.build(organisation=None, security=security))
        assert (line.use_tls, line.use_ssl, line.username) == (*expected, "post")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"])
def test_own_server_inside_our_network_is_never_spoken_to(host):
    server = MailServerFactory(host=host)
    assert outbox.carry(put(organisation=server.organisation_id), timezone.now()) == LetterState.WAITING
    assert ([row.trouble for row in letters()], mail.outbox) == (["OSError"], [])


def test_letter_that_was_sent_goes_after_a_month_and_one_that_waits_stays():
    now = timezone.now()
    LetterFactory(made_at=now - KEPT)
    LetterFactory(made_at=now - KEPT + timedelta(seconds=1))
    LetterFactory(made_at=now - KEPT, state=LetterState.WAITING)
    eraser = registry.eraser("letters")
    assert (eraser.due(0, now), eraser.erase(0, now, 10), len(letters())) == (1, 1, 2)
