"""Lists as files: what goes out comes back the same; what is wrong is named, all at once; nothing is half taken in."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation

from helplines.exchange import files, service, tables
from helplines.exchange.service import Moved, Plan, Wrong
from helplines.models import Branch, CannedReply, Closure, EmergencyNumber, Line, OpeningHours, Organisation
from helplines.tenancy import across_organisations
from tests.factories.helplines import BranchFactory, ClosureFactory, EmergencyNumberFactory
from tests.helplines.admin_rooms import House, house, signed_in
from tests.isolation.knock import digest

pytestmark = pytest.mark.django_db
MODELS = {
    "branches": Branch, "numbers": EmergencyNumber, "hours": OpeningHours, "closures": Closure, "replies": CannedReply,
}  # fmt: skip
AUTUMN = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # 02:30 in Brussels, and an hour later it is 02:30 again


@pytest.fixture
def ours() -> House:
    made = house("Ours")
    organisation = made.organisation
    BranchFactory(organisation=organisation, name='+Centre; "quoted"', telephone="+32 2 555 00 00", region="=1+1")
    BranchFactory(organisation=organisation, name="Twin")
    BranchFactory(organisation=organisation, name="Twin")
    EmergencyNumberFactory(organisation=organisation, number="112", is_first=True)
    for start in (AUTUMN, AUTUMN + dt.timedelta(hours=1), dt.datetime(2026, 12, 24, 8, 0, 1, 250, tzinfo=dt.UTC)):
        ClosureFactory(organisation=organisation, line=None, starts_at=start, ends_at=None, reason="Two\nlines")
    with across_organisations():
        CannedReply.objects.create(organisation=organisation, name="one", texts={"nl": "Hallo\n\ndaar", "en": "Hello"})
        CannedReply.objects.create(organisation=organisation, line=made.line, name="one", texts={"nl": "Van de lijn"})
    return made


def export(organisation: Organisation, slug: str) -> bytes:
    table = tables.table(slug)
    assert table is not None
    return service.export(organisation=organisation, table=table)


def plan(organisation: Organisation, slug: str, data: bytes | str, is_whole: bool = False) -> Plan:
    table = tables.table(slug)
    assert table is not None
    given = data.encode() if isinstance(data, str) else data
    return service.plan(organisation=organisation, table=table, data=given, is_whole=is_whole)


def take_in(organisation: Organisation, slug: str, data: bytes | str, is_whole: bool = False) -> Plan:
    table = tables.table(slug)
    assert table is not None
    given = data.encode() if isinstance(data, str) else data
    found = plan(organisation, slug, given, is_whole)
    return service.take_in(organisation=organisation, table=table, data=given, is_whole=is_whole, mark=found.mark)


def rows(slug: str, organisation: Organisation) -> list[dict[str, Any]]:
    with across_organisations():
        found = models.QuerySet(MODELS[slug]).filter(organisation=organisation).order_by("pk")
        return [{name: value for name, value in row.items() if name != "id"} for row in found.values()]


def test_every_list_can_be_exchanged():
    assert sorted(MODELS) == sorted(table.slug for table in tables.tables())


@pytest.mark.parametrize("slug", MODELS)
def test_list_that_goes_out_and_comes_back_changes_nothing(ours, slug):
    data, before = export(ours.organisation, slug), digest()
    found = plan(ours.organisation, slug, data, is_whole=True)
    assert (found.wrong, found.changes, found.same > 0) == ([], 0, True)
    take_in(ours.organisation, slug, data, is_whole=True)
    assert digest() == before


@pytest.mark.parametrize("slug", MODELS)
def test_list_of_one_organisation_fills_another(ours, slug):
    """The same rows come out, with nothing of the first one left behind or changed."""
    other: Organisation = house("Other").organisation
    with across_organisations():
        Line.objects.filter(organisation=other).update(slug=ours.line.slug)
    take_in(other, slug, export(ours.organisation, slug), is_whole=True)
    without = {"organisation_id", "line_id", "membership_id"}

    def bare(organisation: Organisation) -> list[str]:
        return sorted(str({k: v for k, v in row.items() if k not in without}) for row in rows(slug, organisation))

    assert bare(other) == bare(ours.organisation)


def test_row_is_added_changed_and_kept(ours):
    data = "name,region,email,telephone,position\nOurs centre,,new@example.org,,3\nFresh,North,fresh@example.org,,1\n"
    found = take_in(ours.organisation, "branches", data)
    kept = rows("branches", ours.organisation)
    assert found.changed[0].cells[-1] == ("position", "0", "3")
    assert (len(found.added), len(found.removed), len(kept)) == (1, 0, 5)
    assert {row["email"] for row in kept} >= {"new@example.org", "fresh@example.org"}


def test_whole_list_takes_away_what_is_not_in_it(ours):
    data = "name;region;email;telephone;position\nOnly;;only@example.org;;0"
    found = take_in(ours.organisation, "branches", data, is_whole=True)
    assert (len(found.removed), [row["name"] for row in rows("branches", ours.organisation)]) == (4, ["Only"])


def test_every_fault_is_named_by_row_and_column_and_nothing_is_stored(ours):
    data = (
        "line;weekday;opens;closes\n"
        f"{ours.line.slug};maandag;10:00;11:00\n"
        "elsewhere;Funday;25:00;noon\n"
        f"{ours.line.slug};dinsdag;09:00;10:00;more\n"
        f"{ours.line.slug};Monday;10:00;12:00\n"
    )
    before = digest()
    with translation.override("en"):
        found = plan(ours.organisation, "hours", data)
    assert found.wrong == [
        Wrong(3, "line", "Your organisation has no line with this address name."),
        Wrong(3, "weekday", "Write the name of a day, such as Monday."),
        Wrong(3, "opens", "Write a time such as 13:00."),
        Wrong(3, "closes", "Write a time such as 13:00."),
        Wrong(4, "", "This row has more cells than the head has columns."),
        Wrong(5, "opens", "This row stands here twice."),
    ]
    with pytest.raises(Moved):
        take_in(ours.organisation, "hours", data)
    assert digest() == before


@pytest.mark.parametrize(
    ("slug", "data", "expected"),
    [
        ("branches", "name;region;email;telephone;position\nA;;nowhere;;1", [(2, "email")]),
        ("branches", "name;region;email;telephone;position\nA;;nowhere;;-1", [(2, "email"), (2, "position")]),
        ("branches", "name;region;email;telephone;position\n;;a@example.org;;1", [(2, "name")]),
        ("branches", f"name;region;email;telephone;position\n{'x' * 101};;a@example.org;;1", [(2, "name")]),
        ("branches", "name;region;email;telephone;position\nA;;a@example.org;;99999", [(2, "position")]),
        ("branches", f"name;region;email;telephone;position\nA;;a@example.org;;{'0' * 4399}1", [(2, "position")]),
        ("closures", "line;kind;starts_at;ends_at;reason\n;planned;0001-01-01 00:00+14:00;;x", [(2, "starts_at")]),
        ("branches", "name;email;name;colour\nA;a@example.org;B;red", [
            (1, "region"), (1, "telephone"), (1, "position"), (1, "name"), (1, "colour")]),
        ("numbers", "number;label_nl;label_en;is_first;position\n112;x;;perhaps;0", [(2, "is_first")]),
        ("numbers", f"number;label_nl;label_en;is_first;position\n112;{'x' * 121};;no;0", [(2, "label_nl")]),
        ("closures", "line;kind;starts_at;ends_at;reason\n;party;soon;;x", [(2, "kind"), (2, "starts_at")]),
        ("closures", "line;kind;starts_at;ends_at;reason\n;planned;2027-01-02 10:00;2027-01-01 10:00;x", [
            (2, "ends_at")]),
        ("closures", "line;kind;starts_at;ends_at;reason\n;planned;2026-03-29 02:30;;x", [(2, "starts_at")]),
        ("replies", "line;name;texts_nl;texts_en\n;hi;Mail naar robin@elders.example.org;", [(2, "")]),
        ("branches", "", [(0, "")]),
    ],
)  # fmt: skip
def test_cell_that_cannot_be_is_named(ours, slug, data, expected):
    found = plan(ours.organisation, slug, data)
    assert [(fault.row, fault.column) for fault in found.wrong] == expected


@pytest.mark.parametrize(
    "cell", ["2026-12-24 09:00", "2026-12-24T09:00", "24/12/2026 09:00", "24-12-2026 9:00", "24.12.2026 09:00:00"]
)
def test_moment_is_read_as_spreadsheets_write_it(ours, cell):
    take_in(ours.organisation, "closures", f"line;kind;starts_at;ends_at;reason\n;planned;{cell};;Feast")
    with across_organisations():
        assert Closure.objects.get(reason="Feast").starts_at == dt.datetime(2026, 12, 24, 8, tzinfo=dt.UTC)


def test_text_in_a_language_that_is_not_written_any_more_stays(ours):
    with across_organisations():
        EmergencyNumber.objects.filter(number="112").update(label={"nl": "Hulp", "fr": "Aide"})
    take_in(ours.organisation, "numbers", "number;label_nl;label_en;is_first;position\n112;Nood;;yes;0")
    with across_organisations():
        assert EmergencyNumber.objects.get(number="112").label == {"nl": "Nood", "fr": "Aide"}


def test_line_of_another_organisation_is_not_known(ours):
    theirs = house("Theirs")
    found = plan(ours.organisation, "hours", f"line;weekday;opens;closes\n{theirs.line.slug};monday;10:00;11:00")
    assert [(fault.row, fault.column) for fault in found.wrong] == [(2, "line")]


def test_personal_reply_of_a_counsellor_never_goes_out_or_away(ours):
    with across_organisations():
        CannedReply.objects.create(
            organisation=ours.organisation, membership=ours.counsellor, name="secret", texts={"nl": "Van mij"}
        )
    assert "secret" not in export(ours.organisation, "replies").decode()
    take_in(ours.organisation, "replies", "line;name;texts_nl;texts_en\n;new;Dag;", is_whole=True)
    assert [row["name"] for row in rows("replies", ours.organisation)] == ["secret", "new"]


def test_list_that_changed_between_looking_and_confirming_is_looked_at_again(ours):
    table = tables.table("branches")
    assert table is not None
    given = {"organisation": ours.organisation, "table": table, "data": export(ours.organisation, "branches")}
    seen = service.plan(**given, is_whole=True).mark
    BranchFactory(organisation=ours.organisation, name="Between")
    with pytest.raises(Moved):
        service.take_in(**given, is_whole=True, mark=seen)
    with across_organisations():
        assert Branch.objects.filter(name="Between").exists()


def test_failure_halfway_leaves_nothing_behind(ours, monkeypatch):
    before = digest()
    kept = Branch.save

    def save(row: Branch, *args: Any, **given: Any) -> None:
        if row.name == "Second":
            raise RuntimeError
        kept(row, *args, **given)

    monkeypatch.setattr(Branch, "save", save)
    data = "name;region;email;telephone;position\nFirst;;a@example.org;;0\nSecond;;b@example.org;;0"
    with pytest.raises(RuntimeError):
        take_in(ours.organisation, "branches", data, is_whole=True)
    assert digest() == before


# The pages


def page(ours: House, slug: str = "branches", name: str = "exchange") -> str:
    return reverse(f"admin:{name}", args=[ours.organisation.pk, slug])


def look(client: Client, ours: House, data: bytes, slug: str = "branches", **given: str) -> Any:
    upload = SimpleUploadedFile("list.csv", data, "text/csv")
    return client.post(page(ours, slug), {"step": "look", "file": upload, **given})


def test_file_is_looked_at_and_then_taken_in(ours):
    client = signed_in(ours.admin)
    data = client.get(page(ours, name="exchange_file")).content + b"New;;new@example.org;;0\r\n"
    before = digest()
    shown = look(client, ours, data)
    assert (len(shown.context["plan"].added), digest()) == (1, before)
    sent = {"step": "take in", "carried": shown.context["carried"], "mark": shown.context["plan"].mark}
    answer = client.post(page(ours), sent, follow=True)
    assert "1 added, 0 changed, 0 removed." in answer.content.decode()
    with across_organisations():
        assert Branch.objects.filter(organisation=ours.organisation, name="New").count() == 1


def test_faults_are_shown_and_no_way_on(ours):
    words = look(signed_in(ours.admin), ours, b"name;region;email;telephone;position\nA;;nowhere;;1").content.decode()
    assert ("This file cannot be taken in yet" in words, 'value="take in"' in words) == (True, False)


def test_file_that_is_too_large_is_not_even_read(ours):
    answer = look(signed_in(ours.admin), ours, b"x" * (files.LARGEST + 1))
    assert answer.context["form"].errors == {"file": ["This file is larger than 256 kB. Split it."]}


@pytest.mark.parametrize("sent", [{"step": "take in"}, {"step": "take in", "carried": "%%%"}, {"step": "look"}, {}])
def test_page_that_somebody_tampered_with_changes_nothing(ours, sent):
    client, before = signed_in(ours.admin), digest()
    assert client.post(page(ours), sent).status_code == 200
    assert digest() == before


@pytest.mark.promise("O10")
@pytest.mark.parametrize("slug", MODELS)
def test_lists_of_a_foreign_organisation_are_not_there(ours, slug):
    theirs, client = house("Theirs"), signed_in(ours.admin)
    mine = export(ours.organisation, slug)
    before = digest()
    assert client.get(page(theirs, slug)).status_code == 404
    assert client.get(page(theirs, slug, "exchange_file")).status_code == 404
    assert look(client, theirs, mine, slug, whole="on").status_code == 404
    assert digest() == before


def test_unknown_list_is_not_there(ours):
    assert signed_in(ours.admin).get(page(ours, "people")).status_code == 404


def test_columns_are_explained_in_the_language_of_the_reader(ours):
    client = signed_in(ours.admin)
    found = [
        client.get(page(ours, slug), headers={"accept-language": "nl"}).content.decode()
        for slug in ("closures", "replies")
    ]
    assert "<dt><code>starts_at</code> Van</dt><dd>De dag en de tijd waarop de sluiting begint.</dd>" in found[0]
    assert "planned (gepland), holiday (feestdag) of exceptional (onvoorzien)" in found[0]
    assert "<dt><code>texts_en</code> Tekst van het antwoord (Engels)</dt><dd>De tekst in deze taal.</dd>" in found[1]
