"""Who may no longer be at a desk: it closes within five seconds, and at once for who signs out (security goal D6)."""

import time

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from chat.keeper import keeper
from chat.models import Presence
from config.asgi import application
from helplines import second_factor
from helplines.models import Membership
from helplines.tenancy import across_organisations
from tests.chat.sockets import ORIGIN, PATIENCE, Socket, desk, in_database, socket, staffed
from tests.helplines.factors import sign_in, with_app

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


def cookie_of(client: Client):
    return [
        (b"cookie", f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}".encode())
    ]


def path_of(member):
    return f"/ws/{member.organisation.slug}/desk/"


async def opens(member, client):
    """Whether this session gets a desk."""
    there = Socket(application, path_of(member), [*ORIGIN, *cookie_of(client)])
    await there.connect(timeout=PATIENCE)
    await there.say("ping")
    event = await there.receive_output(timeout=PATIENCE)
    await there.disconnect()
    return event["type"] == "websocket.send"


@pytest.mark.promise("O03")
async def test_desk_opens_with_the_second_step_only_where_it_is_obligatory(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    _line, member = await staffed()
    found = [await opens(member, await in_database(sign_in)(member.staff))]
    before = await in_database(sign_in)(member.staff)
    secret = await in_database(with_app)(member.staff)
    found += [await opens(member, before), await opens(member, await in_database(sign_in)(member.staff, secret))]
    assert found == [False, False, True]


@pytest.mark.parametrize("change", ["another factor", "no factor", "reset"])
async def test_change_of_the_second_step_closes_the_desk_with_the_next_round(change):
    _line, member = await staffed()
    secret = await in_database(with_app)(member.staff)
    client = await in_database(sign_in)(member.staff, secret)
    async with socket(path_of(member), cookie_of(client)) as counsellor:
        await counsellor.say("hello")
        await counsellor.hear("desk")
        await keeper.round()
        await in_database(changed)(member.staff, change)
        await keeper.round()
        assert await counsellor.closed() == 4403


def changed(staff, change):
    if change == "another factor":
        Authenticator.objects.create(user=staff, type="webauthn", data={})
    elif change == "no factor":
        Authenticator.objects.filter(user=staff).delete()
    else:
        second_factor.reset(staff=staff, by=None)


async def test_signing_out_closes_the_desks_of_that_session_at_once_and_no_other():
    """No round of the keeper comes by here."""
    _line, member = await staffed()
    here, elsewhere = [await in_database(sign_in)(member.staff) for _place in "ab"]
    async with socket(path_of(member), cookie_of(here)) as gone, socket(path_of(member), cookie_of(elsewhere)) as stays:
        for counsellor in (gone, stays):
            await counsellor.say("hello")
            await counsellor.hear("desk")
        started = time.monotonic()
        await in_database(here.post)("/account/logout/")
        assert await gone.closed() == 4403
        took = time.monotonic() - started
        await stays.say("ping")
        assert await stays.hear("pong")
    assert took < 2


async def test_role_that_ends_closes_the_desk_within_five_seconds_of_the_real_clock():
    """With the keeper as it runs: the one test that waits for it."""
    _line, member = await staffed()
    async with desk(member) as counsellor:
        started = time.monotonic()
        await in_database(end)(member)
        assert await counsellor.closed() == 4403
    assert time.monotonic() - started < 5


def end(member):
    with across_organisations():
        assert Presence.objects.filter(membership=member).exists()
        Membership.objects.filter(pk=member.pk).update(is_active=False)
