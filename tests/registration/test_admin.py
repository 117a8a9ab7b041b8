"""Registration in the administration: publishing a form, a tree as a file, and closing a year."""

import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from helplines.tenancy import across_organisations, inside
from registration.models import ClosedYear, Form, Node, Registration, Tree
from tests.factories.helplines import MembershipFactory, OrganisationFactory
from tests.factories.registration import RegistrationFactory
from tests.isolation.knock import BACKEND
from tests.registration.rooms import NOW, Room
from tests.registration.test_closing import JANUARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    with time_machine.travel(NOW, tick=False):
        room = Room()
        room.admin = MembershipFactory(organisation=room.organisation, role="administrator")
    room.client = Client()
    with time_machine.travel(JANUARY, tick=False):
        room.client.force_login(room.admin.staff, backend=BACKEND)
        yield room


def at(name, *parts):
    return reverse(f"admin:registration_{name}", args=parts)


def filled(client, page, **changed):
    """The form as it is shown, sent back with a few fields changed."""
    context = client.get(page).context
    given = {}
    for form in (context["reason"], context["rows"].management_form, *context["rows"].forms):
        for bound in form:
            codes, value = getattr(bound.field.widget, "codes", None), bound.value()
            if codes:
                given |= {f"{bound.html_name}_{place}": (value or {}).get(code, "") for place, code in enumerate(codes)}
                given |= {f"{bound.html_name}_{code}": (value or {}).get(code, "") for code in codes}
            elif value not in (None, False):
                given[bound.html_name] = value
    return {**given, **changed}


@pytest.mark.promise("G01")
def test_next_version_is_published_field_by_field(room):
    page = at("form_publish", room.organisation.pk)
    answer = room.client.post(page, filled(room.client, page, reason="Minder vragen", **{"form-5-DELETE": "on"}))
    assert answer.status_code == 302, [answer.context["wrong"], answer.context["rows"].errors]
    with across_organisations():
        newest = Form.objects.get(number=2)
        assert [field.key for field in newest.asked] == ["theme", "age", "region", "gender", "outcome", "report"]
        assert newest.asked[1] == room.form.asked[1]
        assert (newest.author, newest.reason) == (room.admin.staff, "Minder vragen")
    assert b"theme" in room.client.get(at("form_change", newest.pk)).content


def test_each_field_is_a_part_that_opens(room):
    """The page of a form of six fields fits on a screen; what was touched stays open."""
    page = room.client.get(at("form_publish", room.organisation.pk)).content.decode()
    parts = re.findall(r'<details class="module aligned part"( open)?>\s*<summary>(.*?)</summary>', page)
    assert len(parts) == len(room.form.asked) + 2
    assert {is_open for is_open, _words in parts} == {""}
    assert re.sub("<[^>]+>", "", parts[0][1]) == "theme (theme, onderwerpen uit een boom, meer dan één)"


def test_what_is_wrong_is_said_and_nothing_is_lost(room):
    page = at("form_publish", room.organisation.pk)
    answer = room.client.post(page, filled(room.client, page, reason="x", **{"form-3-kind": "number"}))
    assert answer.status_code == 200
    assert len(answer.context["wrong"]) >= 1
    assert answer.context["rows"].forms[3]["kind"].value() == "number"
    assert [form.is_open for form in answer.context["rows"].forms].count(True) == 1
    with across_organisations():
        assert Form.objects.count() == 1


