"""Trees of subjects as files: thousands at once, every fault named, all or nothing."""

import json

import pytest

from helplines.tenancy import across_organisations
from registration import tree_files, tree_service
from registration.admin.words import fault_said
from registration.models import Node
from registration.tree_files import FaultyFile
from tests.factories.helplines import OrganisationFactory, StaffFactory
from tests.factories.registration import TreeFactory

HEAD = "code;parent;in_use;label_nl;label_en\n"


def faults(data, name="a.csv"):
    with pytest.raises(FaultyFile) as refused:
        tree_files.read(data.encode() if isinstance(data, str) else data, name)
    return [(fault.row, fault.column, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("A b;;yes;Werk;\n", (2, "code", "not_a_key")),
        ("a;;yes;;\n", (2, "label", "no_words")),
        ("a;;perhaps;Werk;\n", (2, "in_use", "yes_or_no")),
        ("a;;yes;Werk;\na;;yes;Loon;\n", (3, "code", "twice")),
        ("a;b;yes;Werk;\n", (2, "parent", "no_parent")),
        ("a;a;yes;Werk;\n", (2, "parent", "circle")),
        (f"a;;yes;{'w' * 201};\n", (2, "label_nl", "too_long")),
        ("a;;yes;Werk;Work;more\n", (2, "", "too_many_cells")),
    ],
)
def test_each_bad_row_is_named_with_its_column(rows, told):
    assert faults(HEAD + rows) == [told]


def test_all_faults_are_told_at_once_in_the_order_of_the_rows():
    assert faults(HEAD + "a;b;yes;;\nA;;no;Werk;\n\nb;;ja;Loon;\nb;;ja;Loon;\n") == [
        (2, "label", "no_words"), (3, "code", "not_a_key"), (6, "code", "twice"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        ("code;label_nl\n", "a.csv", (1, "parent", "column_missing")),
        ("code;parent;colour\n", "a.csv", (1, "colour", "unknown_column")),
        ("code;parent;code\n", "a.csv", (1, "code", "column_twice")),
        ("", "a.csv", (0, "", "empty")),
        (b"\xff\xfe\x00", "a.csv", (0, "", "not_utf8")),
        ("[", "a.json", (0, "", "not_json")),
        ("{}", "a.json", (0, "", "no_subjects")),
        ('[{"code": "a"}]', "a.json", (1, "label", "no_words")),
        ('["a"]', "a.json", (1, "", "no_subject")),
        ('[{"code": "a", "label": {"nl": "A"}, "below": 3}]', "a.json", (1, "below", "no_subjects")),
        ('[{"code": "a", "label": {"nl": "A", "xx": "A"}}]', "a.json", (1, "label_xx", "unknown_language")),
    ],
)
def test_file_that_is_none_is_refused(data, name, told):
    assert told in faults(data, name)


def test_too_many_levels_are_refused():
    rows = "".join(f"s{level};{f's{level - 1}' if level else ''};yes;Werk;\n" for level in range(10))
    assert faults(HEAD + rows) == [(10, "parent", "too_deep"), (11, "parent", "too_deep")]


def large(size=5000):
    """Thousands of subjects in four levels and two languages."""
    lines = [
        f"s{number};{f's{(number - 1) // 12}' if number else ''};yes;Onderwerp {number};Subject {number}\n"
        for number in range(size)
    ]
    return (HEAD + "".join(lines)).encode()


@pytest.mark.django_db
class TestTakingIn:
    @pytest.fixture
    def tree(self):
        return TreeFactory()

    def taken(self, tree, data, name="a.csv", whole=False):
        entries = tree_files.read(data if isinstance(data, bytes) else data.encode(), name)
        return tree_service.take_in(tree=tree, entries=entries, is_whole=whole)

    @pytest.mark.promise("G01")
    def test_thousands_of_subjects_come_in_and_go_out_the_same(self, tree):
        found = self.taken(tree, large(), whole=True)
        assert (len(found.added), len(found.set_aside)) == (5000, 3)
        with across_organisations():
            entries = [entry for entry in tree_service.entries_of(tree) if entry.is_active]
            assert Node.objects.filter(tree=tree, parent__code="s3").count() == 12
        read = tree_files.read(large(), "a.csv")
        assert [entry[1:] for entry in entries] == [entry[1:] for entry in read]
        again = tree_files.read(tree_files.as_csv(entries, ["nl", "en"]), "b.csv")
        nested = tree_files.read(tree_files.as_json(entries), "b.json")
        assert [entry[1:] for entry in again] == [entry[1:] for entry in read]
        assert {entry[1:3] for entry in nested} == {entry[1:3] for entry in read}

    def test_nothing_is_half_imported(self, tree):
        with pytest.raises(FaultyFile):
            self.taken(tree, HEAD + "new;;yes;Nieuw;\nnew;;yes;Nieuw;\n")
        with across_organisations():
            assert sorted(Node.objects.values_list("code", flat=True)) == ["home", "pay", "work"]

    def test_plan_tells_what_changes_and_changes_nothing(self, tree):
        entries = tree_files.read((HEAD + "home;work;yes;Thuis;\nnew;;yes;Nieuw;\n").encode(), "a.csv", {"work"})
        found = tree_service.plan(tree=tree, entries=entries, is_whole=True)
        assert (found.added, found.changed, sorted(found.set_aside)) == (["new"], ["home"], ["pay", "work"])
        with across_organisations():
            assert Node.objects.count() == 3

    def test_subject_is_set_aside_and_never_removed(self, tree):
        self.taken(tree, HEAD + "home;;yes;Thuis;Home\n", whole=True)
        with across_organisations():
            rows = dict(Node.objects.values_list("code", "is_active"))
        assert rows == {"home": True, "pay": False, "work": False}

    def test_other_tree_is_left_alone(self, tree):
        other = TreeFactory(organisation=OrganisationFactory())
        self.taken(tree, HEAD + "home;;no;Thuis;Home\n")
        with across_organisations():
            assert list(Node.objects.filter(tree=other, is_active=False)) == []

    def test_formula_is_harmless_in_a_spreadsheet_and_comes_back_as_it_was(self, tree):
        self.taken(tree, json.dumps([{"code": "sum", "label": {"nl": "=1+1"}}]), "a.json")
        data = tree_files.as_csv(tree_service.exported(tree=tree, by=StaffFactory()), ["nl"])
        assert b";'=1+1" in data
        assert [entry.label for entry in tree_files.read(data, "b.csv") if entry.code == "sum"] == [{"nl": "=1+1"}]


@pytest.mark.parametrize(
    ("data", "name", "known"), [("code;parent;nl\n", "a.csv", "label_nl"), ('[{"name": "x"}]', "a.json", "below")]
)
def test_column_that_is_not_known_is_told_with_those_that_are(data, name, known):
    with pytest.raises(FaultyFile) as found:
        tree_files.read(data.encode(), name)
    [fault] = [one for one in found.value.faults if one.code == "unknown_column"]
    assert known in str(fault_said(fault))
