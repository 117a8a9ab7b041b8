"""Copies of talks for the team: struck, by who led the talk alone, for a purpose, for a while (F10, F11)."""

from datetime import timedelta
from typing import NamedTuple

import msgspec
import pytest
import time_machine
from django.utils import timezone

from chat import access, copies, erasing
from chat.copies import StillPersonal
from chat.models import Conversation, CopyPurpose, Message, TeamCopy, new_code
from chat.states import State
from chat.wire import RefusedError
from helplines.models import Role
from helplines.personal_data import MASK
from helplines.tenancy import inside
from helplines.witness import AuditUnavailable
from privacy import audit
from privacy.models import AuditEntry
from tests.factories.chat import ActiveConversationFactory, TeamCopyFactory, contents_of
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory
from tests.helplines.admin_rooms import signed_in

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SAID = [
    ("counsellor", "Dag Robin, waar woon je?"),
    ("visitor", "In Tervuren, mijn nummer is 0470 12 34 56."),
    ("system", "Robin is weg."),
    ("visitor", "Ik ben bang thuis."),
]


@pytest.fixture
def talk():
    """A talk with somebody called Robin that is over, and will be gone in half a year."""
    talk = ActiveConversationFactory(state=State.CLOSED, expires_at=NOW + timedelta(days=180))
    contents = contents_of(talk)
    with inside(talk.organisation):
        for seq, (party, text) in enumerate(SAID, 1):
            Message.objects.create(
                organisation=talk.organisation, conversation=talk, seq=seq, party=party, at=NOW,
                uuid=f"00000000-0000-4000-8000-{seq:012}", text=contents.seal_text(seq, text),
            )  # fmt: skip
    return talk


def texts_of(talk, kept=()):
    return [one.text for one in copies.propose(talk, kept).pieces]


def make(talk, **given):
    given = {"texts": texts_of(talk), "kept": (), "purpose": CopyPurpose.TRAINING, "days": 14, "now": NOW, **given}
    return copies.make(talk=talk, membership=talk.counsellor, **given)


def told(talk):
    with inside(talk.organisation):
        rows = AuditEntry.objects.filter(event__startswith="copy-").order_by("number")
        return list(rows.values_list("event", "who", "on_behalf_of", "what", "why"))


@pytest.mark.promise("F10")
def test_proposal_has_nobody_in_it_and_nothing_of_the_system(talk):
    proposal = copies.propose(talk, ())
    assert [(one.party, one.text) for one in proposal.pieces] == [
        ("counsellor", f"Dag {MASK}, waar woon je?"),
        ("visitor", f"In {MASK}, mijn nummer is {MASK}."),
        ("visitor", "Ik ben bang thuis."),
    ]
    assert proposal.doubtful == ["Tervuren"]


def test_copy_says_in_which_language_a_counsellor_wrote(talk):
    """The page is in the reader's own language, the talk in that of the visitor (WCAG 3.1.2)."""
    with inside(talk.organisation):
        Conversation.objects.filter(pk=talk.pk).update(language="fr")
    talk.refresh_from_db()
    assert [one.lang for one in copies.propose(talk, ()).pieces] == ["fr", "", ""]
    made = make(talk)
    with inside(talk.organisation):
        Message.objects.filter(conversation=talk, party="counsellor").update(lang="de")
    assert [one.lang for one in copies.propose(talk, ()).pieces] == ["de", "", ""]
    reader = signed_in(talk.counsellor.staff)
    page = reader.get(f"/team/{talk.organisation.slug}/copies/{made.code}/").content.decode()
    assert page.count('<dd lang="fr">') == 1 and page.count("<dd>") == 2


class PieceBefore(NamedTuple):
    """As the release before languages had it: it reads pairs and nothing else."""

    party: str
    text: str


def test_release_before_languages_reads_a_new_copy(talk):
    """While web nodes are replaced one after the other, both releases serve the same team."""
    made = make(talk)
    text = access.contents_of(talk).unseal(made.code, copies.FIELD, made.contents)
    pieces = msgspec.json.decode(text, type=list[PieceBefore])
    assert [one.text for one in pieces] == texts_of(talk)
    # That release shows who is no visitor as the counsellor.
    assert [one.party == "visitor" for one in pieces] == [False, True, True]


