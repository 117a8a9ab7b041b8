"""The page of a counsellor's own canned replies."""

import pytest
from django.test import Client
from django.urls import reverse

from helplines.models import CannedReply
from helplines.tenancy import across_organisations
from tests.factories.helplines import CannedReplyFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MembershipFactory()


@pytest.fixture
def client(member):
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def place(member):
    return reverse("own_replies", args=[member.organisation.slug])


def names():
    with across_organisations():
        return list(CannedReply.objects.order_by("name").values_list("name", flat=True))


def test_reply_is_added_changed_and_deleted(client, member):
    page = place(member)
    assert client.post(page, {"name": "hoi", "text_nl": "Hoi", "reply": ""}).status_code == 302
    with across_organisations():
        row = CannedReply.objects.get()
    assert (row.membership, row.texts) == (member, {"nl": "Hoi"})
    assert b"Hoi" in client.get(page).content
    client.post(page, {"name": "dag", "text_nl": "Dag", "text_en": "Bye", "reply": row.pk})
    with across_organisations():
        row.refresh_from_db()
    assert (row.name, row.texts) == ("dag", {"nl": "Dag", "en": "Bye"})
    client.post(page, {"delete": "yes", "reply": row.pk})
    assert names() == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "x", "text_nl": "mail kim@example.org"}, "kim@example.org looks like"),
        ({"name": "x", "text_nl": "{{ nickname }}"}, "cannot be filled in"),
        ({"name": "x"}, "in at least one language"),
        ({"name": "same", "text_nl": "x"}, "this name already"),
    ],
)
def test_reply_that_may_not_be_so_is_refused_and_what_was_written_stays(client, member, given, said):
    CannedReplyFactory(organisation=member.organisation, membership=member, name="same")
    answer = client.post(place(member), {**given, "reply": ""})
    assert answer.status_code == 200 and said in answer.content.decode()
    assert f'value="{given["name"]}"' in answer.content.decode()
    assert names() == ["same"]


@pytest.mark.promise("O10")
@pytest.mark.parametrize("do", [{"name": "mine now", "text_nl": "x"}, {"delete": "yes"}])
def test_reply_of_somebody_else_is_not_there(client, member, do):
    colleague = MembershipFactory(organisation=member.organisation)
    CannedReplyFactory(organisation=member.organisation, membership=colleague, name="theirs", texts={"nl": "Geheim"})
    CannedReplyFactory(organisation=member.organisation, name="shared")
    assert b"Geheim" not in client.get(place(member)).content
    with across_organisations():
        keys = list(CannedReply.objects.values_list("pk", flat=True))
    assert {client.post(place(member), {**do, "reply": key}).status_code for key in keys} == {404}
    assert names() == ["shared", "theirs"]


def test_role_without_talks_has_no_page():
    member = MembershipFactory(role="administrator")
    client = Client()
    client.force_login(member.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(place(member)).status_code == 404
