"""Every page and every step, looked at by axe in both languages: no violation."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Frame, Page, expect

from helplines.models import Line, Role
from tests.e2e.conftest import House, promise
from tests.e2e.people import Visitor, sign_in
from tests.factories.helplines import AgreementFactory, ClosureFactory, MembershipFactory, PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# `preload` would have axe fetch and write style sheets of its own, which our policy rightly stops.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}
LISTED = ("line", "policy", "branch", "staff", "closure", "extraopening", "emergencynumber", "membership", "invitation")
ADDED = ("branch", "invitation", "closure", "extraopening", "emergencynumber")


class Looked:
    """What axe found, by page and step; asked once at the end, so that one fault does not hide the next."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def at(self, name: str, place: Page | Frame) -> None:
        # A colour that is still changing is nobody's fault.
        place.evaluate("() => Promise.allSettled(document.getAnimations().map(change => change.finished))")
        results: Any = Axe().run(place, options={**RULES, "resultTypes": ["violations"]}).response
        assert results["passes"], "axe looked at nothing"
        faults = [
            f"{fault['id']}: {' '.join(str(target) for target in node['target'])} ({fault['help']})"
            for fault in results["violations"]
            for node in fault["nodes"]
        ]
        if faults:
            self.found[name] = faults


@pytest.fixture
def look() -> Iterator[Looked]:
    looked = Looked()
    yield looked
    assert looked.found == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_step_of_a_visitor_and_of_the_desk(house: House, line: Line, look: Looked, language: str) -> None:
    counsellor = house.counsellor(line, language, present=False)
    look.at("desk, away", counsellor.page)
    counsellor.page.locator("#preferences-open").click()
    look.at("desk, preferences", counsellor.page)
    counsellor.page.locator("[data-show-keys]").click()
    look.at("desk, keys", counsellor.page)
    counsellor.page.keyboard.press("Escape")
    visitor = house.visitor(line, language)
    look.at("closed", visitor.page)
    visitor.page.goto(f"{house.chat_page(line)}safe/")
    look.at("chat safely", visitor.page)
    house.expect_trouble("ERR_FAILED")
    visitor.page.route("**/visitor-talk.js", lambda route: route.abort())
    visitor.page.goto(house.chat_page(line))
    expect(visitor.part("old")).to_be_visible()
    look.at("does not start", visitor.page)
    visitor.page.close()
    counsellor.be("pause")
    look.at("desk, pause", counsellor.page)
    counsellor.be("present")
    look.at("desk, nobody waits", counsellor.page)

    page = house.someone(language).new_page()
    page.clock.install()
    page.goto(house.chat_page(line))
    visitor = Visitor(page)
    visitor.root.locator("details.rejoin summary").click()
    look.at("promise", page)
    visitor.press("start")
    visitor.at("questions")
    look.at("questions", page)
    page.clock.fast_forward(10 * 60_000 + 1000)
    expect(visitor.part("uncover")).to_be_visible()
    look.at("covered", page)
    visitor.press("uncover")
    page.clock.resume()
    visitor.answer(nickname="Robin", age="young", about="Thuis")
    visitor.at("waiting")
    look.at("waiting", visitor.page)
    counsellor.sees_waiting(1)
    look.at("desk, somebody waits", counsellor.page)
    counsellor.take()
    visitor.at("talk")
    look.at("talk, empty", visitor.page)
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.say("Dag")
    visitor.hears("Dag")
    visitor.root.locator(".step--talk .ticket summary").click()
    visitor.box.fill("e" * 4001)
    look.at("talk", visitor.page)
    look.at("desk, talk", counsellor.page)
    visitor.box.fill("")
    visitor.press("leave")
    look.at("leaving", visitor.page)
    visitor.root.locator("[data-confirm-no]").click()
    counsellor.pane.locator(".talk__end").click()
    look.at("desk, ending", counsellor.page)
    counsellor.page.locator('#end button[value="stay"]').click()

    busy = house.visitor(line, language)
    expect(busy.root.locator("[data-status]")).to_have_attribute("data-state", "busy")
    look.at("busy", busy.page)
    counsellor.end()
    look.at("desk, talk over", counsellor.page)
    expect(visitor.part("over-text")).to_be_visible()
    look.at("talk over", visitor.page)
    visitor.press("on")
    visitor.at("thanks")
    look.at("thanks", visitor.page)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_button_and_panel_on_a_site(house: House, line: Line, look: Looked, language: str) -> None:
    house.counsellor(line)
    visitor = house.widget(line, language)
    button = visitor.page.locator("chat-line .launcher:visible")
    expect(button).to_have_attribute("data-state", "open")
    look.at("button", visitor.page)
    button.click()
    visitor.at("promise")
    look.at("panel", visitor.page)
    look.at("frame", visitor.page.frames[-1])


