"""`manage.py agree_opening`: the provider, outside the organisation, agrees with its key; nobody else can (D03, E05)."""

import re

import pytest
from django.core.management import CommandError, call_command

from helplines.models import Role
from privacy.models import OpeningState
from privacy.opening_words import REFUSALS
from tests.factories.helplines import OrganisationFactory
from tests.privacy.asking import BY_ORDER, Room, in_danger, member, state_of, told
from tests.privacy.test_custody import PHRASE, make
from tests.privacy.test_opening import light  # noqa: F401  little work for each passphrase
from tests.privacy.test_requests import change
from tests.privacy.test_vault import ADDRESS, begin, room

pytestmark = [pytest.mark.django_db, pytest.mark.promise("E05", "D03")]


@pytest.fixture(autouse=True)
def phrase(monkeypatch):
    typed = [PHRASE]
    monkeypatch.setattr("privacy.management.commands.open_identity.getpass", lambda _asked: typed[0])
    return typed


@pytest.fixture
def asked(tmp_path):
    """A request at an organisation whose only holder is the provider, on an order; the file of its key is `key`."""
    line, _none = room(identity_holders="provider")
    (tmp_path / "key").write_bytes(make(line.organisation, "provider").file)
    house = Room(line, begin(line), member(line, Role.MANAGER), [], [], BY_ORDER)
    return house, house.ask()


def agree(house, request, key):
    call_command(
        "agree_opening", f"--organisation={house.organisation.slug}", f"--request={request.code}", f"--key={key}"
    )


def test_provider_opens_on_an_order_and_the_log_says_so(asked, tmp_path, capsys):
    house, request = asked
    agree(house, request, tmp_path / "key")
    assert f"address: {ADDRESS}\n" in capsys.readouterr().out
    assert state_of(request) == OpeningState.GONE
    assert [(event, who) for event, who, _why in told()] == [
        ("identity-asked", house.asker.pk),
        ("identity-approved", None),
        ("identity-opened", None),
    ]


def test_what_was_decided_opens_no_second_time(asked, tmp_path, capsys):
    house, request = asked
    agree(house, request, tmp_path / "key")
    capsys.readouterr()
    with pytest.raises(CommandError, match=re.escape(str(REFUSALS["gone"]))):
        agree(house, request, tmp_path / "key")
    assert capsys.readouterr().out == ""


def test_key_of_another_provider_opens_nothing_and_the_log_says_who_tried(asked, tmp_path, capsys):
    house, request = asked
    (tmp_path / "other").write_bytes(make(OrganisationFactory(), "provider").file)
    with pytest.raises(CommandError, match=re.escape(str(REFUSALS["keys"]))):
        agree(house, request, tmp_path / "other")
    assert (capsys.readouterr().out, state_of(request)) == ("", OpeningState.ASKED)
    assert told()[-1] == ("identity-refused", None, "keys")


@pytest.mark.parametrize("what", ["phrase", "file", "organisation", "request"])
def test_what_does_not_fit_opens_nothing(asked, tmp_path, phrase, what, capsys):
    house, request = asked
    key = tmp_path / ("nowhere" if what == "file" else "key")
    phrase[0] += "?" if what == "phrase" else ""
    slug = "nowhere" if what == "organisation" else house.organisation.slug
    code = "nowhere" if what == "request" else request.code
    with pytest.raises(CommandError):
        call_command("agree_opening", f"--organisation={slug}", f"--request={code}", f"--key={key}")
    assert (capsys.readouterr().out, state_of(request)) == ("", OpeningState.ASKED)


def test_request_of_another_organisation_is_not_there(asked, tmp_path):
    _house, request = asked
    with pytest.raises(CommandError):
        call_command(
            "agree_opening",
            f"--organisation={OrganisationFactory().slug}",
            f"--request={request.code}",
            f"--key={tmp_path / 'key'}",
        )
    assert state_of(request) == OpeningState.ASKED


def test_offices_inside_the_organisation_cannot_agree_from_the_command_line(tmp_path, capsys):
    """Who looks after the computers and got hold of an administrator's file is not that administrator."""
    house = in_danger()
    (tmp_path / "key").write_bytes(make(house.organisation, "administrator").file)
    request = house.ask(talk=begin(house.line))
    with pytest.raises(CommandError):
        agree(house, request, tmp_path / "key")
    assert (capsys.readouterr().out, state_of(request)) == ("", OpeningState.ASKED)
    assert told()[-1][:2] == ("identity-refused", None)


def test_request_that_was_changed_in_the_database_opens_nothing(asked, tmp_path, capsys):
    house, request = asked
    change(request, recipient="prosecutor")
    with pytest.raises(CommandError, match=re.escape(str(REFUSALS["damaged"]))):
        agree(house, request, tmp_path / "key")
    assert capsys.readouterr().out == ""