@pytest.mark.parametrize(
    ("piece", "lang"),
    [
        (["counsellor", "Dag."], ""),
        (["counsellor", "Dag.", "fr"], "fr"),
        (["counsellor:fr", "Dag."], "fr"),
        (["counsellor:fr", "Dag.", {"later": 1}], "fr"),
    ],
)
def test_copy_of_any_release_is_read(talk, piece, lang):
    code = new_code()
    contents = access.contents_of(talk).seal(code, copies.FIELD, msgspec.json.encode([piece]).decode())
    made = TeamCopyFactory(conversation=talk, line=talk.line, code=code, contents=contents)
    assert copies.read(made, talk.counsellor) == [("counsellor", "Dag.", lang)]


@pytest.mark.promise("F10", "F11")
def test_colleague_of_the_line_reads_what_was_left_and_the_log_says_for_what(talk):
    mentor = MembershipFactory(organisation=talk.organisation, role=Role.MENTOR)
    made = make(talk, texts=["", *texts_of(talk)[1:]])
    found = copies.copy_of(mentor, made.code, NOW)
    assert [one.text for one in copies.read(found, mentor)] == [
        f"In {MASK}, mijn nummer is {MASK}.",
        "Ik ben bang thuis.",
    ]
    copies.read(copies.copy_of(talk.counsellor, made.code, NOW), talk.counsellor)
    owner = talk.counsellor.staff_id
    assert told(talk) == [
        ("copy-made", owner, "", made.code, "training"),
        ("copy-read", mentor.staff_id, str(owner), made.code, "training"),
    ]


@pytest.mark.promise("F10")
def test_what_is_handed_in_is_looked_through_once_more(talk):
    """Whatever a browser shows or sends: what may tell who it was is refused, with its place."""
    with pytest.raises(StillPersonal) as still:
        make(talk, texts=["Dag Robin", "In Tervuren", "bel 0470 12 34 56"], kept=["Robin", "Tervuren", "0470 12 34 56"])
    assert {at: [mark.text for mark in marks] for at, marks in still.value.found.items()} == {
        0: ["Robin"],
        2: ["0470 12 34 56"],
    }
    with inside(talk.organisation):
        assert (TeamCopy.objects.count(), told(talk)) == (0, [])


@pytest.mark.promise("F10")
@pytest.mark.parametrize("role", [Role.MENTOR, Role.COUNSELLOR, Role.ADMINISTRATOR])
def test_nobody_but_the_counsellor_of_the_talk_makes_a_copy(talk, role):
    other = MembershipFactory(organisation=talk.organisation, role=role)
    with pytest.raises(RefusedError, match="not_here"):
        copies.make(
            talk=talk, membership=other, texts=texts_of(talk), kept=(), purpose=CopyPurpose.QUALITY, days=7, now=NOW
        )
    client = signed_in(other.staff)
    page = f"/team/{talk.organisation.slug}/copies/of/{talk.code}/"
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"days": 31}, "malformed"),
        ({"texts": ["", " ", "\n"]}, "malformed"),
        ({"texts": ["one"]}, "malformed"),
        ({"texts": ["", "", "a" * 9000]}, "malformed"),
    ],
)
def test_what_cannot_be_meant_is_refused(talk, given, why):
    with pytest.raises(RefusedError, match=why):
        make(talk, **given)


def test_talk_that_goes_on_is_not_copied_and_three_copies_are_enough(talk):
    for _again in range(3):
        make(talk)
    with pytest.raises(RefusedError, match="full"):
        make(talk)
    with inside(talk.organisation):
        Conversation.objects.update(state=State.ACTIVE, ended_at=None, expires_at=None)
    with pytest.raises(RefusedError, match="going_on"):
        make(talk)


@pytest.mark.promise("F11")
def test_read_that_cannot_be_logged_does_not_happen(talk, monkeypatch):
    mentor = MembershipFactory(organisation=talk.organisation, role=Role.MENTOR)
    made = make(talk)

    def unwritable(**_told):
        raise AuditUnavailable

    monkeypatch.setattr(audit, "record", unwritable)
    with pytest.raises(AuditUnavailable):
        copies.read(made, mentor)
    with pytest.raises(AuditUnavailable):
        make(talk)
    with inside(talk.organisation):
        assert TeamCopy.objects.count() == 1


