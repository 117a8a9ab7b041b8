"""A lock is no weapon: who signed in on a device before gets in there, whatever others try from the same address (goal G2)."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client, override_settings

from helplines import known_devices
from tests.factories.helplines import PASSWORD, StaffFactory
from tests.helplines.factors import code_of, with_app
from tests.helplines.test_signin import HERE, LIMIT, NOON, is_in, lock_out, sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def staff():
    return StaffFactory(username="robin")


def at(client, login="robin", password=PASSWORD, address=HERE):
    return client.post("/account/login/", {"login": login, "password": password}, REMOTE_ADDR=address)


def known(*people, address=HERE):
    """A browser on which these people signed in, and out again."""
    client = Client()
    for person in people:
        assert is_in(at(client, person.username, address=address))
        client.post("/account/logout/")
    return client


def test_office_behind_one_address_gets_in_while_every_name_is_locked_there(staff):
    colleagues = [staff, *StaffFactory.create_batch(3)]
    browsers = [known(person) for person in colleagues]
    for person in colleagues:
        assert lock_out(person.username)[-1] == 429
        assert at(Client(), person.username).status_code == 429
    assert [is_in(at(browser, person.username)) for browser, person in zip(browsers, colleagues, strict=True)] == [
        True
    ] * 4


def test_known_device_gets_in_with_its_second_step_and_not_without(staff, noon):
    browser = known(staff)
    secret = with_app(staff)
    lock_out("robin")
    answer = at(browser)
    assert (answer.status_code, answer.url) == (302, "/account/second-step/sign-in/")
    assert browser.post("/account/second-step/sign-in/", {"code": code_of(secret)}).status_code == 302
    assert browser.get("/account/sessions/").status_code == 200


def test_device_is_known_only_after_the_second_step(staff):
    with_app(staff)
    client = Client()
    at(client)
    assert known_devices.name() not in client.cookies


def test_known_device_has_as_many_tries_as_any_other_and_no_more(staff, noon):
    browser = known(staff)
    assert [at(browser, password="wrong").status_code for _try in range(LIMIT)] == [200] * 5 + [429]
    assert at(browser).status_code == 429
    # Who never signed in on it is not shut out by that, and the lock lifts by itself.
    assert is_in(sign_in("robin", PASSWORD))
    noon.shift(timedelta(minutes=15, seconds=1))
    assert is_in(at(browser))


def test_device_is_known_for_who_signed_in_on_it_and_for_nobody_else(staff):
    other = StaffFactory()
    browser = known(other)
    lock_out("robin")
    assert at(browser).status_code == 429
    both = known(other, address="198.51.100.9")
    assert is_in(at(both, address="198.51.100.9"))


def test_shared_computer_knows_the_last_eight(staff):
    people = [staff, *StaffFactory.create_batch(known_devices.MOST)]
    browser = known(*people)
    for person in (people[0], people[-1], people[1]):
        lock_out(person.username)
    assert [at(browser, people[place].username).status_code for place in (0, -1, 1)] == [429, 302, 302]


@pytest.mark.parametrize("forged", ["", "x", "e30:1abc:def", '{"1":"x"}'])
def test_cookie_that_is_not_ours_counts_for_nothing(staff, forged):
    lock_out("robin")
    client = Client()
    client.cookies[known_devices.name()] = forged
    assert at(client).status_code == 429


def test_cookie_counts_for_ninety_days(staff, noon):
    browser = known(staff)
    value = browser.cookies[known_devices.name()].value
    for days, expected in ((89, 302), (2, 429)):
        noon.shift(days * DAY)
        lock_out("robin")
        client = Client()
        client.cookies[known_devices.name()] = value
        assert at(client).status_code == expected


def test_cookie_still_counts_while_the_secret_key_is_renewed(staff):
    browser = known(staff)
    with override_settings(SECRET_KEY="another-key-of-no-worth-0123456789", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        lock_out("robin")
        assert is_in(at(browser))


def test_cookie_is_for_the_pages_of_signing_in_and_tells_no_name(staff):
    browser = known(staff)
    cookie = browser.cookies[known_devices.name()]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/account/", True, "Lax")
    assert cookie["max-age"] == 90 * 24 * 3600
    assert staff.username not in cookie.value
    with override_settings(SESSION_COOKIE_SECURE=True):
        browser = Client()
        at(browser)
        assert browser.cookies["__Secure-known"]["secure"] is True


def test_wrong_password_makes_no_device_known(staff):
    client = Client()
    at(client, password="wrong")
    assert known_devices.name() not in client.cookies
