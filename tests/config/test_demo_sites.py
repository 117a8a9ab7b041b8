"""The example pages: on their own origin only, strict, and with nothing of ours but the one tag."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import clear_url_caches, include, path

from config import urls
from config.demo import seed
from config.demo.middleware import OneOrigin

PAGE = "/demo/caw/caw-online/"
FOUR = "/demo/integra/integra-chat/"
SITE = {"HTTP_HOST": "localhost:8000"}

urlpatterns = [path("demo/", include("config.demo.urls")), *urls.urlpatterns]
pytestmark = [pytest.mark.urls("tests.config.test_demo_sites"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def demo(db: None, settings: Any) -> Iterator[None]:
    settings.DEMO, settings.DEMO_SITE_ORIGIN = True, "http://localhost:8000"
    seed.sow()
    yield
    clear_url_caches()


def test_page_holds_one_script_from_our_origin_and_a_plain_link(client: Client) -> None:
    found = client.get(PAGE, **SITE)
    words = found.content.decode()
    assert found.status_code == 200
    assert re.findall(r"<script[^>]*>", words) == [
        '<script async src="http://127.0.0.1:8000/embed.js" data-line="caw/caw-online" data-lang="nl" '
        'referrerpolicy="no-referrer">'
    ]
    assert 'href="http://127.0.0.1:8000/caw/caw-online/?lang=nl"' in words


def test_page_is_as_strict_as_an_organisation_can_be(client: Client) -> None:
    assert client.get(PAGE, **SITE).headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src http://127.0.0.1:8000; frame-src http://127.0.0.1:8000; "
        "connect-src http://127.0.0.1:8000; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
    )


def test_page_has_no_inline_script_or_style_and_no_third_party(client: Client) -> None:
    words = client.get(PAGE, **SITE).content.decode()
    assert re.findall(r"<style| style=| on[a-z]+=|<script>", words) == []
    assert set(re.findall(r"https?://[^/\"]+", words)) == {"http://127.0.0.1:8000"}


def test_page_sets_no_cookie(client: Client) -> None:
    assert dict(client.get(PAGE, **SITE).cookies) == {}


@pytest.mark.parametrize(
    ("page", "asked", "spoken"),
    [
        (PAGE, "nl", "nl"),
        (PAGE, "en", "en"),
        (PAGE, "xx", "nl"),
        (PAGE, "fr", "nl"),
        (FOUR, "fr", "fr"),
        (FOUR, "de", "de"),
    ],
)
def test_page_speaks_the_languages_of_its_line(client: Client, page: str, asked: str, spoken: str) -> None:
    words = client.get(f"{page}?lang={asked}", **SITE).content.decode()
    assert (f'<html lang="{spoken}">' in words, f'data-lang="{spoken}"' in words) == (True, True)


def test_page_on_our_own_origin_leads_to_the_other(client: Client) -> None:
    found = client.get(PAGE, HTTP_HOST="127.0.0.1:8000")
    assert (found.status_code, found.headers["Location"]) == (302, f"http://localhost:8000{PAGE}")


@pytest.mark.parametrize("line", ["caw/nope", "ombuds/caw-online", "luisterlijn/luisterlijn-telefoon"])
def test_page_of_what_is_no_chat_line_does_not_exist(client: Client, line: str) -> None:
    assert client.get(f"/demo/{line}/", **SITE).status_code == 404


def test_front_page_lists_every_example(client: Client) -> None:
    words = client.get("/").content.decode()
    assert words.count("http://localhost:8000/demo/") == 6


def test_front_page_of_a_real_installation_lists_nobody(client: Client, settings: Any) -> None:
    settings.DEMO = False
    found = client.get("/")
    assert (found.status_code, found.content.decode().count("/demo/")) == (200, 0)


@pytest.mark.parametrize(
    ("host", "method", "address", "status"),
    [
        ("localhost:8000", "get", "/desk/?x=1", 302),
        ("localhost:8000", "get", PAGE, 200),
        ("localhost:8000", "get", "/static/demo/site.css", 200),
        ("localhost:8000", "post", "/account/login/", 200),
        ("127.0.0.1:8000", "get", "/desk/", 200),
    ],
)
def test_who_typed_localhost_is_led_to_our_own_address(host: str, method: str, address: str, status: int) -> None:
    def inner(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    found = OneOrigin(inner)(getattr(RequestFactory(), method)(address, HTTP_HOST=host))
    assert found.status_code == status
    if status == 302:
        assert found.headers["Location"] == f"http://127.0.0.1:8000{address}"
