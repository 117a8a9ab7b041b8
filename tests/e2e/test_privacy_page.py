"""The public privacy statement of a line, in all its versions, and the way from there to one's rights (N03, N04, N06)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.looks import Looked
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["nl", "en"]
DAY = timedelta(days=1)


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Iterator[Looked]:
    looked = Looked(thorough=request.getfixturevalue("language") == "nl")
    yield looked
    assert looked.found == {}


@pytest.mark.promise("N03", "N04", "N06")
@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_statement_with_its_versions(house: House, line: Line, look: Looked, language: str) -> None:
    organisation = line.organisation
    organisation.dpo_email, organisation.provider = "officer@example.org", "Rekenhuis"
    organisation.register_number, organisation.address = "0000.000.000", "Kade 1\n9999 Noordveld"
    organisation.save()
    for at in (-30 * DAY, -DAY, 9 * DAY):
        PolicyFactory(organisation=organisation, valid_from=timezone.now() + at)
    page = house.someone(language).new_page()
    page.goto(f"{house.origin}/havenlicht/{line.slug}/privacy/?lang={language}")
    expect(page.locator("main h1")).to_be_visible()
    expect(page.get_by_text("officer@example.org")).to_be_visible()
    look.at("privacy statement", page)
    versions = page.locator('main a[href*="version="]')
    assert versions.count() >= 3
    versions.last.click()
    expect(page.locator("main .notice")).to_be_visible()
    look.at("privacy statement, an older version", page)
    page.locator("main .notice a").click()
    versions.first.click()
    expect(page.locator("main .notice")).to_be_visible()
    look.at("privacy statement, a version that comes", page)
    page.locator('main a[href*="/rights/"]').click()
    expect(page.locator("form")).to_be_visible()
    assert page.context.cookies() == []
