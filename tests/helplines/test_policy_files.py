"""A policy as a file: what was written is read back unchanged, and what is wrong is told with its name or its line."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from helplines import policies, policy_files, queries
from helplines.models import Policy
from helplines.policies import PolicyValues
from helplines.policy_files import Unreadable
from helplines.tenancy import across_organisations, inside
from tests.helplines.admin_rooms import House, house, signed_in
from tests.helplines.policy_room import AGE, page_of, promising_house

ODD = "Dag: {{ organisation }} # geen toelichting\n\n- nee\nyes: 'no' \"ja\" é €\n  ingesprongen"
FULL = policies.parse({
    "capacity": 3, "queue": True, "contact_limit": 4, "silent_minutes": None, "identity_holders": "nobody",
    "questions": [AGE], "greeting": {"nl": ODD, "en": "no"}, "disclaimer": {"nl": "12:30", "fr": "~"},
})  # fmt: skip


class TestPure:
    @pytest.mark.parametrize("values", [PolicyValues(), FULL])
    def test_file_is_read_back_unchanged(self, values: PolicyValues) -> None:
        written = policy_files.written(values, ["De Kade", "two: lines"])
        assert policies.parse(policy_files.read(written.encode())) == values
        assert written.startswith("# De Kade\n# two: lines\nsoft_minutes: 60\n")

    def test_a_text_of_several_lines_stands_on_several_lines(self) -> None:
        lines = policy_files.written(policies.parse({"greeting": {"nl": "Dag\n\nWelkom"}}), []).splitlines()
        place = lines.index("  nl: |-")
        assert [line.strip() for line in lines[place + 1 : place + 4]] == ["Dag", "", "Welkom"]

    @pytest.mark.parametrize(
        ("text", "code", "line"),
        [
            ("capacity: 2\ncapacity: 3\n", "twice", 2),
            ("greeting:\n  nl: a\n  nl: b\n", "twice", 3),
            ("greeting: &a {nl: x}\ndisclaimer: *a\n", "alias", 2),
            ("capacity: 2\n  queue: [\n", "not_yaml", 2),
            ("capacity: !!python/object/apply:os.system ['true']\n", "not_yaml", 1),
            ("a: 1\n---\nb: 2\n", "not_yaml", 2),
            ("[" * 5000, "not_yaml", 0),
            ("x" * (policy_files.LARGEST + 1), "too_large", 0),
        ],
    )
    def test_what_cannot_be_read_says_why_and_where(self, text: str, code: str, line: int) -> None:
        with pytest.raises(Unreadable) as caught:
            policy_files.read(text.encode())
        assert (caught.value.code, caught.value.line) == (code, line)

    def test_other_bytes_are_no_text(self) -> None:
        with pytest.raises(Unreadable) as caught:
            policy_files.read(b"\xff\xfe\x00")
        assert caught.value.code == "not_utf8"


@pytest.fixture
def ours() -> House:
    return promising_house()


@pytest.fixture
def client(ours: House) -> Client:
    return signed_in(ours.admin)


def opened(client: Client, ours: House, data: bytes):
    return client.post(page_of(ours), {"step": "open", "file": SimpleUploadedFile("policy.yaml", data)})


def download(client: Client, ours: House) -> bytes:
    return client.post(page_of(ours), {"step": "file"}).content


@pytest.mark.django_db
class TestPages:
    def test_file_holds_what_is_promised_now(self, client: Client, ours: House) -> None:
        answer = client.post(page_of(ours), {"step": "file"})
        with inside(ours.organisation):
            assert policies.parse(policy_files.read(answer.content)) == queries.organisation_policy(ours.organisation)
        assert answer["Content-Disposition"] == 'attachment; filename="ours-policy.yaml"'

    def test_file_asks_the_second_step_again(self, client: Client, ours: House, monkeypatch: Any) -> None:
        monkeypatch.setattr("helplines.second_factor.is_fresh", lambda request: False)
        answer = client.post(page_of(ours), {"step": "file"})
        assert (answer.status_code, answer.headers["Location"].startswith("/account/")) == (302, True)
        assert b"block_hours" not in answer.content

    def test_changed_file_fills_the_form_and_publishes_nothing(self, client: Client, ours: House) -> None:
        data = download(client, ours).replace(b"block_hours: 8", b"block_hours: 12")
        with across_organisations():
            before = Policy.objects.count()
        page = opened(client, ours, data)
        with across_organisations():
            assert Policy.objects.count() == before
        assert page.context["form"].initial["block_hours"] == 12
        assert page.context["file_problems"] == []

    def test_everything_that_is_wrong_is_told_by_its_name(self, client: Client, ours: House) -> None:
        page = opened(client, ours, b"capacity: 99\nqueue: maybe\nnonsense: 1\nquestions:\n- {key: '!', kind: age}\n")
        told = page.context["file_problems"]
        assert [one.partition(": ")[0] for one in told] == [
            "nonsense", "queue", "capacity", "questions.0.key", "questions.0.label", "questions.0.why",
        ]  # fmt: skip
        assert "capacity: Give a whole number from 1 to 10." in told
        assert page.context["form"].initial["capacity"] == 1

    def test_what_the_organisation_cannot_publish_is_told_too(self, client: Client, ours: House) -> None:
        page = opened(client, ours, b'greeting: {de: "Guten Tag"}\n')
        assert [one.partition(": ")[0] for one in page.context["file_problems"]] == ["greeting.de"]

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"a: 1\na: 2\n", "Line 2: “a” stands there twice."),
            (b"a: [\n", "Line 2: this is not YAML."),
            (b"just a sentence", "This file is no policy: names and values are missing."),
            (b"", "This file is no policy: names and values are missing."),
        ],
    )
    def test_file_that_is_no_policy_says_so(self, client: Client, ours: House, data: bytes, said: str) -> None:
        if data:
            assert opened(client, ours, data).context["file_problems"] == [said]
        else:
            page = client.post(page_of(ours), {"step": "open"})
            assert page.context["file_problems"] == ["Choose a file first."]

    @pytest.mark.promise("O10")
    def test_file_of_another_organisation_does_not_exist(self, client: Client) -> None:
        theirs = house("Theirs")
        assert client.post(page_of(theirs), {"step": "file"}).status_code == 404
