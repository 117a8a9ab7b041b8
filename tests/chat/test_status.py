"""The status document, under both of its addresses: any site may read it, nobody is remembered."""

import pytest
from django.test import Client

from chat.models import Presence, PresenceState
from chat.statuses import statuses
from helplines.tenancy import across_organisations
from tests.factories.chat import staffed_line
from tests.factories.helplines import LineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    statuses.forget()


@pytest.mark.promise("A03")
def test_a_line_is_found_by_its_name_alone():
    line = LineFactory(slug="kade")
    short = Client().get("/api/lines/kade/status?lang=nl")
    long = Client().get(f"/{line.organisation.slug}/kade/status.json?lang=nl")
    assert (short.json(), short.headers["ETag"]) == (long.json(), long.headers["ETag"])
    assert set(short.json()) >= {"state", "reason", "opens_at", "text", "button"}
    assert short.headers["Access-Control-Allow-Origin"] == "*"
    assert short.headers["Cache-Control"] == "public, max-age=10"
    assert short.cookies == {}


def test_who_has_it_already_is_told_so():
    LineFactory(slug="kade")
    first = Client().get("/api/lines/kade/status")
    again = Client().get("/api/lines/kade/status", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("names", [[], ["kade", "kade"]], ids=["nobody's", "of two organisations"])
def test_a_name_that_is_not_of_one_line_is_unknown(names):
    for name in names:
        LineFactory(slug=name)
    answer = Client().get("/api/lines/kade/status")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, "*")


@pytest.mark.promise("A06")
def test_a_line_whose_counsellors_have_a_break_is_paused():
    line, _members = staffed_line()
    with across_organisations():
        Presence.objects.filter(membership__organisation=line.organisation).update(state=PresenceState.PAUSE)
    told = Client().get(f"/{line.organisation.slug}/{line.slug}/status.json?lang=nl").json()
    assert (told["state"], told["reason"], told["queue"]) == ("paused", None, False)
    assert told["text"] == "We nemen even pauze. Kom over een tijdje terug."
