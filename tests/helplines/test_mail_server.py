"""An organisation's own mail server: kept sealed, tried out, and how its domain's records stand (O02)."""

import pytest
from django.core import mail
from django.db import connection

from helplines import mail_records, name_servers
from helplines.mail_records import Kind, Mark
from helplines.models import MailServer, Role
from helplines.tenancy import inside
from privacy.models import AuditEntry
from tests.factories.helplines import MailServerFactory, MembershipFactory, OrganisationFactory
from tests.helplines.admin_rooms import signed_in

GIVEN = {
    "is_used": "on", "host": "mail.example.org", "port": "465", "security": "tls", "user": "post",
    "password": "a secret of theirs", "sender": "help@example.org", "selector": "s1",
}  # fmt: skip


@pytest.fixture
def organisation():
    return OrganisationFactory()


@pytest.fixture
def administrator(organisation):
    return MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR, staff__email="me@example.org").staff


@pytest.fixture
def page(organisation, administrator):
    client, address = signed_in(administrator), f"/admin/mail/{organisation.pk}/"
    return lambda **sent: client.post(address, sent, follow=True) if sent else client.get(address)


def kept(organisation):
    with inside(organisation):
        return MailServer.objects.get(organisation=organisation)


@pytest.mark.django_db
def test_server_is_kept_and_its_password_stands_nowhere_as_text(page, organisation):
    page(**GIVEN)
    row = kept(organisation)
    assert (row.host, row.port, row.user, row.password, row.can_send) == (
        "mail.example.org", 465, "post", "a secret of theirs", True,
    )  # fmt: skip
    with inside(organisation), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM helplines_mailserver")
        stored = repr([[bytes(one) if isinstance(one, memoryview) else one for one in row] for row in cursor])
    assert ("a secret of theirs" in stored, "post" in stored.replace("mail.example.org", "")) == (False, False)


@pytest.mark.django_db
def test_password_that_is_left_empty_stays_and_is_never_shown(page, organisation):
    page(**GIVEN)
    answer = page(**{**GIVEN, "password": "", "host": "smtp.example.org"})
    assert (kept(organisation).password, kept(organisation).host) == ("a secret of theirs", "smtp.example.org")
    assert "a secret of theirs" not in answer.content.decode()


@pytest.mark.django_db
def test_change_is_told_in_the_audit_log_without_what_was_filled_in(page, organisation):
    page(**GIVEN)
    with inside(organisation):
        told = list(AuditEntry.objects.filter(event="settings-changed").values_list("what", "why"))
    assert told == [("mail-server", "used")]


@pytest.mark.django_db
def test_server_that_is_used_must_be_complete(page, organisation):
    answer = page(**{**GIVEN, "sender": ""})
    assert list(answer.context["form"].errors) == ["sender"]
    with inside(organisation):
        assert not MailServer.objects.exists()


@pytest.mark.django_db
def test_what_another_secret_key_sealed_is_to_be_entered_again(organisation):
    MailServerFactory(organisation=organisation)
    with inside(organisation), connection.cursor() as cursor:
        cursor.execute("UPDATE helplines_mailserver SET password = %s", [b"\x80 no such key"])
    assert (kept(organisation).password, kept(organisation).can_send) == ("", False)


@pytest.mark.django_db
def test_malicious_pickle_in_the_column_is_never_loaded(organisation):
    """C5: it would raise, or worse, if anything unpickled it."""
    MailServerFactory(organisation=organisation)
    with inside(organisation), connection.cursor() as cursor:
        cursor.execute("UPDATE helplines_mailserver SET password = %s", [b"cos\nsystem\n(S'false'\ntR."])
    assert kept(organisation).password == ""


@pytest.mark.django_db
def test_letter_to_try_it_goes_to_oneself(page, organisation, done):
    with done():
        page(step="trial")
    assert [letter.to for letter in mail.outbox] == [["me@example.org"]]
    assert page().context["trial"].state == "sent"


@pytest.mark.django_db
@pytest.mark.promise("O02")
def test_records_of_the_sender_are_shown(page, monkeypatch):
    asked = []

    def answers(name):
        asked.append(name)
        return {"example.org": ["v=spf1 mx -all"], "_dmarc.example.org": ["v=DMARC1; p=none"]}.get(name, [])

    monkeypatch.setattr(name_servers, "asker", lambda: answers)
    found = page(**GIVEN).context["found"]
    assert asked[-3:] == ["example.org", "s1._domainkey.example.org", "_dmarc.example.org"]
    assert [(one["name"], one["is_good"]) for one in found] == [("SPF", True), ("DKIM", False), ("DMARC", False)]


def test_no_name_server_is_asked_where_that_is_switched_off():
    assert name_servers.asker() is name_servers.silent
    assert {one.mark for one in name_servers.look("example.org", "s1")} == {Mark.UNKNOWN}


@pytest.mark.promise("O02")
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["v=spf1 include:_spf.example.org -all"], (Mark.GOOD, "refuses")),
        (["v=spf1 mx ~all"], (Mark.GOOD, "refuses")),
        (["v=spf1 redirect=_spf.example.org"], (Mark.GOOD, "refuses")),
        (["v=spf1 mx ?all"], (Mark.WEAK, "lets_everybody")),
        (["v=spf1 mx +all"], (Mark.WEAK, "lets_everybody")),
        (["v=spf1 mx"], (Mark.WEAK, "lets_everybody")),
        (["v=spf10 -all", "something else"], (Mark.MISSING, "no_record")),
        (["v=spf1 -all", "v=spf1 mx -all"], (Mark.MISSING, "two_records")),
        (None, (Mark.UNKNOWN, "no_answer")),
    ],
)
def test_spf_counts_when_it_refuses_others(texts, expected):
    assert mail_records.judge_spf(texts)[1:3] == expected


@pytest.mark.promise("O02")
@pytest.mark.parametrize(
    ("texts", "selector", "expected"),
    [
        (["v=DKIM1; k=rsa; p=MIGfMA0"], "s1", (Mark.GOOD, "key")),
        (["v=DKIM1; p="], "s1", (Mark.MISSING, "revoked")),
        (["sp=something"], "s1", (Mark.MISSING, "no_record")),
        ([], "", (Mark.UNKNOWN, "no_selector")),
        (None, "s1", (Mark.UNKNOWN, "no_answer")),
    ],
)
def test_dkim_needs_a_key_under_the_selector(texts, selector, expected):
    assert mail_records.judge_dkim(texts, selector)[1:3] == expected


@pytest.mark.promise("O02")
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["v=DMARC1; p=reject; rua=mailto:a@example.org"], (Mark.GOOD, "strict")),
        (["v=DMARC1;p=quarantine"], (Mark.GOOD, "strict")),
        (["v=DMARC1; p=none; sp=reject"], (Mark.WEAK, "watches")),
        (["v=DMARC1; sp=reject"], (Mark.WEAK, "watches")),
        ([], (Mark.MISSING, "no_record")),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], (Mark.MISSING, "two_records")),
        (None, (Mark.UNKNOWN, "no_answer")),
    ],
)
def test_dmarc_counts_when_it_holds_false_mail_back(texts, expected):
    assert mail_records.judge_dmarc(texts)[1:3] == expected


def test_names_under_which_records_stand():
    assert mail_records.names_of("example.org", "s1")[Kind.DKIM] == "s1._domainkey.example.org"
