"""What is wrong is told within minutes: to the operator, to who answers for the data, and in the figures (security goal M9)."""

import datetime as dt
import ipaddress
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from chat.models import Conversation
from config import metrics
from config.celery import app as celery_app
from helplines import tallies
from helplines.models import Membership, Role
from helplines.tenancy import across_organisations
from privacy import alarms, pulse, registry, sealing, service, tasks
from privacy.alarms import Kind
from privacy.models import ConversationKey, SweepDone
from tests.factories.chat import ActiveConversationFactory, ConversationFactory
from tests.factories.helplines import MembershipFactory, OrganisationFactory, PolicyFactory
from tests.factories.vault import holder

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OPERATOR = "operator@example.org"


@pytest.fixture(autouse=True)
def noon():
    tallies._told.clear()
    with (
        time_machine.travel(NOON, tick=False) as clock,
        override_settings(OPERATOR_EMAIL=[OPERATOR], LANGUAGE_CODE="en"),
    ):
        yield clock


def found(kind: Kind | None = None) -> list[tuple[str, int, str]]:
    seen = [(one.kind.value, one.many, one.what) for one in alarms.look(timezone.now())]
    return [one for one in seen if kind is None or one[0] == kind]


def gone_at(at: datetime) -> Conversation:
    talk = ConversationFactory(line__organisation=OrganisationFactory(languages=["en"]))
    with across_organisations():
        Conversation.objects.filter(pk=talk.pk).update(
            ended_at=at - 200 * DAY, expires_at=at, kept_months=6, state="closed"
        )
    return talk


def test_quiet_house_has_nothing_wrong():
    ActiveConversationFactory()
    assert found() == []


@pytest.mark.parametrize(("ago", "fires"), [(DAY - HOUR, False), (DAY, True), (10 * DAY, True)])
def test_erasing_that_is_a_day_late_is_found(ago, fires):
    gone_at(NOON - ago)
    assert found() == ([("purge-late", 1, "talks")] if fires else [])


def test_every_eraser_is_watched(monkeypatch):
    gone = []
    for name, one in dict(registry._erasers).items():
        late = replace(one, due=lambda _organisation, at: int(at == NOON - DAY))
        monkeypatch.setitem(registry._erasers, name, late)
        gone.append(name)
    OrganisationFactory()
    assert sorted(what for _kind, _many, what in found(Kind.PURGE_LATE)) == sorted(gone)


def test_sweep_that_stopped_is_found_though_nothing_is_due_yet():
    organisation = OrganisationFactory()
    with across_organisations():
        SweepDone.objects.create(organisation=organisation, eraser="talks", at=NOON - DAY + HOUR)
        assert found() == []
        SweepDone.objects.update(at=NOON - DAY)
    assert found() == [("purge-late", 1, "talks")]


def test_promise_that_was_made_shorter_has_a_day_to_reach_back(noon):
    talk = ConversationFactory()
    with across_organisations():
        old = {"ended_at": NOON - 120 * DAY, "expires_at": NOON + 60 * DAY, "kept_months": 6, "state": "closed"}
        Conversation.objects.filter(pk=talk.pk).update(**old)
    PolicyFactory(organisation=talk.organisation, number=9, valid_from=NOON, values={"retention_months": 3})
    assert found() == []
    noon.shift(DAY)
    assert found() == [("purge-late", 1, "talks")]


@pytest.mark.parametrize(
    ("policy", "offices", "roles", "lacking"),
    [
        ("administrator", ["administrator"], [Role.ADMINISTRATOR], None),
        ("administrator", ["administrator"], [Role.MANAGER], "administrator"),
        ("administrator", ["management"], [Role.ADMINISTRATOR], "administrator"),
        ("management-dpo", ["management", "dpo"], [Role.MANAGER, Role.DPO], None),
        ("management-dpo", ["management", "dpo"], [Role.MANAGER], "dpo"),
        ("management-dpo", ["management"], [Role.MANAGER, Role.DPO], "dpo"),
        ("management-dpo", ["management"], [], "dpo,management"),
        ("provider", ["provider"], [], None),
        # Without any key nothing is kept, which its promises say.
        ("administrator", [], [], None),
    ],
)
def test_office_where_nobody_can_open_is_found(policy, offices, roles, lacking):
    organisation = OrganisationFactory()
    PolicyFactory(organisation=organisation, values={"identity_holders": policy}, valid_from=NOON - 2 * DAY)
    for office in offices:
        holder(organisation, office)
    for role in roles:
        MembershipFactory(organisation=organisation, role=role)
    assert [what for _kind, _many, what in found(Kind.NO_APPROVER)] == ([lacking] if lacking else [])


