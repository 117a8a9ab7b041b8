"""The whole talk on a telephone: nothing to the side of the screen, and the composer always in sight."""

import pytest
from playwright.sync_api import Frame, Page, expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.people import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "https://voorbeeld.example.org/" + "heel-lang-zonder-spatie" * 12
PHONES = [{"width": 390, "height": 844}, {"width": 320, "height": 568}]


def overflow(place: Page | Frame) -> list[str]:
    """What stands further to the right than the screen is wide."""
    found: list[str] = place.evaluate(
        """() => {
            const wide = document.documentElement.clientWidth;
            const hidden = box => !box.width || !box.height;
            return [...document.body.querySelectorAll("*")].filter(element => {
                const box = element.getBoundingClientRect();
                if (hidden(box) || element.closest(".visually-hidden, .skip-link")) return false;
                return box.right > wide + 1 || box.left < -1;
            }).map(element => `${element.tagName}.${element.className}`)
              .concat(document.documentElement.scrollWidth > wide ? ["the page itself"] : []);
        }"""
    )
    return found


def fits(visitor: Visitor) -> None:
    assert {frame.url: overflow(frame) for frame in visitor.page.frames} == {
        frame.url: [] for frame in visitor.page.frames
    }


def composer_in_sight(visitor: Visitor, height: int) -> None:
    box = visitor.box.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: str(phone["width"]))
@pytest.mark.parametrize("embedded", [True, False], ids=["on a site", "on its own"])
def test_whole_talk_fits(house: House, line: Line, phone: dict[str, int], embedded: bool) -> None:
    counsellor = house.counsellor(line)
    screen = {"viewport": phone, "has_touch": True, "is_mobile": True}
    visitor = house.widget(line, **screen) if embedded else house.visitor(line, **screen)
    if embedded:
        assert overflow(visitor.page.main_frame) == []
        visitor.page.locator("chat-line .launcher:visible").tap()
        panel = visitor.page.locator("chat-line .panel").bounding_box()
        assert panel == {"x": 0, "y": 0, **phone}
    visitor.at("promise")
    fits(visitor)
    visitor.press("start")
    visitor.at("questions")
    fits(visitor)
    visitor.answer(nickname="Robin met een tamelijk lange schuilnaam", about=LONG)
    visitor.at("waiting")
    fits(visitor)
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    for number in range(8):
        visitor.say(f"{number} {LONG}")
    counsellor.say("\n".join(f"regel {number}" for number in range(20)))
    visitor.box.fill("\n".join("lang" for _ in range(40)))
    fits(visitor)
    composer_in_sight(visitor, phone["height"])
    visitor.box.fill("")
    counsellor.end()
    expect(visitor.part("over-text")).to_be_in_viewport()
    expect(visitor.part("on")).to_be_in_viewport()
    fits(visitor)
    visitor.press("on")
    visitor.at("thanks")
    fits(visitor)


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: str(phone["width"]))
def test_desk_fits(house: House, line: Line, phone: dict[str, int]) -> None:
    counsellor = house.counsellor(line, viewport=phone, has_touch=True, is_mobile=True)
    assert overflow(counsellor.page) == []
    visitor = house.visitor(line)
    visitor.press("start")
    visitor.answer(nickname="Robin", about=LONG)
    counsellor.sees_waiting(1)
    assert overflow(counsellor.page) == []
    counsellor.take()
    visitor.at("talk")
    visitor.say(LONG)
    counsellor.hears(LONG)
    assert overflow(counsellor.page) == []
    expect(counsellor.box).to_be_in_viewport(ratio=1)
    for view in ("known", "talks", "talk"):
        counsellor.page.locator(f'#bar [data-view="{view}"]').tap()
        assert overflow(counsellor.page) == []


WIDTHS = [(320, 568), (390, 844), (768, 1024), (1440, 900)]
LOOKS: list[dict[str, str]] = [
    {"color_scheme": "light", "forced_colors": "none"},
    {"color_scheme": "dark", "forced_colors": "none"},
    {"color_scheme": "light", "forced_colors": "active"},
]
# The way out that is on top of everything else, if it can be tapped where it stands: its width, height, and whether it is seen.
WAY_OUT = """() => {
    const place = document.querySelector("dialog[open]") ?? document.querySelector("[data-bar]");
    const button = place.querySelector("[data-exit]");
    const box = button.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const style = getComputedStyle(button);
    return {
        reached: button.contains(document.elementFromPoint(x, y)),
        inside: box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1,
        large: box.width >= 44 && box.height >= 44,
        seen: style.color !== style.backgroundColor || style.borderTopStyle !== "none",
    };
}"""


def look_everywhere(page: Page, step: str) -> dict[str, object]:
    """What is wrong with one step, by width and look."""
    found: dict[str, object] = {}
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        wrong = [*overflow(page)]
        for look in LOOKS:
            page.emulate_media(**look)  # type: ignore[arg-type]
            way = page.evaluate(WAY_OUT)
            wrong += [f"the way out is not {name} ({look})" for name, good in way.items() if not good]
        if wrong:
            found[f"{step} at {width}"] = wrong
    page.emulate_media(color_scheme="light", forced_colors="none")
    return found


@pytest.mark.promise("A11", "A15")
def test_every_step_fits_every_width_and_the_way_out_is_in_reach(house: House, line: Line) -> None:
    counsellor = house.counsellor(line, present=False)
    visitor = house.visitor(line)
    page = visitor.page
    wrong = look_everywhere(page, "closed")
    counsellor.be("present")
    house.forget_statuses()
    page.goto(f"{house.chat_page(line)}safe/")
    wrong |= look_everywhere(page, "safe")
    page.goto(house.chat_page(line))
    wrong |= look_everywhere(page, "promise")
    visitor.press("start")
    wrong |= look_everywhere(page, "questions")
    visitor.answer(nickname="Robin met een tamelijk lange schuilnaam", about=LONG)
    visitor.at("waiting")
    wrong |= look_everywhere(page, "waiting")
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    visitor.say(LONG)
    wrong |= look_everywhere(page, "talk")
    visitor.press("leave")
    wrong |= look_everywhere(page, "asked")
    visitor.root.locator("[data-confirm-yes]").click()
    visitor.at("thanks")
    wrong |= look_everywhere(page, "thanks")
    assert wrong == {}
