"""Three organisations with look-alike rows, and a word in every text that tells whose it is and who may read it.

`pubalpha07x` is a text of organisation alpha that visitors read; `secbravo12x` one of bravo that is for its staff alone.
A new text column is for staff alone until it is listed in PUBLIC; one that can hold no such word is listed in FIXED.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from chat.models import Conversation, Message
from helplines import policies
from helplines.fields import LanguagesField, LocalisedField
from helplines.invitation_links import WORKS_FOR, fingerprint
from helplines.models import Line, Organisation, Role, Staff
from helplines.tenancy import across_organisations
from tests.factories import chat as talks
from tests.factories import helplines as made

NAMES = ("alpha", "bravo", "charlie")
CANARY = re.compile(r"(pub|sec)(alpha|bravo|charlie)\d\dx")
OURS = ("helplines", "chat", "privacy")
PUBLIC = {
    "helplines.Organisation": {
        "slug", "name", "legal_name", "website", "privacy_email", "complaints_email", "support_email", "dpo_email",
        "provider", "about", "secrecy", "exit_url",
    },
    "helplines.Line": {
        "slug", "name", "contact", "origins", "button", "opening", "busy", "closed", "farewell",
    },
    "helplines.Branch": {"name", "region", "email", "telephone"},
    "helplines.EmergencyNumber": {"number", "label"},
}  # fmt: skip
FIXED = {
    "helplines.Organisation": {"time_zone", "accent", "logo_type"},
    "helplines.Staff": {"password", "language"},
    "helplines.Invitation": {"token", "roles"},
    "helplines.Policy": {"values"},  # written below, in the shape of a policy
    "helplines.PolicyProposal": {"values"},  # in the shape of a policy too
    "chat.Handover": {"code"},  # what is written in it is sealed to this code
    "chat.Conversation": {"language", "code"},  # the contents are sealed to this code
    "privacy.OrganisationKey": {"master"},
    "privacy.ConversationKey": {"conversation"},  # the code again
}
TEXT = (models.CharField, models.TextField, models.JSONField)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@dataclass
class House:
    """One organisation: a row for every table (by model name), and its people by what they are."""

    name: str
    organisation: Organisation
    line: Line
    rows: dict[str, Any]
    people: dict[str, Staff] = field(default_factory=dict)
    passkey: int = 0


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def build() -> dict[str, House]:
    """Three houses; everybody there could ever be works for the first."""
    houses = {name: house(name) for name in NAMES}
    first = houses["alpha"]
    for role in (Role.MENTOR, Role.MANAGER, Role.DPO, Role.AUDITOR):
        first.people[role] = member(first, role)
    first.people["unsigned"] = member(first, Role.ADMINISTRATOR, accepted=False)
    made.MembershipFactory(
        organisation=first.organisation, staff=first.people["unsigned"], role=Role.COUNSELLOR, accepted=False
    )
    first.people["let go"] = member(first, Role.ADMINISTRATOR, is_active=False)
    first.people["closed account"] = member(first, Role.ADMINISTRATOR, staff__is_active=False)
    first.people["operator"] = made.StaffFactory(is_superuser=True, username="operator")
    for entry in houses.values():
        write_canaries(entry)
    return houses


def member(home: House, role: str, **given: Any) -> Staff:
    username = f"{home.name}-{role}-{len(home.people)}"
    staff: Staff = made.MembershipFactory(
        organisation=home.organisation, role=role, staff__username=username, **given
    ).staff
    return staff


def passkey_of(staff: Staff) -> int:
    """The key of somebody's passkey, which nobody else may take away."""
    made = Authenticator.objects.create(
        user=staff, type=Authenticator.Type.WEBAUTHN, data={"name": "", "credential": {}}
    )
    return int(made.pk)


def house(name: str) -> House:
    organisation = made.OrganisationFactory(slug=name, logo=PNG, logo_type="image/png")
    line = made.LineFactory(organisation=organisation, slug=f"{name}-line")
    made.open_always(line)
    home = House(name, organisation, line, rows={})
    home.people = {role: member(home, role) for role in (Role.ADMINISTRATOR, Role.COUNSELLOR)}
    home.passkey = passkey_of(member(home, Role.COUNSELLOR))
    with across_organisations():
        membership = organisation.memberships.filter(role=Role.COUNSELLOR).order_by("pk").first()
        agreement = organisation.agreements.get()
    home.rows = {
        "organisation": organisation,
        "line": line,
        "branch": made.BranchFactory(organisation=organisation),
        "emergencynumber": made.EmergencyNumberFactory(organisation=organisation, is_first=True),
        "invitation": made.InvitationFactory(
            organisation=organisation, token=fingerprint(f"link-{name}"), expires_at=timezone.now() + WORKS_FOR
        ),
        "cannedreply": made.CannedReplyFactory(organisation=organisation),
        "closure": made.ClosureFactory(organisation=organisation, line=made.LineFactory(organisation=organisation)),
        "extraopening": made.ExtraOpeningFactory(line=line),
        "policy": (policy := made.PolicyFactory(organisation=organisation)),
        "policyproposal": made.PolicyProposalFactory(
            organisation=organisation, proposer=home.people[Role.ADMINISTRATOR], against=policy.pk
        ),
        "staff": membership.staff,
        "membership": membership,
        "confidentialityagreement": agreement,
        "assignment": made.AssignmentFactory(membership=membership, line=line),
        "conversation": talks.ActiveConversationFactory(line=line, counsellor=membership),
        "presence": talks.PresenceFactory(membership=membership),
        "handover": talks.HandoverFactory(conversation__line=line, owner=membership),
        "rest": talks.RestFactory(membership=membership),
    }
    home.rows["silence"] = talks.SilenceFactory(conversation=home.rows["conversation"])
    return home


