"""The page that shows what works on a device and what is blocked."""

import re

import pytest
from django.urls import reverse

from chat.models import Conversation
from chat.strings import check, safety
from helplines.tenancy import across_organisations
from tests.chat.loaded import STATIC
from tests.factories.chat import staffed_line

pytestmark = pytest.mark.django_db
NAMES = {"script", "browser", "pages", "socket", "poll", "storage", "clock"}


@pytest.fixture
def line():
    return staffed_line()[0]


def of(line):
    return reverse("check", kwargs={"organisation": line.organisation.slug, "line": line.slug})


@pytest.mark.promise("A14")
def test_page_looks_at_everything_and_keeps_nothing(client, line):
    page = client.get(of(line))
    text = page.content.decode()
    assert set(re.findall(r'data-check="(\w+)"', text)) == NAMES
    assert text.count('data-state="checking"') == len(NAMES)
    assert page["Cache-Control"] == "no-store"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page.cookies == {}
    with across_organisations():
        assert Conversation.objects.count() == 0


def test_page_of_a_line_that_is_not_there_is_not_there(client, line):
    assert client.get(f"/{line.organisation.slug}/nowhere/check/").status_code == 404


def test_title_tells_nothing_where_the_line_wants_so(client, line):
    line.neutral_title = True
    line.save()
    title = re.search(r"<title>(.*)</title>", client.get(of(line), headers={"accept-language": "en"}).content.decode())
    assert title is not None
    assert title[1] in {"Information", "Informatie"}


def test_chat_leads_to_the_page(client, line):
    page = client.get(reverse("chat", kwargs={"organisation": line.organisation.slug, "line": line.slug}))
    links = re.findall(rf'href="{of(line)}\?lang=\w+" target="_blank" rel="noopener"', page.content.decode())
    assert len(links) == 3


def test_script_uses_exactly_the_keys_of_the_table():
    used = set(re.findall(r"\bstrings\.(\w+)", (STATIC / "check.js").read_text()))
    assert used | set(safety.strings()) == set(check.strings())
    assert set(check.strings()["marks"]) == {"checking", "works", "care", "blocked"}
