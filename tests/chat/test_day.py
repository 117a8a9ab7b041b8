"""A visitor's socket that is older than a day hears and says as on its first minute: nothing that it stands on expires."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from chat.keeper import keeper
from chat.models import Conversation
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, stored, talk

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


@in_database
def counsellor_of(code):
    with across_organisations():
        row = Conversation.objects.select_related("counsellor__organisation", "counsellor__staff").get(code=code)
    return row.counsellor


async def test_a_socket_older_than_a_day_still_hears_and_says():
    async with talk() as (_line, client, counsellor, started):
        code = started["code"]
        with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
            await keeper.round()
            # The session of the desk ended at its own time; the counsellor signs in anew.
            assert await counsellor.closed() == 4403
            async with desk(await counsellor_of(code)) as again:
                await again.say("say", talk=code, id=str(uuid4()), text="good morning")
                assert (await client.hear("said", text="good morning"))["seq"] == 2
                await client.say("say", id=str(uuid4()), text="still here")
                assert (await client.hear("stored"))["seq"] == 3
                assert (await again.hear("said", text="still here"))["seq"] == 3
    assert [text for _seq, _party, text in (await stored(code))[1]][1:] == ["good morning", "still here"]