def test_account_that_was_closed_approves_nothing():
    organisation = OrganisationFactory()
    holder(organisation)
    member = MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR)
    assert found() == []
    with across_organisations():
        Membership.objects.filter(pk=member.pk).update(is_active=False)
    assert found() == [("no-approver", 1, "administrator")]


def test_seal_that_does_not_open_is_found_and_one_of_two_keys_is_none():
    key, where = sealing.new_key(), sealing.place("here")
    sealed = sealing.seal(key, b"words", where)
    assert sealing.unseal_with([sealing.new_key(), key], sealed, where) == b"words"
    assert found() == []
    with pytest.raises(sealing.UnreadableError):
        sealing.unseal(key, sealed, sealing.place("there"))
    assert found() == [("unreadable", 1, "")]


def test_key_that_was_changed_in_the_database_is_found():
    """Through the door of who reads."""
    talk = ActiveConversationFactory()
    with across_organisations():
        row = ConversationKey.objects.get(conversation=talk.code)
        changed = bytes(row.wrapped[:-1]) + bytes([row.wrapped[-1] ^ 1])
        ConversationKey.objects.filter(pk=row.pk).update(wrapped=changed)
    from chat import access
    from chat.wire import RefusedError

    with pytest.raises(RefusedError):
        access.contents_of(talk)
    assert found() == [("unreadable", 1, "")]


