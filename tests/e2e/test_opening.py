"""Opening an address in real browsers: from the desk to who agrees, with a key file that a browser saved and chose again."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line, Role
from tests.e2e.conftest import House
from tests.factories.helplines import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHRASE = "vijf woorden die goed houden"


def make_key(page: Page, folder: Path) -> Path:
    page.locator("[name=passphrase]").fill(PHRASE)
    page.locator("[name=again]").fill(PHRASE)
    page.locator("[name=sure]").check()
    with page.expect_download() as saved:
        page.locator("[name=step][value=make]").click()
    path = folder / "key.json"
    saved.value.save_as(path)
    return path


@pytest.mark.promise("E01", "E02", "D01")
def test_counsellor_asks_from_the_desk_and_the_administrator_opens(house: House, line: Line, tmp_path: Path) -> None:
    slug = line.organisation.slug
    office = house.signed_in(MembershipFactory(organisation=line.organisation, role=Role.ADMINISTRATOR).staff)
    office.goto(f"{house.origin}/keys/{slug}/")
    file = make_key(office, tmp_path)
    assert json.loads(file.read_text())["office"] == "administrator"
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    expect(counsellor.page.locator("#known-opening")).to_be_hidden()
    house.in_talk(line, visitor, counsellor)
    with counsellor.page.expect_popup() as opened:
        counsellor.page.locator("#known-opening a").click()
    asks = opened.value
    asks.locator("[name=ground]").select_option("danger-self")
    asks.locator("[name=discussed]").select_option("tried")
    asks.locator("[name=recipient]").select_option("emergency")
    asks.locator("[name=why]").fill("De bezoeker nam pillen.")
    asks.get_by_role("button", name="Vraag het").click()
    expect(asks.locator("h1")).to_have_text("Aanvraag om een adres te openen")

    office.goto(f"{house.origin}/opening/{slug}/")
    office.get_by_role("link", name="Aanvraag van").click()
    expect(office.locator("main")).to_contain_text("De bezoeker nam pillen.")
    office.locator("[name=file]").set_input_files(file)
    office.locator("[name=passphrase]").fill(PHRASE)
    office.locator("[name=sure]").check()
    office.get_by_role("button", name="Ga akkoord").click()
    expect(office.locator("main code").first).to_have_text("127.0.0.1")
    asks.reload()
    expect(asks.locator("main")).to_contain_text("Geopend")
    assert "127.0.0.1" not in asks.locator("main").inner_text()
    # After the minutes of the promise the page has it no longer.
    house.clock.shift(15 * 60 + 1)
    office.reload()
    expect(office.locator("main")).to_contain_text("Aanvraag om een adres te openen")
    assert "127.0.0.1" not in office.locator("main").inner_text()