def write_canaries(home: House) -> None:
    """Put a word of this organisation in every text of every row that it owns."""
    with across_organisations():
        for model in our_models():
            columns = writable(model)
            for row in rows_of(home, model):
                given = {entry.name: canary_for(home, model, entry, row.pk) for entry in columns}
                if given:
                    # Around the model's own rules: a policy, for one, refuses to be changed.
                    models.QuerySet(model).filter(pk=row.pk).update(**given)
        fill_policy(home)
        fill_talk(home)
        write_history(home)
        for row in (home.organisation, home.line, *home.rows.values(), *home.people.values()):
            row.refresh_from_db()


def writable(model: type[models.Model]) -> list[Any]:
    """The columns of a table that hold words of people."""
    fixed = FIXED.get(model._meta.label, set())
    return [
        entry
        for entry in model._meta.concrete_fields
        if isinstance(entry, TEXT) and not isinstance(entry, LanguagesField) and not entry.choices
        if entry.name not in fixed
    ]


def rows_of(home: House, model: type[models.Model]) -> list[Any]:
    everything = models.QuerySet(model)
    if model is Organisation:
        return [home.organisation]
    if model is Staff:
        return list(everything.filter(memberships__organisation=home.organisation).distinct())
    return list(everything.filter(organisation_id=home.organisation.pk))


def canary(home: House, model: type[models.Model], column: str) -> str:
    """The word of one column; the same number in every organisation."""
    columns = [(entry._meta.label, each.name) for entry in our_models() for each in writable(entry)]
    columns += [("helplines.Policy", "values"), ("chat.Conversation", "nickname"), ("chat.Message", "text")]
    columns += [("admin.LogEntry", "change_message")]
    open_to_all = column in PUBLIC.get(model._meta.label, set()) or column == "values"
    return f"{'pub' if open_to_all else 'sec'}{home.name}{columns.index((model._meta.label, column)):02d}x"


def canary_for(home: House, model: type[models.Model], column: Any, key: int) -> Any:
    word = canary(home, model, column.name)
    if isinstance(column, LocalisedField):
        return {"nl": word, "en": word}
    if column.name == "origins":
        return [f"https://{word}.example.org"]
    if isinstance(column, models.JSONField):
        return [word]
    if isinstance(column, models.EmailField):
        return f"{word}{key}@example.org"
    if isinstance(column, models.URLField):
        return f"https://{word}.example.org/"
    # What must be unique carries the row's number too.
    single = column.unique or (model is Line and column.name == "slug")
    return f"{word}{key}" if single else word


def fill_policy(home: House) -> None:
    word = canary(home, type(home.rows["policy"]), "values")
    texts = {"nl": word, "en": word}
    choices = (policies.Choice(key="a", label=texts), policies.Choice(key="b", label=texts))
    question = policies.Question(key="q", kind="choice", label=texts, why=texts, choices=choices)
    values = policies.dump(policies.PolicyValues(greeting=texts, disclaimer=texts, questions=(question,)))
    models.QuerySet(type(home.rows["policy"])).filter(pk=home.rows["policy"].pk).update(values=values)


def fill_talk(home: House) -> None:
    """A nickname and a message, sealed as the program seals them."""
    talk: Conversation = home.rows["conversation"]
    contents = talks.contents_of(talk)
    nickname = contents.seal_nickname(canary(home, Conversation, "nickname"))
    Conversation.objects.filter(pk=talk.pk).update(nickname=nickname)
    Message.objects.create(
        organisation=home.organisation,
        conversation=talk,
        seq=1,
        uuid="00000000-0000-4000-8000-000000000001",
        party="visitor",
        text=contents.seal_text(1, canary(home, Message, "text")),
        at=talk.started_at,
    )


def write_history(home: House) -> None:
    """What an administrator changed, as the admin's history tells it."""
    for row in list(home.rows.values()):
        LogEntry.objects.create(
            user=home.people[Role.ADMINISTRATOR],
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row)[:200],
            action_flag=CHANGE,
            change_message=canary(home, LogEntry, "change_message"),
        )
