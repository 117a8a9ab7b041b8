"""Every kind of letter: it goes to people of its own organisation alone, with no word of another one (O10, goal A4).

A kind that is signed in at the outbox and not listed here fails the first test.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from helplines import carriers, outbox
from helplines.carriers import Draft
from helplines.models import Role, Staff
from helplines.tenancy import across_organisations, inside
from privacy import service
from privacy.alarms import Alarm, Kind
from privacy.models import PromiseCheck, Verdict
from tests.factories.helplines import LetterFactory
from tests.isolation.world import CANARY, House

pytestmark = pytest.mark.django_db
Told = dict[str, Any]


def administrator_of(home: House) -> Told:
    return {"person": home.people[Role.ADMINISTRATOR].pk}


def report_of(home: House) -> Told:
    return {"report": home.rows["report"].code}


def request_of(home: House) -> Told:
    return {"asked": home.rows["rightsrequest"].code}


# What a letter of this kind is told, about rows of one organisation.
TOLD: dict[str, Callable[[House], Told]] = {
    "invitation": lambda home: {"invitation": home.rows["invitation"].pk},
    "proposed": administrator_of,
    "trial": administrator_of,
    "opening": lambda home: {**administrator_of(home), "code": home.rows["openingrequest"].code},
    "opening-alarm": lambda _home: {"to": "dpo_email"},
    "broken": lambda _home: {},
    "fault-new": lambda home: {"fault": home.rows["fault"].code},
    **dict.fromkeys(
        (
            "report-new",
            "report-added",
            "report-due",
            "report-escalated",
            "report-read",
            "report-answered",
            "report-yours",
        ),
        report_of,
    ),
    **dict.fromkeys(("rights-new", "rights-due"), request_of),
}
# About somebody's own account, which belongs to no organisation.
OF_NOBODY: dict[str, Callable[[House], Told]] = {
    "reset": lambda home: {**administrator_of(home), "language": "en"},
    "notice": lambda home: {**administrator_of(home), "language": "en", "what": "password_changed"},
}
# These tell nothing of a row: there is no foreign one to name.
WITHOUT_ROWS = {"opening-alarm", "broken"}
# What somebody outside the organisation left for the answer.
LEFT = {"somebody@example.org"}


@pytest.fixture
def rooms(houses: dict[str, House]) -> dict[str, House]:
    """The houses, each with a report that somebody handles and a promise that is broken."""
    for home in houses.values():
        with inside(home.organisation):
            type(home.rows["report"]).objects.update(handler=home.rows["membership"])
            PromiseCheck.objects.create(
                organisation=home.organisation,
                promise="retention",
                verdict=Verdict.BROKEN,
                at=timezone.now(),
                version=1,
            )
    return houses


def composed(home: House | None, kind: str, told: Told) -> Draft | None:
    return outbox._composers[kind](home.organisation if home else None, told)


def addresses_of(home: House) -> set[str]:
    """Every address of this organisation and of the people who work there."""
    with across_organisations():
        people = set(Staff.objects.filter(memberships__organisation=home.organisation).values_list("email", flat=True))
    own = {
        getattr(home.organisation, name) for name in ("privacy_email", "complaints_email", "support_email", "dpo_email")
    }
    return people | own | {home.rows["invitation"].email} | LEFT


def words_of_others(draft: Draft, name: str) -> set[str]:
    return {found[0] for found in CANARY.finditer("\n".join(draft)) if found[2] != name}


def test_every_kind_of_letter_is_tried_here() -> None:
    assert {kind for kind in outbox._composers if kind != "test"} == set(TOLD) | set(OF_NOBODY)


@pytest.mark.promise("O10")
def test_letter_goes_to_own_people_with_own_words_alone(rooms: dict[str, House]) -> None:
    for name, home in rooms.items():
        addresses = addresses_of(home)
        for kind, told in TOLD.items():
            draft = composed(home, kind, told(home))
            assert draft is not None, kind
            assert (draft.to in addresses, words_of_others(draft, name)) == (True, set()), kind
            # Something could be in it: it names its own organisation.
            assert home.organisation.name in draft.subject + draft.body, kind


@pytest.mark.promise("O10")
def test_letter_about_a_row_of_another_organisation_is_not_written(rooms: dict[str, House]) -> None:
    ours, theirs = rooms["alpha"], rooms["bravo"]
    found = {kind: composed(ours, kind, told(theirs)) for kind, told in TOLD.items() if kind not in WITHOUT_ROWS}
    assert found == dict.fromkeys(found)
    mixed = {**TOLD["opening"](theirs), **administrator_of(ours)}
    assert composed(ours, "opening", mixed) is None


@pytest.mark.promise("O10")
@pytest.mark.parametrize("kind", ["proposed", "trial", "opening", "report-yours"])
def test_who_left_meanwhile_gets_no_letter(rooms: dict[str, House], kind: str) -> None:
    """A letter may wait for hours; somebody who works elsewhere by then hears nothing more of it."""
    home = rooms["alpha"]
    told = TOLD[kind](home)
    assert composed(home, kind, told) is not None
    with inside(home.organisation):
        people = [home.people[Role.ADMINISTRATOR], home.rows["membership"].staff]
        home.organisation.memberships.filter(staff__in=people).update(is_active=False)
    assert composed(home, kind, told) is None


def test_letter_about_an_account_names_no_organisation(rooms: dict[str, House]) -> None:
    for kind, told in OF_NOBODY.items():
        staff = rooms["alpha"].people[Role.ADMINISTRATOR]
        draft = composed(None, kind, told(rooms["alpha"]))
        assert draft is not None
        own = {found[0] for found in CANARY.finditer(f"{staff.email} {staff.username} {staff.get_short_name()}")}
        assert draft.to == staff.email
        assert {found[0] for found in CANARY.finditer("\n".join(draft))} <= own


def test_alarm_tells_each_organisation_its_own(rooms: dict[str, House], settings: Any) -> None:
    settings.OPERATOR_EMAIL = []
    found = [Alarm(Kind.PURGE_LATE, rooms[name].organisation.pk, what="talks") for name in ("alpha", "bravo")]
    service.tell_of([*found, Alarm(Kind.UNREADABLE)])
    for letter, name in zip(mail.outbox, ("alpha", "bravo"), strict=True):
        assert letter.to == [rooms[name].organisation.privacy_email]
        assert words_of_others(Draft(letter.to[0], letter.subject, str(letter.body)), name) == set()


def test_letters_of_two_organisations_with_one_key_are_two_letters() -> None:
    """Who works for both has one mailbox, and it shows letters with one number once."""
    for row in (LetterFactory(key="the same"), LetterFactory(key="the same")):
        carriers.hand_over(Draft("both@example.org", "News", "Come and look."), row.organisation, row.key)
    carriers.hand_over(Draft("both@example.org", "News", "Come and look."), None, "the same")
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 3