@pytest.mark.promise("F11", "O10")
def test_colleague_of_another_line_and_another_organisation_read_nothing(talk):
    made = make(talk)
    other_line = LineFactory(organisation=talk.organisation)
    elsewhere = MembershipFactory(organisation=talk.organisation, role=Role.MENTOR)
    AssignmentFactory(membership=elsewhere, line=other_line)
    for reader in (elsewhere, MembershipFactory(role=Role.MENTOR)):
        with inside(reader.organisation):
            assert copies.listed(reader, NOW) == []
        with pytest.raises(RefusedError, match="not_here"):
            copies.copy_of(reader, made.code, NOW)


@pytest.mark.promise("F10", "F13")
def test_copy_is_gone_after_its_days_and_never_outlives_its_talk(talk):
    reader = talk.counsellor
    made = make(talk, days=7)
    assert made.gone_at == NOW + timedelta(days=7)
    last = made.gone_at - timedelta(seconds=1)
    assert copies.copy_of(reader, made.code, last).pk == made.pk
    with pytest.raises(RefusedError):
        copies.copy_of(reader, made.code, made.gone_at)
    assert (copies.due(talk.organisation_id, last), copies.erase(talk.organisation_id, last, 10)) == (0, 0)
    assert (copies.due(talk.organisation_id, made.gone_at), copies.erase(talk.organisation_id, made.gone_at, 10)) == (
        1,
        1,
    )
    with inside(talk.organisation):
        Conversation.objects.update(expires_at=NOW + timedelta(days=2))
    talk.refresh_from_db()
    assert make(talk, days=30).gone_at == NOW + timedelta(days=2)


@pytest.mark.promise("F10")
def test_copy_goes_with_its_talk_when_that_is_erased(talk, done):
    officer = MembershipFactory(organisation=talk.organisation, role=Role.DPO)
    made = make(talk)
    with done():
        erasing.erase(conversation=talk, membership=officer, why="asked-by-visitor", now=NOW)
    with inside(talk.organisation):
        assert TeamCopy.objects.count() == 0
    with pytest.raises(RefusedError):
        copies.read(made, officer)


def test_maker_takes_it_back_and_a_colleague_cannot(talk):
    made, mentor = make(talk), MembershipFactory(organisation=talk.organisation, role=Role.MENTOR)
    with pytest.raises(RefusedError):
        copies.take_back(made=made, membership=mentor)
    copies.take_back(made=made, membership=talk.counsellor)
    with inside(talk.organisation):
        assert TeamCopy.objects.count() == 0


@pytest.mark.promise("F10", "F11")
def test_counsellor_makes_one_on_the_pages(talk):
    with time_machine.travel(NOW, tick=False):
        client = signed_in(talk.counsellor.staff)
        base = f"/team/{talk.organisation.slug}/copies/"
        page = f"{base}of/{talk.code}/"
        assert page in client.get(base).content.decode()
        shown = client.get(page).content.decode()
        assert ("Robin" in shown, "0470" in shown, "Ik ben bang thuis." in shown) == (False, False, True)
        again = client.post(page, {"do": "again", "kept": ["Tervuren", "Robin"]}).content.decode()
        assert ("In Tervuren," in again, "Dag Robin" in again) == (True, False)
        given = {"do": "make", "kept": ["Tervuren"], "text": ["Dag", "In Tervuren, bij Annelies", "Bang."], "days": "7"}
        refused = client.post(page, {**given, "purpose": "quality", "sure": "on"}).content.decode()
        assert ("Annelies" in refused, "In Tervuren, bij Annelies</textarea>" in refused) == (True, True)
        given["text"][1] = "In Tervuren"
        unsure = client.post(page, {**given, "purpose": "quality"})
        assert (unsure.status_code, "In Tervuren</textarea>" in unsure.content.decode()) == (200, True)
        made = client.post(page, {**given, "purpose": "quality", "sure": "on"})["Location"]
        assert "In Tervuren" in client.get(made).content.decode()
        assert client.post(made).status_code == 302
        assert client.get(made).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_for_many_as_for_one(count, django_assert_max_num_queries):
    line = LineFactory()
    reader = MembershipFactory(organisation=line.organisation, role=Role.MENTOR)
    for _again in range(count):
        TeamCopyFactory(line=line)
    client = signed_in(reader.staff)
    client.get(f"/team/{line.organisation.slug}/copies/")
    with django_assert_max_num_queries(16):
        page = client.get(f"/team/{line.organisation.slug}/copies/").content.decode()
    assert page.count("<tr><td>") == count
