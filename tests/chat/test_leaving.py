"""The quick exit on the server: the talk ends, nothing is delivered after, and nobody else can end it (A15)."""

import json

import pytest
from django.test import Client

from chat.states import Party, State, Why
from helplines.tenancy import across_organisations
from tests.chat.sockets import in_database, stored, talk
from tests.factories.chat import ActiveConversationFactory, ConversationFactory
from tests.factories.helplines import LineFactory, StaffFactory

OURS = "http://127.0.0.1:8000"
SECRET = "what-the-tab-holds"


def beacon(line, body, origin=OURS, client=None):
    headers = {"origin": origin} if origin else {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = client or Client(enforce_csrf_checks=True)
    where = f"/{line.organisation.slug}/{line.slug}/leave/"
    return asked.generic("POST", where, content, content_type="application/json", headers=headers)


def state_of(conversation):
    with across_organisations():
        conversation.refresh_from_db()
    return conversation.state


@pytest.mark.django_db
@pytest.mark.promise("A15")
def test_secret_of_the_tab_ends_the_talk_as_gone():
    conversation = ActiveConversationFactory()
    answer = beacon(conversation.line, {"code": conversation.code, "secret": SECRET})
    assert (answer.status_code, answer.content) == (204, b"")
    assert state_of(conversation) == State.CLOSED
    assert (conversation.ended_by, conversation.end_reason) == (Party.VISITOR, Why.EXIT)
    assert conversation.visitor_connected is False


@pytest.mark.django_db
def test_waiting_visitor_gives_up_the_place():
    conversation = ConversationFactory()
    beacon(conversation.line, {"code": conversation.code, "secret": SECRET})
    assert state_of(conversation) == State.ABANDONED
    assert conversation.end_reason == Why.EXIT


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", "x", SECRET + "x", "é"])
def test_wrong_secret_ends_nothing_and_is_answered_alike(secret):
    conversation = ActiveConversationFactory()
    wrong = beacon(conversation.line, {"code": conversation.code, "secret": secret})
    absent = beacon(conversation.line, {"code": "nowhere", "secret": secret})
    assert state_of(conversation) == State.ACTIVE
    assert (wrong.status_code, wrong.content, dict(wrong.headers)) == (204, b"", dict(absent.headers))


@pytest.mark.django_db
def test_locked_talk_has_no_empty_secret():
    """Of a talk that was locked both secrets are empty; nothing that somebody can send equals that."""
    conversation = ActiveConversationFactory()
    with across_organisations():
        type(conversation).objects.filter(pk=conversation.pk).update(secret="", next_secret="")
    beacon(conversation.line, {"code": conversation.code, "secret": SECRET})
    assert state_of(conversation) == State.ACTIVE


@pytest.mark.django_db
@pytest.mark.promise("O10")
@pytest.mark.parametrize("of_the_same", [True, False])
def test_another_line_ends_nothing(of_the_same):
    conversation = ActiveConversationFactory()
    other = LineFactory(organisation=conversation.organisation) if of_the_same else LineFactory()
    beacon(other, {"code": conversation.code, "secret": SECRET})
    assert state_of(conversation) == State.ACTIVE


@pytest.mark.django_db
@pytest.mark.parametrize(
    "origin",
    ["", "null", "https://127.0.0.1:8000", "http://127.0.0.1:8001", "http://127.0.0.1", OURS + "/", f"{OURS}, {OURS}"],
)
def test_another_origin_is_refused(origin):
    conversation = ActiveConversationFactory()
    answer = beacon(conversation.line, {"code": conversation.code, "secret": SECRET}, origin)
    assert answer.status_code == 403
    assert state_of(conversation) == State.ACTIVE


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b'{"code":1}', b'{"code":"a","more":1}', b"\xff", b"[" * 9999, b"{" + b" " * 2000],
)
def test_what_cannot_be_read_is_refused(body):
    assert beacon(LineFactory(), body).status_code == 400


@pytest.mark.django_db
def test_tab_without_a_talk_may_say_goodbye():
    assert beacon(LineFactory(), {}).status_code == 204


@pytest.mark.django_db
def test_browser_drops_what_it_kept_and_a_colleague_stays_signed_in():
    """The desk is on the same origin: its session cookie and its settings are not the visitor's to clear."""
    client = Client()
    client.force_login(StaffFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")
    kept = client.cookies.output()
    answer = beacon(LineFactory(), {}, client=client)
    assert answer["Clear-Site-Data"] == '"cache"'
    assert answer["Cache-Control"] == "no-store"
    assert (answer.cookies.output(), client.cookies.output()) == ("", kept)


@pytest.mark.django_db
def test_only_posting_ends_something():
    line = LineFactory()
    assert Client().get(f"/{line.organisation.slug}/{line.slug}/leave/").status_code == 405


@pytest.mark.django_db
def test_empty_page_names_nobody():
    answer = Client().get("/blank/", headers={"accept-language": "nl"})
    assert "<title>Nieuw tabblad</title>" in answer.content.decode()
    asked = Client().get("/blank/?lang=nl", headers={"accept-language": "en"})
    assert asked.content == answer.content
    assert (
        "<title>New tab</title>" in Client().get("/blank/?lang=xx", headers={"accept-language": "en"}).content.decode()
    )
    assert "<body></body>" in answer.content.decode()
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("A15")
async def test_counsellor_hears_it_and_nothing_is_delivered_after(live):
    async with talk() as (line, visitor, desk, started):
        told = {"code": started["code"], "secret": started["secret"]}
        assert (await in_database(beacon)(line, told)).status_code == 204
        ended = await desk.hear("state", state="closed")
        assert (ended["why"], ended["by"]) == ("exit", "visitor")
        await visitor.closed()
        key = "5f0c9b1e-4f4f-4f7e-9a0a-0a0a0a0a0a01"
        await desk.say("say", talk=started["code"], id=key, text="Ben je er nog?")
        assert (await desk.hear("refused", id=key))["why"] == "closed"
        _row, texts = await stored(started["code"])
        assert "Ben je er nog?" not in [text for _seq, _party, text in texts]
