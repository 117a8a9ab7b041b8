"""What a visitor says of the help: on the last screen of a talk, with a receipt code, and when something did not work."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from complaints import feedback
from complaints.models import Report
from helplines.models import Line, Role
from helplines.tenancy import inside
from privacy import shuffled
from tests.e2e.conftest import House
from tests.e2e.looks import Looked
from tests.factories.complaints import ProcedureFactory, received
from tests.factories.helplines import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["nl", "en"]
CODE = re.compile(r"[0-9A-Z]{5}(-[0-9A-Z]{5}){3}")


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Iterator[Looked]:
    looked = Looked(thorough=request.getfixturevalue("language") == "nl")
    yield looked
    assert looked.found == {}


def waiting(line: Line) -> int:
    return shuffled.waiting(line.organisation_id, feedback.STORE)


@pytest.mark.promise("I01")
@pytest.mark.parametrize("language", LANGUAGES)
def test_feedback_on_the_last_screen(house: House, line: Line, look: Looked, language: str) -> None:
    counsellor = house.counsellor(line)
    visitor = house.visitor(line, language)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    house.in_talk(line, visitor, counsellor)
    code = visitor.held["code"] if visitor.held else "?"
    counsellor.end()
    visitor.press("on")
    visitor.at("thanks")
    assert [url for url in asked if "feedback/" in url] == []
    visitor.page.locator("[data-feedback-open]").click()
    form = visitor.page.locator("[data-feedback-form]")
    expect(form).to_be_visible()
    look.at("thanks, with the questions", visitor.page)
    form.locator("input[type=radio]").first.check()
    form.locator("button").click()
    expect(visitor.page.locator("[data-feedback-done]")).to_be_visible()
    look.at("thanks, answered", visitor.page)
    sent = [one for one in asked if "feedback/" in one]
    assert (len(sent), [one for one in sent if code in one], waiting(line)) == (2, [], 1)
    visitor.press("restart")
    visitor.at("promise")
    expect(form).to_have_count(0)


@pytest.mark.promise("I01")
def test_feedback_never_holds_up_who_goes(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    visitor = house.visitor(line, "en")
    house.in_talk(line, visitor, counsellor)
    counsellor.end()
    visitor.press("on")
    visitor.at("thanks")
    visitor.page.locator("[data-feedback-open]").click()
    expect(visitor.page.locator("[data-feedback-form]")).to_be_visible()
    visitor.press("restart")
    visitor.at("promise")
    assert waiting(line) == 0


@pytest.mark.promise("I03", "I04", "I05")
@pytest.mark.parametrize("language", LANGUAGES)
def test_report_with_a_receipt(house: House, line: Line, look: Looked, language: str) -> None:
    ProcedureFactory(organisation=line.organisation)
    page = house.someone(language).new_page()
    page.goto(f"{house.origin}/havenlicht/complaints/?line={line.slug}")
    look.at("complaints", page)
    page.locator("form button").click()
    look.at("complaints, nothing filled in", page)
    page.locator('[name="kind"][value="complaint"]').check()
    page.locator('[name="text"]').fill("Het gesprek viel weg.")
    page.locator('[name="answer"][value="yes"]').check()
    page.locator('[name="contact"]').fill("somebody@example.org")
    page.locator("form button").click()
    code = page.locator(".receipt code").inner_text()
    assert CODE.fullmatch(code)
    look.at("receipt, shown once", page)
    page.goto(f"{house.origin}/havenlicht/complaints/receipt/")
    look.at("receipt, to fill in", page)
    show_report(page, code)
    expect(page.get_by_text("Het gesprek viel weg.")).to_be_visible()
    look.at("report of a sender", page)
    page.locator('form:has(input[value="withdraw"]) button').click()
    expect(page.locator("p.notice")).to_be_visible()
    with inside(line.organisation):
        assert Report.objects.get().contact is None
    page.locator('form:has(input[value="delete"]) button').click()
    look.at("report, really to erase", page)
    page.locator('form:has(input[value="delete"]) button').click()
    look.at("report, gone", page)
    with inside(line.organisation):
        assert Report.objects.count() == 0
    assert (code in page.url, page.context.cookies()) == (False, [])


def show_report(page: Page, code: str) -> None:
    page.locator('[name="code"]').fill(code.lower())
    page.locator("form button").click()


@pytest.mark.promise("I06")
@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_with_a_check_that_was_asked_for(house: House, line: Line, look: Looked, language: str) -> None:
    page = house.someone(language).new_page()
    page.goto(f"{house.origin}/havenlicht/complaints/fault/?line={line.slug}")
    assert page.locator('[name="day"]').input_value() != ""
    page.locator("[data-look]").click()
    expect(page.locator("[data-found] li")).to_have_count(4)
    look.at("fault, with the check", page)
    page.locator('[name="text"]').fill("Wit scherm.")
    page.locator("form .step__actions button").click()
    look.at("fault, sent", page)
    page.goto(f"{house.origin}/havenlicht/complaints/feedback/?line={line.slug}")
    look.at("feedback, as a page", page)
    manager = MembershipFactory(organisation=line.organisation, role=Role.MANAGER).staff
    staff = house.signed_in(manager, language)
    staff.goto(f"{house.origin}/handling/havenlicht/faults/")
    expect(staff.get_by_text("Wit scherm.")).to_be_visible()
    found = {"nl": "De snelle verbinding: werkt", "en": "The fast connection (WebSocket): works"}
    expect(staff.get_by_text(found[language])).to_be_visible()
    look.at("faults, one of them", staff)


@pytest.mark.promise("I02")
@pytest.mark.parametrize("language", LANGUAGES)
def test_handler_answers_and_closes(house: House, line: Line, look: Looked, language: str) -> None:
    report, receipt = received(line.organisation, contact="somebody@example.org")
    received(line.organisation, kind="compliment")
    manager = MembershipFactory(organisation=line.organisation, role=Role.MANAGER).staff
    page = house.signed_in(manager, language)
    page.goto(f"{house.origin}/handling/havenlicht/")
    expect(page.locator("#list tbody tr")).to_have_count(2)
    look.at("reports", page)
    page.locator("#list-kind").select_option("compliment")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.goto(f"{house.origin}/handling/havenlicht/report/{report.code}/")
    look.at("report, new", page)
    page.locator('form:has(input[value="take"]) button').click()
    page.locator('[name="text"]').fill("Het spijt ons.")
    page.locator('button[value="answer"]').click()
    look.at("report, answered", page)
    sender = house.someone(language).new_page()
    sender.goto(f"{house.origin}/havenlicht/complaints/receipt/")
    show_report(sender, receipt)
    expect(sender.get_by_text("Het spijt ons.")).to_be_visible()
    look.at("answer, as its sender reads it", sender)
    page.locator('[name="outcome"]').select_option("founded")
    page.locator('[name="summary"]').fill("Een gesprek viel weg.")
    page.locator('form:has(input[value="close"]) button').click()
    expect(page.get_by_text("Een gesprek viel weg.")).to_be_visible()
    expect(page.get_by_text("Het spijt ons.")).to_have_count(0)
    look.at("report, closed", page)


@pytest.mark.promise("N01", "N02")
@pytest.mark.parametrize("language", LANGUAGES)
def test_request_about_data(house: House, line: Line, look: Looked, language: str) -> None:
    page = house.someone(language).new_page()
    page.goto(f"{house.origin}/havenlicht/rights/?line={line.slug}")
    look.at("rights", page)
    page.locator("form button").click()
    look.at("rights, nothing filled in", page)
    page.locator('[name="right"][value="access"]').check()
    page.locator('[name="text"]').fill("Wat bewaren jullie van mij?")
    page.locator('[name="contact"]').fill("somebody@example.org")
    page.locator("form button").click()
    look.at("rights, asked", page)
    officer = MembershipFactory(organisation=line.organisation, role=Role.DPO).staff
    staff = house.signed_in(officer, language)
    staff.goto(f"{house.origin}/handling/havenlicht/rights/")
    look.at("register of requests about data, one in it", staff)
    staff.locator("tbody a").click()
    expect(staff.get_by_text("Wat bewaren jullie van mij?")).to_be_visible()
    look.at("request about data, new", staff)
    staff.locator('[name="made"]').select_option("known")
    staff.locator('form:has(input[value="check"]) button').click()
    staff.locator('[name="ending"]').select_option("granted")
    staff.locator('[name="note"]').fill("Een kopie gestuurd.")
    staff.locator('form:has(input[value="end"]) button').click()
    expect(staff.get_by_text("Een kopie gestuurd.")).to_be_visible()
    look.at("request about data, over", staff)
