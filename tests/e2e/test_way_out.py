"""The way out on an organisation's own page, on every screen and in all colours."""

import pytest
from playwright.sync_api import expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.looks import Looked
from tests.e2e.test_launcher import site_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.promise("A15")
def test_way_out_on_a_site_has_no_fault_for_axe_on_any_screen(house: House, line: Line) -> None:
    """The page has little more than its title, so what is wrong is of our button or of our way out."""
    look = Looked(thorough=True)
    house.counsellor(line)
    page = house.someone().new_page()
    page.goto(site_with(house, line, "data-exit"))
    expect(page.locator("chat-line .launcher:visible")).to_have_attribute("data-state", "open")
    way_out = page.locator("chat-exit button")
    expect(way_out).to_be_in_viewport(ratio=1)
    way_out.focus()
    look.at("way out on a site", page)
    assert look.found == {}
