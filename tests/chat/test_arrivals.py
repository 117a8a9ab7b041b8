"""From the socket to the seal: where a visitor comes from is what our own proxy saw, and never what a visitor says (D02)."""

import pytest
from django.test import override_settings

from chat.models import Conversation
from helplines.tenancy import across_organisations
from tests.chat.sockets import in_database, socket, staffed
from tests.factories.vault import holder, identity_of, opened

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


async def sealed_of(line, **headers):
    """What the administrator finds of a visitor who came with these headers."""
    _row, private = await in_database(holder)(line.organisation)
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    async with socket(f"/ws/{line.organisation.slug}/{line.slug}/visitor/", given) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        return await in_database(found)(code, private)


def found(code, private):
    with across_organisations():
        conversation = Conversation.objects.get(code=code)
    identity = identity_of(conversation)
    return opened(identity, private) if identity else None


@pytest.mark.promise("D02")
@pytest.mark.parametrize(
    ("claimed", "sealed"),
    [
        ("203.0.113.77", "203.0.113.77"),
        ("198.51.100.1, 203.0.113.77", "203.0.113.77"),
        ("::ffff:203.0.113.77", "203.0.113.77"),
        ("2001:0DB8:0::C0DE", "2001:db8::c0de"),
        ("not an address", None),
    ],
)
@override_settings(TRUSTED_PROXIES=1)
async def test_address_that_our_proxy_saw_is_sealed(claimed, sealed):
    line, _member = await staffed()
    assert await sealed_of(line, x_forwarded_for=claimed) == sealed


@override_settings(TRUSTED_PROXIES=0)
async def test_address_that_a_visitor_claims_is_not_believed():
    line, _member = await staffed()
    assert await sealed_of(line, x_forwarded_for="203.0.113.77") != "203.0.113.77"
