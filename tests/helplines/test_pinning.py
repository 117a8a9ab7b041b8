"""A site fixes the bytes of the button: its tag says what they are, the address keeps them, and nothing else is served there."""

import re
from base64 import b64encode
from hashlib import sha384
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from helplines import embedding, pinning, sitecheck
from helplines.sitecheck import Fetched
from tests.helplines.admin_rooms import House, house, signed_in
from tests.helplines.test_embedding import SITE, allow, page

pytestmark = pytest.mark.django_db
OURS = "http://127.0.0.1:8000"
EARLIER = b"/* the button of last year */"


@pytest.fixture
def ours() -> House:
    made = house("Ours")
    allow(made.line, [SITE])
    return made


@pytest.fixture
def kept(tmp_path: Path, settings: Any) -> str:
    """The version of an earlier release that `collectstatic` left."""
    settings.STATIC_ROOT = tmp_path
    version = pinning.version_of(EARLIER)
    pinning.place(version).parent.mkdir()
    pinning.place(version).write_bytes(EARLIER)
    return version


def served(version: str) -> Any:
    return Client().get(f"/embed-{version}.js")


def test_tag_on_the_page_fixes_the_bytes_that_are_served(ours: House) -> None:
    words = unescape(signed_in(ours.admin).get(page(ours)).content.decode())
    found = re.search(rf'src="{OURS}(/embed-[0-9a-f]+\.js)" integrity="(sha384-[^"]+)" crossorigin="anonymous"', words)
    assert found is not None
    answer = Client().get(found[1])
    assert f"sha384-{b64encode(sha384(answer.content).digest()).decode()}" == found[2]
    assert answer.content == Client().get("/launcher.js").content
    assert (answer["Access-Control-Allow-Origin"], answer["Cache-Control"], answer["Content-Type"]) == (
        "*", "public, max-age=31536000, immutable", "text/javascript; charset=utf-8",
    )  # fmt: skip
    assert f'<script async src="{OURS}/embed.js" data-line=' in words


def test_version_of_an_earlier_release_answers_while_its_file_is_there(kept: str) -> None:
    assert (served(kept).status_code, served(kept).content) == (200, EARLIER)
    pinning.place(kept).unlink()
    answer = served(kept)
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")


def test_file_that_was_changed_is_not_served(kept: str) -> None:
    pinning.place(kept).write_bytes(EARLIER + b" ")
    assert served(kept).status_code == 404


@pytest.mark.parametrize("version", ["0123456789abcdef", "0", "embed", "A" * 16, "-"])
def test_what_was_never_a_version_is_not_there(kept: str, version: str) -> None:
    pinning.place(version).write_bytes(EARLIER)
    assert served(version).status_code == 404


@pytest.mark.parametrize(("which", "is_right"), [("now", True), ("earlier", True), ("gone", False)])
def test_look_at_a_page_says_what_its_fixed_tag_brings(
    ours: House, kept: str, monkeypatch: pytest.MonkeyPatch, which: str, is_right: bool
) -> None:
    versions = {"now": pinning.version_of(pinning.button()), "earlier": kept, "gone": "0123456789abcdef"}
    name = f"{ours.organisation.slug}/{ours.line.slug}"
    body = embedding.pinned_tag(OURS, name, "nl", "Chat", version=versions[which], integrity="sha384-x")
    monkeypatch.setattr(sitecheck, "fetched", lambda url: Fetched(200, [], body))
    answer = signed_in(ours.admin).post(page(ours), {"step": "look", "url": f"{SITE}/help/"})
    about = [entry for entry in answer.context["findings"] if "fixed tag" in entry[1]]
    assert [right for right, _words in about] == [is_right]
    assert answer.context["findings"][0][0] is True  # the tag stands in the page


def test_fixed_tags_of_a_page_are_ours_alone() -> None:
    tags = [embedding.pinned_tag(OURS, "a/b", "nl", "x", version=one, integrity="x") for one in ("2" * 16, "1" * 16)]
    others = '<script src="https://elsewhere.example.org/embed-3.js"></script><script src="/embed-4.js"></script>'
    assert embedding.pins("".join([*tags, others]), OURS) == ["1" * 16, "2" * 16]
    assert embedding.pins(embedding.tag(OURS, "a/b", "nl"), OURS) == []
