"""A counsellor never mistakes one visitor for another, and leaves nobody's words behind."""

import pytest
from playwright.sync_api import expect

from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_nameless_visitors_have_names_apart_and_leave_the_screen_with_the_right_to_be_there(
    house: House, line: Line
) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(capacity=3, questions=[]))
    house.expect_trouble("beforeunload")
    counsellor = house.counsellor(line)
    page = counsellor.page
    visitors = [house.visitor(line) for _each in range(3)]
    for visitor in visitors:
        house.in_talk(line, visitor, counsellor)
    names = page.locator("#talks .talk-button__name")
    expect(names).to_have_count(3)
    called = names.all_inner_texts()
    assert len(set(called)) == 3
    shown = counsellor.pane.locator(".talk__name").inner_text()
    assert shown in called
    expect(counsellor.box).to_have_accessible_name(f"Je bericht aan {shown}")
    page.reload()
    expect(names).to_have_count(3)
    assert sorted(names.all_inner_texts()) == sorted(called)

    for link in page.locator(".strip__nav a, #pane-talks a").all():
        assert link.get_attribute("target") == "_blank"
    visitors[0].say("Dit blijft tussen ons")
    names.nth(0).click()
    counsellor.box.fill("Een zin die nog niet ging")
    expect(page.locator("article.message--other")).to_have_count(1)
    other = page.context.new_page()
    other.goto(f"{house.origin}/account/logout/")
    other.locator("main form button").first.click()
    other.wait_for_url("**/account/login/**")
    house.note_who_is_there()
    expect(page.locator("#barrier")).to_be_visible()
    expect(page.locator("article.talk")).to_have_count(0)
    expect(page.locator(".talk-button, .notes__pad, article.message, #known .known__row")).to_have_count(0)
    assert page.evaluate("() => Object.keys(sessionStorage)") == []