def test_many_doors_of_others_are_found_and_a_few_are_not():
    member, theirs = MembershipFactory(role=Role.ADMINISTRATOR), OrganisationFactory()
    client = Client()
    client.force_login(member.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    for _time in range(alarms.MANY_DENIED - 1):
        client.get(f"/audit/{theirs.slug}/")
    assert found() == []
    client.get(f"/audit/{theirs.slug}/")
    assert found() == [("denied", 20, "")]


def test_backup_older_than_it_may_be_is_found(tmp_path, noon):
    pulse.mark()
    with override_settings(BACKUP_HOURS=26):
        assert found() == [("backup-late", 1, "data"), ("backup-late", 1, "keys")]
        if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            pulse.backed_up("data", NOON)
            call_command("backup", "--to", str(tmp_path), "--only", "keys", stdout=StringIO())
        else:
            for what in ("data", "keys"):
                pulse.backed_up(what, NOON)
        assert found() == []
        noon.shift(26 * HOUR)
        assert found() == []
        pulse.backed_up("keys", timezone.now())
        noon.shift(timedelta(seconds=1))
        assert found() == [("backup-late", 1, "data")]
    assert found() == []


def test_command_that_makes_a_backup_notes_it(tmp_path, monkeypatch):
    pulse.mark()
    from privacy.management.commands import backup

    monkeypatch.setattr(backup.backups, "make", lambda what, directory, now: tmp_path / what)
    monkeypatch.setattr(backup.backups, "check", lambda path: path.write_text("x"))
    call_command("backup", "--to", str(tmp_path), "--only", "data", stdout=StringIO())
    assert pulse.backups() == {"data": NOON, "keys": None}


def certificate(days: int) -> tuple[bytes, bytes]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=90))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(place, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return made.public_bytes(serialization.Encoding.PEM), key.private_bytes(serialization.Encoding.PEM, form, plain)


@pytest.fixture
def tls(tmp_path, monkeypatch):
    """A server with a certificate that lasts so many days, which is ours."""
    import socket

    doors = []

    def serve(days: int, *, trusted: bool = True) -> None:
        cert, key = certificate(days)
        (tmp_path / "cert.pem").write_bytes(cert)
        (tmp_path / "key.pem").write_bytes(key)
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

        def answer() -> None:
            try:
                line, _who = door.accept()
                with line, context.wrap_socket(line, server_side=True) as closed:
                    closed.recv(1)
            except OSError:
                return

        threading.Thread(target=answer, daemon=True).start()
        trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem") if trusted else None)
        monkeypatch.setattr(alarms.ssl, "create_default_context", lambda: trust)
        settings.ORIGIN, settings.EMBEDDED = f"https://127.0.0.1:{door.getsockname()[1]}", False

    with override_settings(ORIGIN=settings.ORIGIN, EMBEDDED=True):
        yield serve
    for door in doors:
        door.close()


@pytest.mark.parametrize(
    ("days", "trusted", "wrong"), [(30, True, None), (13, True, "ends-soon"), (30, False, "not-right")]
)
def test_certificate_that_ends_soon_or_is_not_right_is_found(tls, noon, days, trusted, wrong):
    noon.move_to(datetime.now(UTC))
    with time_machine.travel(real_now(), tick=True):
        tls(days, trusted=trusted)
        assert [what for _kind, _many, what in found(Kind.CERTIFICATE)] == ([wrong] if wrong else [])


def real_now() -> datetime:
    """The time that TLS goes by, which no test moves."""
    return datetime.fromtimestamp(time_machine.escape_hatch.time.time(), UTC)


def test_server_that_cannot_be_reached_tells_nothing():
    with override_settings(ORIGIN="https://127.0.0.1:9", EMBEDDED=False):
        assert found(Kind.CERTIFICATE) == []


def letters() -> list[tuple[str, str]]:
    sent = [(one.to[0], one.subject) for one in mail.outbox]
    mail.outbox.clear()
    return sent


def test_alarm_is_mailed_once_a_day_while_it_lasts_and_again_when_it_comes_back(noon):
    talk = gone_at(NOON - 2 * DAY)
    organisation = talk.organisation
    expected = [
        (OPERATOR, f"Something is wrong with {settings.ORIGIN}"),
        (organisation.privacy_email, f"Something is wrong at {organisation.name}"),
    ]
    service.watch_for_alarms(timezone.now())
    text = mail.outbox[1].body
    assert letters() == expected
    assert ("purge-late" in text, talk.code in text) == (True, False)
    noon.shift(4 * timedelta(minutes=1))
    service.watch_for_alarms(timezone.now())
    assert letters() == []
    noon.shift(DAY)
    service.watch_for_alarms(timezone.now())
    assert letters() == expected
    with across_organisations():
        Conversation.objects.update(expires_at=timezone.now() + DAY)
    service.watch_for_alarms(timezone.now())
    with across_organisations():
        Conversation.objects.update(expires_at=NOON - 2 * DAY)
    service.watch_for_alarms(timezone.now())
    assert letters() == expected


def test_what_is_of_the_installation_is_told_to_the_operator_alone():
    OrganisationFactory()
    tallies.count(tallies.UNREADABLE)
    service.watch_for_alarms(timezone.now())
    assert letters() == [(OPERATOR, f"Something is wrong with {settings.ORIGIN}")]


def test_letter_that_cannot_go_is_tried_again(monkeypatch):
    tallies.count(tallies.UNREADABLE)
    with monkeypatch.context() as patch:
        patch.setattr(service.carriers, "hand_over", lambda *_given: (_ for _ in ()).throw(OSError("away")))
        with pytest.raises(OSError, match="away"):
            service.watch_for_alarms(timezone.now())
    service.watch_for_alarms(timezone.now())
    assert len(letters()) == 1


def test_alarm_stands_in_the_log_also_where_nobody_gets_mail(caplog):
    tallies.count(tallies.UNREADABLE)
    with override_settings(OPERATOR_EMAIL=[]):
        service.watch_for_alarms(timezone.now())
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("CRITICAL", "Alarm unreadable, organisation -: ")
    ]


def figures() -> dict[str, float]:
    return {
        sample.labels.get("kind", sample.name.removeprefix("toeverlaat_")): sample.value
        for family in metrics.Alarms().collect()
        for sample in family.samples
    }


def test_figures_tell_each_kind_and_how_old_the_look_is(noon):
    assert figures() == {}
    gone_at(NOON - 2 * DAY)
    tasks.watch_for_alarms()
    noon.shift(60)
    quiet = dict.fromkeys((kind.value for kind in Kind), 0)
    assert figures() == {**quiet, "purge-late": 1, "alarms_age_seconds": 60}


def test_figures_stay_away_with_the_cache(monkeypatch):
    def away(*_args, **_kwargs):
        raise ConnectionError("gone")

    monkeypatch.setattr(cache, "get", away)
    assert figures() == {}


def test_somebody_looks_at_least_every_five_minutes():
    schedule = celery_app.conf.beat_schedule
    assert schedule["watch-for-alarms"] == {"task": "privacy.tasks.watch_for_alarms", "schedule": 240.0}
    assert tasks.watch_for_alarms.name == "privacy.tasks.watch_for_alarms"
