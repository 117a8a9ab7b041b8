"""A counsellor makes a copy of a talk for the team, in a browser (F10, F11)."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat.models import Conversation
from chat.states import Party, State
from helplines.models import Line
from helplines.tenancy import inside
from tests.e2e.conftest import House
from tests.e2e.looks import Looked
from tests.factories.chat import ActiveConversationFactory, say
from tests.factories.helplines import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["nl", "en"]


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Iterator[Looked]:
    looked = Looked(thorough=request.getfixturevalue("language") == "nl")
    yield looked
    assert looked.found == {}


@pytest.mark.promise("F10", "F11")
@pytest.mark.parametrize("language", LANGUAGES)
def test_copy_for_the_team(house: House, line: Line, look: Looked, language: str) -> None:
    counsellor = MembershipFactory(organisation=line.organisation)
    talk = ActiveConversationFactory(line=line, counsellor=counsellor)
    say(talk, Party.VISITOR, "Ik ben Robin en woon in Tervuren.")
    say(talk, Party.COUNSELLOR, "Vertel maar.")
    with inside(line.organisation):
        Conversation.objects.filter(pk=talk.pk).update(state=State.CLOSED, ended_at=timezone.now())
    page = house.signed_in(counsellor.staff, language)
    page.goto(f"{house.origin}/team/havenlicht/copies/")
    page.locator("main li a").click()
    expect(page.locator("textarea").first).to_have_value("Ik ben […] en woon in […].")
    look.at("copy for the team, to look through", page)
    page.locator("textarea").last.fill("Bel 0470 12 34 56.")
    page.locator('[name="purpose"]').select_option("training")
    page.locator('[name="sure"]').check()
    page.locator('button[value="make"]').click()
    look.at("copy for the team, something is left in it", page)
    page.locator("textarea").last.fill("Vertel maar.")
    page.locator('button[value="make"]').click()
    expect(page.get_by_text("Vertel maar.")).to_be_visible()
    look.at("copy for the team", page)
