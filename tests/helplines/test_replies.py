"""Canned replies: whose they are, what may stand in them, and what is filled in."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404
from django.utils import translation

from helplines import access, queries, replies
from helplines.models import CannedReply
from helplines.tenancy import inside
from tests.factories.helplines import (
    BranchFactory,
    CannedReplyFactory,
    EmergencyNumberFactory,
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
    open_always,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def problems(reply):
    with inside(reply.organisation), pytest.raises(ValidationError) as caught:
        reply.full_clean()
    return caught.value.messages


@pytest.mark.parametrize("text", ["Mail kim@example.org", "Bel 0470 12 34 56"])
def test_reply_with_a_persons_address_or_number_is_refused(text):
    reply = CannedReplyFactory(texts={"nl": "Goed.", "en": text})
    [said] = problems(reply)
    assert "English" in said and text.split(maxsplit=1)[1] in said


def test_reply_with_the_organisations_own_addresses_and_numbers_is_fine():
    organisation = OrganisationFactory()
    BranchFactory(organisation=organisation, email="noord@example.org", telephone="02 111 11 11")
    LineFactory(organisation=organisation, kind="telephone", contact="0800 12 345")
    EmergencyNumberFactory(organisation=organisation, number="070 245 245")
    text = "Mail privacy@example.org of noord@example.org, bel 02 111 11 11, 0800 12 345 of 070 245 245."
    reply = CannedReplyFactory(organisation=organisation, texts={"nl": text})
    with inside(organisation):
        reply.full_clean()


def test_own_number_of_another_organisation_is_not_known():
    BranchFactory(telephone="02 111 11 11")
    assert problems(CannedReplyFactory(texts={"nl": "Bel 02 111 11 11"}))


def test_name_of_a_reply_holds_no_personal_data_either():
    assert problems(CannedReplyFactory(name="kim@example.org"))


def test_reply_names_only_what_can_be_filled_in():
    [said] = problems(CannedReplyFactory(texts={"nl": "{{ line }} {{ nickname }}"}))
    assert "nickname" in said


def test_too_long_a_reply_is_refused():
    assert problems(CannedReplyFactory(texts={"nl": "a" * 2001}))


def test_empty_reply_is_refused():
    assert problems(CannedReplyFactory(texts={}))


def test_name_stands_once_on_a_level_and_again_on_another():
    first = CannedReplyFactory(name="hallo")
    line = LineFactory(organisation=first.organisation)
    member = MembershipFactory(organisation=first.organisation)
    for own in ({"line": line}, {"membership": member}):
        reply = CannedReply(organisation=first.organisation, name="hallo", texts={"nl": "Hallo"}, **own)
        with inside(first.organisation):
            reply.full_clean()
            reply.save()
            again = CannedReply(organisation=first.organisation, name="hallo", texts={"nl": "Hallo"}, **own)
            with pytest.raises(ValidationError, match="name"):
                again.full_clean()
    with pytest.raises(IntegrityError):
        CannedReplyFactory(organisation=first.organisation, name="hallo")


@pytest.mark.promise("O10")
def test_line_of_another_organisation_is_refused():
    reply = CannedReplyFactory()
    reply.line = LineFactory()
    assert problems(reply)


@pytest.mark.promise("O10")
def test_counsellor_uses_the_organisations_the_lines_and_their_own():
    line = LineFactory()
    organisation = line.organisation
    member, colleague = MembershipFactory(organisation=organisation), MembershipFactory(organisation=organisation)
    wanted = {
        CannedReplyFactory(organisation=organisation),
        CannedReplyFactory(organisation=organisation, line=line),
        CannedReplyFactory(organisation=organisation, membership=member),
    }
    CannedReplyFactory(organisation=organisation, membership=colleague)
    CannedReplyFactory(organisation=organisation, line=LineFactory(organisation=organisation))
    CannedReplyFactory()
    with inside(organisation):
        assert set(CannedReply.objects.usable_by(member, line)) == wanted
        assert {reply.level for reply in wanted} == {"organisation", "line", "personal"}
        assert set(CannedReply.objects.own_of(member)) == {reply for reply in wanted if reply.membership_id}
        assert not CannedReply.objects.shared().exclude(membership=None).exists()


def test_personal_reply_is_kept_changed_and_forgotten():
    member = MembershipFactory()
    made = replies.keep_personal(membership=member, name=" hoi ", texts={"nl": "Hoi"})
    with inside(member.organisation):
        row = access.own_reply(member, str(made.pk))
        assert (row.name, row.texts, row.level) == ("hoi", {"nl": "Hoi"}, "personal")
    replies.keep_personal(membership=member, name="dag", texts={"nl": "Dag"}, reply=row)
    with inside(member.organisation):
        assert list(CannedReply.objects.values_list("name", flat=True)) == ["dag"]
        with pytest.raises(ValidationError):
            replies.keep_personal(membership=member, name="weg", texts={"nl": "mail kim@example.org"})
    replies.forget_personal(membership=member, reply=row)
    with inside(member.organisation):
        assert not CannedReply.objects.exists()


def test_personal_replies_have_a_limit(monkeypatch):
    monkeypatch.setattr(replies, "MOST_PERSONAL", 1)
    member = MembershipFactory()
    replies.keep_personal(membership=member, name="a", texts={"nl": "A"})
    with pytest.raises(ValidationError, match="Delete one"):
        replies.keep_personal(membership=member, name="b", texts={"nl": "B"})


@pytest.mark.promise("O10")
@pytest.mark.parametrize("whose", ["colleague", "shared", "another organisation", "nothing", "no number"])
def test_reply_that_is_not_ones_own_is_not_there(whose):
    member = MembershipFactory()
    organisation = member.organisation
    rows = {
        "colleague": lambda: CannedReplyFactory(
            organisation=organisation, membership=MembershipFactory(organisation=organisation)
        ),
        "shared": lambda: CannedReplyFactory(organisation=organisation),
        "another organisation": CannedReplyFactory,
    }
    key = {"nothing": "0", "no number": "x" * 30}.get(whose) or str(rows[whose]().pk)
    with inside(organisation), pytest.raises(Http404):
        access.own_reply(member, key)


def test_values_are_filled_from_line_promises_and_numbers():
    line = LineFactory(name="De Kade")
    open_always(line)
    EmergencyNumberFactory(organisation=line.organisation, number="112", is_first=True)
    EmergencyNumberFactory(organisation=line.organisation, number="101", is_first=False)
    with inside(line.organisation):
        values = queries.reply_values(line, "nl", queries.policy_for(line))
    assert (values["line"], values["emergency"]) == ("De Kade", "112")
    assert values["hours"]