@pytest.mark.promise("G01", "G02", "G05")
@pytest.mark.parametrize(
    ("key", "asked", "trees"),
    [
        ("ombuds", ["subject", "right", "age", "role", "outcome"], ["klachten"]),
        ("listening", ["region", "entry", "report"], []),
        ("welfare", ["age", "gender", "region", "theme", "help", "outcome"], ["themas"]),
    ],
)
def test_organisation_without_a_form_begins_with_one_that_is_ready(room, key, asked, trees):
    member = MembershipFactory(organisation=OrganisationFactory(), role="administrator")
    room.client.force_login(member.staff, backend=BACKEND)
    page = at("form_publish", member.organisation.pk)
    shown = room.client.get(page).context
    assert [one[0] for one in shown["begins"]] == ["listening", "ombuds", "welfare"]
    # Or of their own, whole in one version.
    assert len(shown["rows"].forms) == 8
    assert room.client.post(page, {"begin": key}).headers["Location"] == at("form_changelist")
    with inside(member.organisation):
        form = Form.objects.get()
        assert ([field.key for field in form.asked], form.author) == (asked, member.staff)
        assert list(Tree.objects.values_list("code", flat=True)) == trees
        assert all(tree.nodes.count() > 5 for tree in Tree.objects.all())
    # It is a version as any other: what comes next is changed field by field.
    assert room.client.get(page).context["begins"] == []
    room.client.post(page, {"begin": key})
    with inside(member.organisation):
        assert Form.objects.count() == 1


def send(room, data, name="a.csv", **more):
    with across_organisations():
        tree = Tree.objects.get(organisation=room.organisation)
    return room.client.post(at("tree_file", tree.pk), {"file": SimpleUploadedFile(name, data.encode()), **more})


def test_faulty_tree_is_refused_by_row_and_column_and_a_good_one_taken_in(room):
    answer = send(room, "code;parent;label_nl\nnew;nowhere;Nieuw\nA;;\n")
    assert [fault[:2] for fault in answer.context["faults"]] == [(2, "parent"), (3, "code"), (3, "label")]
    good = "code;parent;label_nl\nnew;work;Nieuw\n"
    assert send(room, good, look="on").context["plan"].added == ["new"]
    with across_organisations():
        assert Node.objects.filter(code="new").count() == 0
    assert send(room, good).status_code == 302
    with across_organisations():
        assert Node.objects.get(code="new").parent.code == "work"


@pytest.mark.promise("G08")
def test_year_is_closed_by_a_press_and_leaves_a_receipt(room, done):
    RegistrationFactory(line=room.line)
    assert b"2026" in room.client.get(at("closedyear_changelist")).content
    with done():
        room.client.post(at("closedyear_close", room.organisation.pk), {"year": "2027"})
        room.client.post(at("closedyear_close", room.organisation.pk), {"year": "2026"})
    with across_organisations():
        made = ClosedYear.objects.get()
    assert (made.year, made.counted, made.by) == (2026, 1, room.admin.staff)
    assert room.client.get(at("closedyear_change", made.pk)).status_code == 200


@pytest.mark.promise("G08", "O03")
def test_year_is_closed_only_with_the_second_step_shown_anew(room, done, monkeypatch):
    RegistrationFactory(line=room.line)
    press = (at("closedyear_close", room.organisation.pk), {"year": "2026"})
    monkeypatch.setattr("helplines.second_factor.is_fresh", lambda request: False)
    with done():
        asked = room.client.post(*press)
    assert (asked.status_code, asked.headers["Location"].partition("?")[2]) == (
        302,
        "next=%2Fadmin%2Fregistration%2Fclosedyear%2F",
    )
    assert "Er is nog niets afgesloten" in room.client.get(at("closedyear_changelist")).content.decode()
    with across_organisations():
        assert (ClosedYear.objects.count(), Registration.objects.count()) == (0, 1)
    monkeypatch.undo()
    with done():
        room.client.post(*press)
    with across_organisations():
        assert (ClosedYear.objects.count(), Registration.objects.count()) == (1, 0)


@pytest.mark.promise("O10")
def test_other_organisations_rows_are_not_there(room):
    with time_machine.travel(NOW, tick=False):
        other = Room()
    with across_organisations():
        tree = Tree.objects.get(organisation=other.organisation)
    pages = [
        at("form_publish", other.organisation.pk), at("form_publish_line", room.organisation.pk, other.line.pk),
        at("form_change", other.form.pk), at("tree_file", tree.pk), at("tree_csv", tree.pk), at("tree_json", tree.pk),
        at("closedyear_close", other.organisation.pk),
    ]  # fmt: skip
    assert [room.client.get(page).status_code for page in pages] == [404] * len(pages)
