"""The example organisations: every file holds to the rules, and they keep the promises of the texts they stand for."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import Count

from config.demo import accounts, forms, seed
from config.demo.sites import example_sites
from helplines import policies, queries, wording
from helplines.availability import availability
from helplines.models import ExtraOpening, Line, LineKind, Membership, Organisation, Role
from helplines.tenancy import across_organisations, inside
from registration import reports, tasks

pytestmark = pytest.mark.django_db

OURS = {"nl", "en"}


def texts(value: Any, where: str = "") -> list[tuple[str, dict[str, str]]]:
    """Every text in the languages of the demo, with the place where it stands."""
    if isinstance(value, dict):
        if set(value) & OURS:
            return [(where, value)]
        return [found for name, part in value.items() for found in texts(part, f"{where}.{name}")]
    if isinstance(value, list):
        return [found for place, part in enumerate(value) for found in texts(part, f"{where}.{place}")]
    return []


@pytest.fixture
def demo(db: None, settings: Any) -> None:
    settings.DEMO, settings.DEMO_SITE_ORIGIN = True, "http://localhost:8000"


@pytest.fixture
def sown(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """With little of what was registered, which most tests do not look at."""
    monkeypatch.setattr(forms, "PAST_MONTHS", 1)
    seed.sow()


@pytest.mark.parametrize("slug", seed.seeds())
def test_seed_is_written_in_all_its_languages(slug: str) -> None:
    """Only a canned reply may be in fewer; of those the example has one."""
    found, languages = texts(seed.seeds()[slug], slug), set(seed.seeds()[slug]["languages"])
    assert len(found) > 10
    fewer = [where for where, text in found if set(text) != languages or not all(text.values())]
    assert fewer == (["integra.replies.4.texts"] if slug == "integra" else [])


def test_the_example_speaks_all_languages_of_visitors() -> None:
    assert {language for found in seed.seeds().values() for language in found["languages"]} == set(policies.LANGUAGES)


@pytest.mark.parametrize("slug", seed.seeds())
def test_seed_says_one_kind_of_you(slug: str) -> None:
    """What an organisation writes itself and what the program says around it speak to a visitor alike."""
    found = {name: part for name, part in seed.seeds()[slug].items() if name != "registration"}
    said = " ".join(text.get("nl", "") for _place, text in texts(found)).lower()
    ways = {"formal": r"\bu(w)?\b", "informal": r"\b(je|jij|jou|jouw)\b"}
    assert [way for way, words in ways.items() if re.search(words, said)] == [found.get("form_of_address", "informal")]


@pytest.mark.parametrize("slug", seed.seeds())
def test_seed_has_no_placeholder_without_meaning(slug: str) -> None:
    found = texts(seed.seeds()[slug], slug)
    assert [
        where
        for where, text in found
        for words in text.values()
        if wording.unknown(words, {*wording.PLACEHOLDERS, *(wording.IN_REPLIES if ".replies." in where else ())})
    ] == []


@pytest.mark.parametrize("slug", seed.seeds())
def test_words_of_a_line_name_no_values(slug: str) -> None:
    found = texts(seed.seeds()[slug]["lines"], slug)
    assert [where for where, text in found for words in text.values() if wording.used(words)] == []


@pytest.mark.parametrize("slug", seed.seeds())
def test_seed_does_not_shout(slug: str) -> None:
    assert [where for where, text in texts(seed.seeds()[slug]) for words in text.values() if "!" in words] == []


@pytest.mark.parametrize(
    ("slug", "months", "limit", "asks"),
    [
        ("caw", 6, None, ["age", "region", "gender"]),
        ("ombuds", 12, None, ["nickname", "age", "question"]),
        ("luisterlijn", 18, 4, []),
    ],
)
def test_policy_carries_the_true_numbers(slug: str, months: int, limit: int | None, asks: list[str]) -> None:
    values = policies.parse(seed.seeds()[slug]["policy"])
    found = (values.retention_months, values.contact_limit, [question.key for question in values.questions])
    assert found == (months, limit, asks)


@pytest.mark.promise("B03")
def test_luisterlijn_may_never_ask_for_a_name() -> None:
    assert policies.parse(seed.seeds()["luisterlijn"]["policy"]).may_ask_name is False


@pytest.mark.promise("A02")
@pytest.mark.parametrize(("slug", "closes"), [("caw-online", "17:00"), ("jac-online", "19:00")])
def test_hours_of_caw_are_those_it_tells(sown: None, slug: str, closes: str) -> None:
    with across_organisations():
        line = Line.objects.get(slug=slug)
    with inside(line.organisation_id):
        found = [(row.weekday, f"{row.opens:%H:%M}", f"{row.closes:%H:%M}") for row in line.opening_hours.all()]
    assert found == [(day, "13:00", closes) for day in range(5)]


@pytest.mark.promise("K01")
def test_luisterlijn_has_every_channel(sown: None) -> None:
    with across_organisations():
        kinds = Line.objects.filter(organisation__slug="luisterlijn").values_list("kind", flat=True)
        assert sorted(kinds) == sorted(LineKind.values)


def test_sowing_twice_changes_nothing(sown: None) -> None:
    def counts() -> list[int]:
        with across_organisations():
            return [model.objects.count() for model in (Organisation, Line, Membership, ExtraOpening)]

    before = counts()
    seed.sow()
    assert counts() == before
    assert before[0] == len(seed.seeds())


def test_every_line_but_one_can_be_tried_now(sown: None) -> None:
    with across_organisations():
        lines = list(Line.objects.chats().select_related("organisation"))
    tried = seed.lines_to_try()
    assert {line.pk for line in tried} == {line.pk for line in lines if line.slug != seed.BY_ITS_HOURS}
    assert len(tried) == len(lines) - 1
    for line in tried:
        with inside(line.organisation):
            opening = queries.opening_of(line)
        assert availability(opening, 1, 1, 0, queue=False, queue_length=1).state == "open"


def test_everybody_signed_and_each_organisation_has_two_counsellors(sown: None) -> None:
    with across_organisations():
        everybody = Membership.objects.count()
        assert everybody == Membership.objects.in_force().count() == len(seed.people())
        counsellors = Membership.objects.filter(role=Role.COUNSELLOR).values("organisation").annotate(n=Count("pk"))
        assert [row["n"] for row in counsellors] == [2] * len(seed.seeds())


def test_nobody_can_sign_in_before_passwords_are_made(sown: None) -> None:
    with across_organisations():
        assert [row for row in Membership.objects.select_related("staff") if row.staff.has_usable_password()] == []


def test_report_has_the_agreed_shape(sown: None, tmp_path: Any) -> None:
    path = tmp_path / "demo.json"
    accounts.write(path, accounts.report(example_sites(), accounts.renewed(path, seed.people())))
    found = accounts.stored(path)
    assert (list(found), found["base"]) == (["base", "lines", "accounts"], "http://127.0.0.1:8000")
    assert set(found["lines"]) == {
        "caw-online",
        "jac-online",
        "ombuds-chat",
        "luisterlijn-chat",
        "integra-chat",
        "praktijk-chat",
    }
    assert found["lines"]["caw-online"] == {
        "page": "http://localhost:8000/demo/caw/caw-online/",
        "chat": "http://127.0.0.1:8000/caw/caw-online/",
    }
    assert {tuple(entry) for entry in found["accounts"]} == {("organisation", "role", "username", "password")}
    assert path.stat().st_mode & 0o777 == 0o600


def test_passwords_stay_as_they_were_told_and_work(sown: None, tmp_path: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    path = tmp_path / "demo.json"
    first = accounts.renewed(path, seed.people())
    accounts.write(path, accounts.report([], first))
    assert accounts.renewed(path, seed.people()) == first
    with across_organisations():
        hashes = {row.staff.username: row.staff.password for row in Membership.objects.select_related("staff")}
    assert [entry for entry in first if not check_password(entry["password"], hashes[entry["username"]])] == []
    assert len({entry["password"] for entry in first}) == len(first)


def test_printed_words_name_every_line_and_the_shown_roles(sown: None, tmp_path: Any) -> None:
    report = accounts.report(example_sites(), accounts.renewed(tmp_path / "demo.json", seed.people()))
    words = accounts.in_words(report)
    printed = words.splitlines()
    for slug, line in report["lines"].items():
        note = accounts.OWN_HOURS if slug == seed.BY_ITS_HOURS else ""
        assert f"  {slug:18} {line['page']}{note}" in printed
    assert "As a data protection officer: http://127.0.0.1:8000/start/" in printed
    for entry in report["accounts"]:
        assert (entry["password"] in words) == (entry["role"] in accounts.SHOWN)


def test_auditors_have_reports_to_see(demo: None) -> None:
    """Every organisation that registers has a whole year behind it, and months with groups that are large enough."""
    seed.sow()
    with across_organisations():
        auditors = list(Membership.objects.filter(role=Role.AUDITOR).select_related("organisation"))
    found = {}
    for auditor in auditors:
        with inside(auditor.organisation):
            offer = next(one for one in reports.available(auditor) if one.key == "contacts")
            months = [span for span in offer.spans if span.kind == "month"]
            if months:
                tasks.fix_report(auditor.organisation_id, "contacts", months[0].name)
                document = reports.document(auditor.organisation, "contacts", months[0], "inside")
                shown = [
                    cell.count for sheet in document.sheets for row in sheet.rows for cell in row.cells if cell.count
                ]
                found[auditor.organisation.slug] = (any(span.kind == "year" for span in offer.spans), len(shown) > 10)
    assert found == dict.fromkeys(("caw", "luisterlijn", "ombuds"), (True, True))
