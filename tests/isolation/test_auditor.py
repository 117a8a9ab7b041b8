"""What an auditor reaches: every address is tried, and none leads to a talk, a text of somebody, or a single record (G06, L6)."""

import pytest

from chat.models import Conversation, Message
from helplines.models import Role
from tests.isolation.knock import Visitor
from tests.isolation.routes import every_route
from tests.isolation.world import CANARY, canary, our_models, writable

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.isolation.urls")]
# All that opens for this role, besides what opens for everybody and the pages about oneself.
OPENS = {
    "agreement", "promises", "ledger", "audit", "audit_week", "opening_count",
    "reports", "report_files", "report_of", "report_progress", "take_report",
}  # fmt: skip
# A row of these is of one talk, one person or one contact.
SINGLE = (
    "chat.",
    "complaints.Report",
    "complaints.Entry",
    "complaints.Fault",
    "complaints.Remark",
    "registration.ShortReport",
)
# Words that stand sealed in the rows of `words_of_visitors`.
SEALED = {"secalpha97x", "secalpha98x", "secalpha99x"}
TEXTS = {"Ik bleef rustig."}


def of_single_records(home):
    """Every word that stands in a row about one talk, one person or one contact."""
    words = {
        canary(home, model, column.name)
        for model in our_models()
        if model._meta.label.startswith(SINGLE)
        for column in writable(model)
    }
    return words | SEALED | TEXTS | {canary(home, Conversation, "nickname"), canary(home, Message, "text")}


@pytest.mark.promise("G06")
def test_auditor_reaches_no_talk_no_text_and_no_single_record(houses):
    home, auditor = houses["alpha"], Visitor.as_(Role.AUDITOR, houses)
    secret = of_single_records(home)
    opened, seen = set(), set()
    for route in every_route():
        for method in ("GET", "POST"):
            answer = auditor.ask(method, auditor.addresses(route)["own"])
            if answer.status == 200 and route.kind in {"members", "belonging", "admin"}:
                opened.add(route.name)
            words = {found[0] for found in CANARY.finditer(answer.text)} | {one for one in TEXTS if one in answer.text}
            seen |= {(route.name, one) for one in words & secret}

    assert seen == set()
    assert opened == OPENS


def test_there_is_something_to_reach(houses):
    """The same walk by who leads the talk does meet such a word: where nothing is shown, nothing is tested."""
    home, counsellor = houses["alpha"], Visitor.as_(Role.COUNSELLOR, houses)
    secret = of_single_records(home)
    assert len(secret) > 10
    route = next(route for route in every_route() if route.name == "short_reports")
    assert "Ik bleef rustig." in counsellor.ask("GET", counsellor.addresses(route)["own"]).text
