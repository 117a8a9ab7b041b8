"""What somebody reads when it went wrong: plain words, the right status, and nothing of what happened inside."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config import urls, views

SECRET = "what a visitor wrote"
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


def fails(request: HttpRequest, kind: str) -> HttpResponse:
    raise {"400": SuspiciousOperation, "403": PermissionDenied, "500": RuntimeError}[kind](SECRET)


urlpatterns = [path("fails/<str:kind>/", fails), *urls.urlpatterns]
pytestmark = [pytest.mark.urls("tests.config.test_views"), pytest.mark.django_db]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("400", "The page could not read this"),
        ("403", "You cannot open this page"),
        ("500", "Something went wrong on our side"),
    ],
)
def test_error_is_told_in_plain_words(visitor: Client, kind: str, words: str) -> None:
    found = visitor.get(f"/fails/{kind}/")
    text = found.content.decode()
    assert (found.status_code, f"<h1>{words}</h1>" in text) == (int(kind), True)
    assert [part for part in (SECRET, "Traceback", "RuntimeError", "fails") if part in text] == []


def test_address_that_does_not_exist_is_not_repeated(visitor: Client) -> None:
    found = visitor.get("/there/is/no/such-organisation/")
    assert (found.status_code, "such-organisation" in found.content.decode()) == (404, False)


def test_form_from_elsewhere_is_refused_in_plain_words(settings: Any) -> None:
    found = Client(enforce_csrf_checks=True, headers={"accept-language": "en"}).post("/account/login/", {"login": "x"})
    assert (found.status_code, "The page was open too long" in found.content.decode()) == (403, True)


def test_broken_page_needs_neither_session_nor_user() -> None:
    assert views.broken(HttpRequest()).status_code == 500


@pytest.mark.parametrize("address", ["/", "/nowhere/at/all/"])
def test_pages_of_ours_carry_the_strict_policy(visitor: Client, address: str) -> None:
    policy = visitor.get(address).headers["Content-Security-Policy"]
    assert ("default-src 'none'" in policy, "unsafe" in policy) == (True, False)


def test_front_page_is_read_only(visitor: Client) -> None:
    assert visitor.post("/").status_code == 405
