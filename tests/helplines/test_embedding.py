"""The button on an organisation's own site: where it was seen, and what a page and its policy say."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from helplines import embedding, sightings, sitecheck
from helplines.models import Line
from helplines.sitecheck import Fetched, NotFetched
from helplines.tenancy import across_organisations
from tests.helplines.admin_rooms import House, house, signed_in

pytestmark = pytest.mark.django_db
SITE, OURS = "https://www.example.org", "http://127.0.0.1:8000"
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def forgotten() -> None:
    sightings.forget()


@pytest.fixture
def ours() -> House:
    made = house("Ours")
    allow(made.line, [SITE, "https://other.example.org"])
    return made


def allow(line: Line, sites: list[str]) -> None:
    with across_organisations():
        line.origins = sites
        line.save()


def ask(line: Line, origin: str | None) -> Any:
    headers = {"origin": origin} if origin is not None else {}
    answer = Client(headers=headers).get(f"/{line.organisation.slug}/{line.slug}/status.json")
    assert answer.status_code == 200
    return answer


def page(ours: House) -> str:
    return reverse("admin:embedding", args=[ours.organisation.pk, ours.line.pk])


# Where it was seen


@time_machine.travel(NOON, tick=False)
def test_site_of_the_line_is_seen_in_its_minute(ours):
    ask(ours.line, SITE)
    assert sightings.sightings(ours.line) == [(SITE, NOON), ("https://other.example.org", None)]
    assert sightings.strangers(ours.line) == []


def test_site_is_forgotten_after_a_week(ours, monkeypatch):
    kept = {}
    monkeypatch.setattr(cache, "set", lambda key, value, lifetime: kept.update({key: lifetime}))
    ask(ours.line, SITE)
    ask(ours.line, "https://stranger.example.org")
    assert sorted(kept.values()) == [sightings.DAY, sightings.WEEK]
    assert all(f":{ours.organisation.pk}:{ours.line.pk}" in key for key in kept)


def test_other_site_is_known_by_its_host_alone_and_counted_by_the_minute(ours):
    with time_machine.travel(NOON, tick=False) as clock:
        for _again in range(3):
            ask(ours.line, "https://stranger.example.org:8443")
        clock.shift(60)
        ask(ours.line, "https://stranger.example.org:8443")
        assert sightings.strangers(ours.line) == [("stranger.example.org", 2, NOON + dt.timedelta(minutes=1))]


def test_of_many_other_sites_the_last_few_are_kept(ours):
    for number in range(20):
        ask(ours.line, f"https://site{number}.example.org")
    hosts = [entry.host for entry in sightings.strangers(ours.line)]
    assert hosts == [f"site{number}.example.org" for number in range(19, 14, -1)]


@pytest.mark.parametrize("origin", [None, "", "null", "file://", OURS, "https://" + "a" * 200, "https://<b>.org", "x"])
def test_what_is_no_site_is_not_noted(ours, origin):
    ask(ours.line, origin)
    assert (sightings.strangers(ours.line), [entry.at for entry in sightings.sightings(ours.line)]) == (
        [],
        [None, None],
    )


@time_machine.travel(NOON, tick=False)
def test_site_that_asks_all_the_time_is_written_once_a_minute(ours, monkeypatch):
    writes = []
    monkeypatch.setattr(cache, "set", lambda *given: writes.append(given))
    for _again in range(50):
        ask(ours.line, SITE)
    assert len(writes) == 1


@pytest.mark.promise("O10")
def test_sightings_are_of_one_line_alone(ours):
    theirs = house("Theirs")
    allow(theirs.line, [SITE])
    ask(ours.line, SITE)
    assert [entry.at for entry in sightings.sightings(theirs.line)] == [None]


# What a page says


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (embedding.tag(OURS, "ours/line", "nl"), (True, [], [])),
        ('<chat-line line="ours/line" lang="nl"></chat-line>', (True, [], [])),
        (embedding.tag(OURS, "ours/other", "nl"), (False, ["ours/other"], [])),
        ("<p>&lt;script src='x'&gt; ours/line</p>", (False, [], [])),
        ('<script src="https://elsewhere.example.org/embed.js" data-line="ours/line"></script>', (False, [], [])),
        ("<script" * 5000, (False, [], [])),
    ],
)
def test_tag_is_found_in_a_page(body, expected):
    assert embedding.examine(body, [], origin=OURS, name="ours/line", site=SITE) == expected


@pytest.mark.parametrize(
    ("policy", "shut"),
    [
        ("", []),
        (f"script-src {OURS}; frame-src {OURS}; connect-src {OURS}; default-src 'none'", []),
        ("default-src *", []),
        ("default-src 'none'", ["script-src", "frame-src", "connect-src"]),
        (f"default-src 'self'; script-src {OURS}", ["frame-src", "connect-src"]),
        (f"default-src {OURS}; child-src 'none'", ["frame-src"]),
        (f"default-src {OURS}, connect-src 'none'", ["connect-src"]),
        ("SCRIPT-SRC 'self'; img-src *", ["script-src"]),
    ],
)
def test_policy_of_a_site_lets_us_in_or_not(policy, shut):
    assert embedding.examine("", [policy], origin=OURS, name="a/b", site=SITE).shut == shut


def test_policy_in_the_page_counts_too():
    meta = "<meta http-equiv='Content-Security-Policy' content=\"frame-src 'none'\">"
    assert embedding.examine(meta, [], origin=OURS, name="a/b", site=SITE).shut == ["frame-src"]


# The pages


def test_page_shows_the_tag_as_text_and_where_it_was_seen(ours):
    ask(ours.line, SITE)
    ask(ours.line, "https://stranger.example.org")
    words = signed_in(ours.admin).get(page(ours)).content.decode()
    assert f"data-line=&quot;{ours.organisation.slug}/{ours.line.slug}&quot;" in words
    assert ("stranger.example.org" in words, words.count("not seen in the last week")) == (True, 1)
    assert f"frame-src {OURS};" in words


def test_sites_are_kept_from_here_too(ours):
    signed_in(ours.admin).post(page(ours), {"step": "sites", "origins": "https://new.example.org/\n"})
    with across_organisations():
        assert Line.objects.get(pk=ours.line.pk).origins == ["https://new.example.org"]


def test_site_that_is_none_is_refused_beside_the_field_and_kept_in_it(ours):
    answer = signed_in(ours.admin).post(page(ours), {"step": "sites", "origins": "www.example.org/chat"})
    assert (list(answer.context["sites"].errors), "www.example.org/chat</textarea>" in answer.content.decode()) == (
        ["origins"], True,
    )  # fmt: skip


@pytest.mark.promise("O10")
def test_button_of_a_foreign_line_is_not_there(ours):
    theirs, client = house("Theirs"), signed_in(ours.admin)
    mixed = reverse("admin:embedding", args=[ours.organisation.pk, theirs.line.pk])
    sent = {"step": "sites", "origins": "https://evil.example.org"}
    assert [client.post(address, sent).status_code for address in (page(theirs), mixed)] == [404, 404]
    assert theirs.mark not in client.get(reverse("admin:embedding_lines")).content.decode()
    with across_organisations():
        assert Line.objects.get(pk=theirs.line.pk).origins == []


def looked_at(ours: House, monkeypatch: pytest.MonkeyPatch, fetched: Any, url: str = f"{SITE}/help/") -> Any:
    monkeypatch.setattr(sitecheck, "fetched", fetched)
    return signed_in(ours.admin).post(page(ours), {"step": "look", "url": url})


def test_page_of_the_site_is_looked_at(ours, monkeypatch):
    body = embedding.tag(OURS, f"{ours.organisation.slug}/{ours.line.slug}", "nl")
    found = looked_at(ours, monkeypatch, lambda url: Fetched(200, ["default-src 'none'"], body)).context["findings"]
    assert [is_right for is_right, _words in found] == [True, False, False, False]


def test_page_that_cannot_be_fetched_says_so_beside_the_field(ours, monkeypatch):
    errors = looked_at(ours, monkeypatch, sitecheck.no_page).context["form"].errors
    assert errors == {
        "url": [
            "We could not get this page within 5 seconds. Open it yourself, and see above whether the button was seen."
        ]
    }


def test_site_is_not_asked_again_at_once(ours, monkeypatch):
    asked = []

    def fetched(url: str) -> Fetched:
        asked.append(url)
        return Fetched(301, [], "")

    assert looked_at(ours, monkeypatch, fetched).context["findings"][0][0] is False
    assert looked_at(ours, monkeypatch, fetched).context["form"].errors == {
        "url": ["Wait a few seconds and try again."]
    }
    assert len(asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example.org/", "http://www.example.org/", "https://www.example.org:8443/",
        "https://robin@www.example.org/", "https://www.example.org.evil.example/", "https://127.0.0.1/",
        "https://www.example.org\\@evil.example/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_only_a_page_on_a_site_of_the_line_is_fetched(url):
    asked: list[str] = []
    with pytest.raises(NotFetched) as refusal:
        sitecheck.page_of(url, [SITE], lambda address: asked.append(address) or Fetched(200, [], ""))
    assert (refusal.value.code, asked) == ("not_allowed", [])


@pytest.mark.parametrize("site", ["https://www.example.org:8443", "http://www.example.org"])
def test_allowed_site_is_fetched_over_https_on_its_usual_port_only(site):
    with pytest.raises(NotFetched) as refusal:
        sitecheck.page_of(f"{site}/", [site], sitecheck.no_page)
    assert refusal.value.code == "not_https"


def test_tag_with_a_link_counts_as_the_tag_and_quotes_the_words_on_it():
    given = embedding.tag_with_link(OURS, "a/b", "nl", "Praat & <b>meer</b>")
    assert '<a href="http://127.0.0.1:8000/a/b/">Praat &amp; &lt;b&gt;meer&lt;/b&gt;</a>' in given
    assert embedding.examine(given, [], origin=OURS, name="a/b", site=SITE) == embedding.Finding(True, [], [])


def test_page_with_a_marked_section_that_is_none_is_read_until_there():
    body = '<chat-line line="home/chat"></chat-line><![foo[ ]]>'
    assert embedding.examine(body, [], origin=OURS, name="home/chat", site=SITE).has_tag