@pytest.mark.parametrize("scheme", ["dark", "phone"])
def test_dark_and_narrow(house: House, line: Line, look: Looked, scheme: str) -> None:
    options: dict[str, Any] = (
        {"color_scheme": "dark"} if scheme == "dark" else {"viewport": {"width": 320, "height": 568}, "is_mobile": True}
    )
    counsellor = house.counsellor(line, **options)
    visitor = house.visitor(line, **options)
    visitor.page.goto(f"{house.chat_page(line)}safe/")
    look.at("chat safely", visitor.page)
    visitor.page.goto(house.chat_page(line))
    look.at("promise", visitor.page)
    house.in_talk(line, visitor, counsellor)
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.say("Dag")
    visitor.hears("Dag")
    look.at("talk", visitor.page)
    look.at("desk", counsellor.page)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_around_signing_in(house: House, line: Line, look: Looked, language: str) -> None:
    house.expect_trouble("404")
    page = house.someone(language).new_page()
    for name in ("landing", "account_login", "account_reset_password"):
        visit(page, house.origin + reverse(name))
        look.at(name, page)
    page.goto(f"{house.origin}/bestaat-niet/")
    look.at("404", page)
    member = MembershipFactory(organisation=line.organisation, role=Role.MANAGER)
    MembershipFactory(organisation=line.organisation, role=Role.COUNSELLOR, staff=member.staff)
    sign_in(page, house.origin, member.staff.username, password="wrong")
    look.at("wrong password", page)
    sign_in(page, house.origin, member.staff.username)
    page.wait_for_url("**/start/")
    PolicyFactory(organisation=line.organisation, line=line, values={"soft_minutes": 30})
    look.at("start", page)
    slugs = {"organisation": line.organisation.slug}
    for name, kwargs in (
        ("promises", slugs),
        ("agreement", slugs),
        ("account_change_password", {}),
        ("account_logout", {}),
    ):
        visit(page, house.origin + reverse(name, kwargs=kwargs))
        look.at(name, page)
    AgreementFactory(organisation=line.organisation)
    page.goto(house.origin + reverse("agreement", kwargs=slugs))
    look.at("agreement, not yet accepted", page)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_of_an_administrator(house: House, line: Line, look: Looked, language: str) -> None:
    organisation = line.organisation
    member = MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR)
    kept = {
        "organisation": organisation,
        "line": line,
        "closure": ClosureFactory(organisation=organisation),
        "membership": member,
        "policy": PolicyFactory(organisation=organisation, values=promise(queue=True)),
    }
    pages = {
        **{f"{name}, change": (f"helplines_{name}_change", [row.pk]) for name, row in kept.items()},
        **{f"{name}, list": (f"helplines_{name}_changelist", []) for name in LISTED},
        **{f"{name}, add": (f"helplines_{name}_add", []) for name in ADDED},
        "publish": ("helplines_policy_publish", [organisation.pk]),
        "publish for a line": ("helplines_policy_publish_line", [organisation.pk, line.pk]),
        "timetable": ("timetable", []),
        "holidays": ("holidays", []),
    }
    page = house.someone(language).new_page()
    sign_in(page, house.origin, member.staff.username)
    page.wait_for_url("**/admin/")
    look.at("index", page)
    for title, (name, args) in pages.items():
        visit(page, house.origin + reverse(f"admin:{name}", args=args))
        look.at(title, page)


def visit(page: Page, url: str) -> None:
    answer = page.goto(url)
    assert (url, answer and answer.status) == (url, 200)
