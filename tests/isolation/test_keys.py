"""No key reaches over the wall: what must be unique is so within one organisation, and rows point to their own (O10)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import models, router

from chat.models import Advice, AdviceAnswer, Whisper
from config.demo import seed
from helplines import outbox
from helplines.models import Assignment, Letter
from helplines.tenancy import across_organisations
from helplines.walls import is_of_an_organisation
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import AssignmentFactory, InvitationFactory, LineFactory

PREFIX = (
    "{label} must be unique by {columns} over all organisations: who tries a value learns from a refusal that another one "
    "has it. Let the key begin with `organisation`, or say in MADE_BY_CHANCE that nobody can choose it."
)
# Codes that the program draws, so long that nobody meets another's; most are looked for before it is known whose they are.
MADE_BY_CHANCE = {
    "chat.Block.code",
    "chat.Conversation.code",
    "chat.Handover.code",
    "chat.TeamCopy.code",
    "complaints.Entry.code",
    "complaints.Fault.code",
    "complaints.Report.code",
    "complaints.Report.receipt",  # the digest of one
    "complaints.RightsRequest.code",
    "helplines.Invitation.token",  # the digest of one
    "privacy.ConversationKey.conversation",  # the code of a talk, or of a thing like it
    "privacy.Lot.code",
    "privacy.OpeningConsent.code",
    "privacy.OpeningRequest.code",
}
# What is shown to everybody, and stands in addresses.
PUBLIC = {"helplines.Organisation.slug"}
# A letter to somebody's own account belongs to no organisation.
OF_NOBODY = {"helplines.Letter.key"}
TWICE = (Advice, AdviceAnswer, Whisper, Letter)


def of_organisations() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if is_of_an_organisation(model)]


def unique_keys(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    columns = model._meta.concrete_fields
    yield from ((column.name,) for column in columns if column.unique and not column.primary_key)
    yield from (tuple(found) for found in model._meta.unique_together)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield tuple(constraint.fields) or tuple(str(entry) for entry in constraint.expressions)


def parents(model: type[models.Model]) -> list[str]:
    """The columns that point to a row of an organisation, and `organisation` itself."""
    return [
        column.name
        for column in model._meta.concrete_fields
        if column.remote_field is not None and is_of_an_organisation(column.remote_field.model)
    ]


def over_the_wall() -> set[str]:
    """Unique keys that begin neither with the organisation nor with a row that is in it."""
    return {
        f"{model._meta.label}.{'+'.join(key)}"
        for model in of_organisations()
        for key in unique_keys(model)
        if key[0] not in {"organisation_id", *parents(model)}
    }


def ways(model: type[models.Model]) -> list[str]:
    """From a row to the organisations that it and the rows to which it points are of."""
    own = [f"{name}__organisation_id" for name in parents(model) if name != "organisation"]
    # The keys, which are in a database of their own, have the number alone.
    has_own = any(column.attname == "organisation_id" for column in model._meta.concrete_fields)
    return [*(["organisation_id"] if has_own else []), *own]


def strays() -> dict[str, list[Any]]:
    """By table, the rows that do not point into one organisation alone; tables that point one way are not there."""
    found = {}
    for model in of_organisations():
        first, *others = ways(model) or [""]
        apart = models.Q()
        for way in others:
            apart |= models.Q(**{f"{way}__isnull": False}) & ~models.Q(**{way: models.F(first)})
        if others:
            with across_organisations():
                rows = models.QuerySet(model).using(router.db_for_read(model)).filter(apart)
                found[model._meta.label] = list(rows.values_list("pk", flat=True))
    return found


@pytest.mark.promise("O10")
def test_every_unique_key_begins_with_the_organisation() -> None:
    wrong = sorted(over_the_wall() - MADE_BY_CHANCE - PUBLIC - OF_NOBODY)
    assert [PREFIX.format(label=entry.rpartition(".")[0], columns=entry.rpartition(".")[2]) for entry in wrong] == []


def test_listed_keys_are_there() -> None:
    assert (MADE_BY_CHANCE | PUBLIC | OF_NOBODY) - over_the_wall() == set()


def test_key_of_letters_without_organisation_is_for_those_alone() -> None:
    keys = {constraint.name: constraint for constraint in Letter._meta.constraints}
    assert keys["one_letter_a_key_of_nobody"].condition == models.Q(organisation=None)


@pytest.mark.django_db
def test_number_that_another_organisation_uses_is_free() -> None:
    """A browser chooses the number of what it sends, and a letter has its key from what it is about."""
    with across_organisations():
        for talk in (ActiveConversationFactory(), ActiveConversationFactory()):
            given = {"organisation_id": talk.organisation_id, "at": talk.started_at, "uuid": UUID(int=7), "text": b""}
            asked = Advice.objects.create(conversation=talk, line=talk.line, asker=talk.counsellor, **given)
            AdviceAnswer.objects.create(advice=asked, author=talk.counsellor, **given)
            Whisper.objects.create(conversation=talk, author=talk.counsellor, **given)
            assert outbox.put("trial", key="the same", organisation=talk.organisation_id) is not None
            assert outbox.put("trial", key="the same", organisation=talk.organisation_id) is None
        assert {model: model.objects.count() for model in TWICE} == dict.fromkeys(TWICE, 2)


@pytest.mark.django_db
def test_letter_of_no_organisation_is_stored_once() -> None:
    assert [outbox.put("trial", key="the same", organisation=None) is not None for _time in range(2)] == [True, False]


@pytest.mark.promise("O10")
@pytest.mark.django_db
def test_every_row_points_into_one_organisation(houses: Any) -> None:
    found = strays()
    assert {label: rows for label, rows in found.items() if rows} == {}
    assert {"chat.Message", "helplines.Assignment", "complaints.Entry", "privacy.Waiting"} <= set(found)


@pytest.mark.django_db
def test_rows_that_the_program_sowed_point_into_one_organisation(settings: Any) -> None:
    settings.DEMO, settings.DEMO_SITE_ORIGIN = True, "http://localhost:8000"
    seed.sow()
    found = strays()
    assert {label: rows for label, rows in found.items() if rows} == {}


@pytest.mark.django_db
def test_row_that_points_over_the_wall_is_found() -> None:
    """By its own column and a row that it points to, and by two such rows where it has no column of its own."""
    ours, theirs = AssignmentFactory(), LineFactory()
    invitation = InvitationFactory(organisation=ours.organisation)
    with across_organisations():
        Assignment.objects.filter(pk=ours.pk).update(line=theirs)
        invitation.lines.add(theirs)
        through = invitation.lines.through.objects.get()
    found = {label: rows for label, rows in strays().items() if rows}
    assert found == {"helplines.Assignment": [ours.pk], "helplines.Invitation_lines": [through.pk]}
