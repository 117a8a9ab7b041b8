"""In French and German: the states that nearly every visitor meets, on a narrow telephone, where long words are widest.

Every state, width and colour is tried in Dutch and English (`test_axe.py`); here the words are others, and the pages the same.
"""

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.looks import RULES, WIDER, faults_of
from tests.e2e.people import words
from tests.factories.helplines import ClosureFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW = {"width": 320, "height": 568}


def looked(language: str, page: Page) -> list[str]:
    """What is wrong with a page now, in the language that it says it has."""
    faults = faults_of(page, RULES)
    out = page.evaluate(WIDER)
    spoken = page.locator("html").get_attribute("lang")
    return [*faults, *([f"wider: {out}"] if out else []), *([f"lang={spoken}"] if spoken != language else [])]


@pytest.mark.parametrize("language", ["fr", "de"])
def test_main_states_of_a_visitor(house: House, line: Line, language: str) -> None:
    organisation = line.organisation
    organisation.languages = line.languages = ["nl", "en", "fr", "de"]
    organisation.save()
    line.save()
    found: dict[str, list[str]] = {}
    counsellor = house.counsellor(line)
    visitor = house.visitor(line, language, viewport=NARROW, is_mobile=True, has_touch=True)
    page = visitor.page

    expect(visitor.part("status")).to_have_text(words(language, "states", "open"))
    found["promise"] = looked(language, page)
    visitor.press("start")
    visitor.at("questions")
    found["questions"] = looked(language, page)
    visitor.press("skip")
    visitor.at("waiting")
    expect(visitor.part("place")).to_have_text(words(language, "place_first"))
    found["waiting"] = looked(language, page)
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    visitor.say("Bonjour")
    counsellor.hears("Bonjour")
    counsellor.say("Bonsoir")
    visitor.hears("Bonsoir")
    expect(visitor.article("Bonsoir", "other").locator(".message__text")).to_have_attribute("lang", language)
    found["talk"] = looked(language, page)
    visitor.press("leave")
    expect(visitor.part("confirm-title")).to_have_text(words(language, "end_title"))
    found["leaving"] = looked(language, page)
    visitor.press("confirm-yes")
    visitor.at("thanks")
    found["thanks"] = looked(language, page)

    ClosureFactory(organisation=organisation, kind="exceptional")
    house.forget_statuses()
    page.goto(house.chat_page(line))
    expect(visitor.part("status")).to_have_attribute("data-state", "closed")
    found["closed"] = looked(language, page)
    page.goto(f"{house.chat_page(line)}safe/")
    found["chat safely"] = looked(language, page)
    assert {state: faults for state, faults in found.items() if faults} == {}
