"""An auditor at work, by keyboard alone: from the start page to a file, with every page looked at, also on paper (G06)."""

import io
import os
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from helplines.models import Line, Role
from helplines.tenancy import across_organisations
from registration import tasks
from registration.file_words import KINDS
from registration.models import Download, Making, Published
from tests.e2e.conftest import House
from tests.e2e.looks import Looked
from tests.factories.helplines import MembershipFactory
from tests.registration import closed
from tests.registration.closed import LATER, closed_quarter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OVERFLOW = """() => [...document.querySelectorAll("svg")].flatMap(svg => [...svg.querySelectorAll("text")].filter(
    text => text.getBoundingClientRect().right > svg.getBoundingClientRect().right + 1).map(text => text.textContent))"""


@pytest.fixture
def at_work(house: House, line: Line, language: str) -> Page:
    with time_machine.travel(LATER, tick=False):
        closed_quarter(line.organisation)
    staff = MembershipFactory(organisation=line.organisation, role=Role.AUDITOR).staff
    return house.signed_in(staff, language)


def reached(page: Page, words: str) -> None:
    """Press Tab until what is focused has these words."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate("`${document.activeElement.name} ${document.activeElement.innerText}`"):
            return
    raise AssertionError(f"{words} cannot be reached with Tab")


@pytest.mark.promise("G06")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_auditor_reads_a_report_and_takes_it_along_by_keyboard(house: House, at_work: Page, language: str) -> None:
    page, looked = at_work, Looked(thorough=language == "nl")
    nl = language == "nl"
    page.goto(f"{house.origin}/start/?stay")
    reached(page, "Rapporten" if nl else "Reports")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/havenlicht/")
    looked.at("reports", page)

    page.locator("#span-contacts").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/havenlicht/of/contacts/**")
    page.goto(house.origin + reverse("report_of", args=["havenlicht", "contacts", "2026-Q1"]))
    expect(page.locator("svg.bars").first).to_be_visible()
    assert page.evaluate(OVERFLOW) == []
    looked.at("report_of", page)
    on_paper(page)

    reached(page, "Meenemen als bestand" if nl else "Take it along")
    page.keyboard.press("Enter")
    page.wait_for_url("**/take/")
    looked.at("take_report", page)
    reached(page, "purpose")
    page.keyboard.press("ArrowDown")
    reached(page, "bestand opslaan" if nl else "Save the file")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    with across_organisations():
        row = Download.objects.get()
    assert download.value.suggested_filename == f"{row.organisation.slug}-0001-contacts-2026-Q1.xlsx"

    page.goto(house.origin + reverse("report_files", args=["havenlicht"]))
    looked.at("report_files", page)
    page.get_by_role("link", name=f"{row.organisation.slug}-0001").click()
    page.wait_for_url("**/files/1/")
    looked.at("report_file", page)
    page.goto(house.origin + reverse("report_of", args=["havenlicht", "contacts", "2019"]))
    looked.at("report_of, nothing there", page)
    page.goto(house.origin + reverse("take_report", args=["havenlicht", "contacts", "2026-Q1"]))
    page.locator("main form .button").click()
    looked.at("take_report, nothing chosen", page)
    assert looked.found == {}


def on_paper(page: Page) -> None:
    """A4 in black and white: no button and no menu, and every bar and word is there. `SHOTS` keeps it as a PDF."""
    page.emulate_media(media="print")
    expect(page.locator(".report__doors")).to_be_hidden()
    expect(page.locator(".site-header")).to_be_hidden()
    colours = page.evaluate("[...document.querySelectorAll('.bars__bar')].map(bar => getComputedStyle(bar).fill)")
    assert set(colours) == {"rgb(77, 77, 77)"}
    if folder := os.environ.get("SHOTS"):
        page.pdf(path=str(Path(folder) / "report-on-paper.pdf"), prefer_css_page_size=True)
    page.emulate_media(media="screen")


@pytest.mark.parametrize("language", ["nl"])
def test_report_opens_by_itself_once_its_figures_are_ready(house: House, at_work: Page, language: str) -> None:
    page = at_work
    with across_organisations():
        held = list(Published.objects.filter(month=date(2026, 3, 1)))
        Published.objects.filter(month=date(2026, 3, 1)).delete()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("registration.tasks.fix_report.delay", lambda *given: None)
        page.goto(house.origin + reverse("report_of", args=["havenlicht", "contacts", "2026-Q1"]))
        expect(page.locator("progress")).to_have_attribute("value", "2")
        with across_organisations():
            Published.objects.bulk_create(held)
        expect(page.locator("svg.bars").first).to_be_visible(timeout=30_000)


# More groups than a PDF tells of while somebody waits, each large enough to be told.
MANY = {(f"subject{n:02}", region, age): 12 for n, region, age in product(range(60), ("east", "west"), ("0-11", "18-"))}


@pytest.fixture
def at_work_on_much(house: House, line: Line, language: str, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(closed, "GROUPS", MANY)
    with time_machine.travel(LATER, tick=False):
        closed_quarter(line.organisation)
    staff = MembershipFactory(organisation=line.organisation, role=Role.AUDITOR).staff
    return house.signed_in(staff, language)


def moves(bar: Locator) -> bool:
    """Whether two pictures of it, some moments apart, differ."""
    first = bar.screenshot()
    return any(bar.screenshot() != first for _look in range(20))


@pytest.mark.promise("G06")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_file_of_many_rows_shows_a_bar_while_its_job_makes_it_and_then_comes(
    house: House, at_work_on_much: Page, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, looked, nl = at_work_on_much, Looked(thorough=language == "nl"), language == "nl"
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks.make_file, "delay", lambda *given: sent.append(given))
    page.goto(house.origin + reverse("take_report", args=["havenlicht", "contacts", "2026-Q1"]))
    page.locator("[name=kind][value=pdf]").check()
    page.locator("[name=purpose]").select_option("annual")
    page.locator("main form .button").click()
    page.wait_for_url("**/files/1/")
    words, bar = page.locator("#making-words"), page.locator("#making progress")
    expect(words).to_have_text(
        "Stap 1 van 2: het bestand wacht op zijn beurt." if nl else "Step 1 of 2: the file waits for its turn."
    )
    assert moves(bar)
    looked.at("report_file, waiting", page)

    def seen_meanwhile(*given: Any) -> bytes:
        expect(words).to_have_text(
            "Stap 2 van 2: de pagina's worden opgemaakt." if nl else "Step 2 of 2: the pages are being set."
        )
        # How far that is nobody knows, so the bar does not say so: it has no value that could stand still.
        assert bar.evaluate("bar => [bar.position, bar.hasAttribute('value')]") == [-1, False]
        assert moves(bar)
        looked.at("report_file, in hand", page)
        return real.written(*given)

    real = KINDS["pdf"]
    monkeypatch.setitem(KINDS, "pdf", replace(real, written=seen_meanwhile))
    assert tasks.make_file.apply(args=sent[0]).successful()
    save = page.get_by_role("button", name="Het bestand opslaan" if nl else "Save the file")
    expect(save).to_be_visible()
    expect(bar).to_have_count(0)
    looked.at("report_file, made", page)
    with page.expect_download() as download:
        save.click()
    data = download.value.path().read_bytes()
    assert len(PdfReader(io.BytesIO(data)).pages) > 5
    with across_organisations():
        assert bytes(Making.objects.get().data) == data
    assert looked.found == {}
