"""Three organisations with look-alike rows, and a word in every text that tells whose it is and who may read it.

`pubalpha07x` is a text of organisation alpha that visitors read; `secbravo12x` one of bravo that is for its staff alone.
A new text column is for staff alone until it is listed in PUBLIC; one that can hold no such word is listed in FIXED.
"""

import re
from dataclasses import dataclass, field
from functools import cache
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
from helplines.tenancy import across_organisations, inside
from privacy import audit, shuffled
from privacy.disclosure import procedure
from privacy.models import AuditEntry, Lot, Waiting
from privacy.sealing import new_key, seal
from privacy.vault import seal_on_arrival
from tests.factories import chat as talks
from tests.factories import complaints as said
from tests.factories import helplines as made
from tests.factories import registration as registered
from tests.factories.vault import OpeningConsentFactory, OpeningRequestFactory, holder

NAMES = ("alpha", "bravo", "charlie")
CANARY = re.compile(r"(pub|sec)(alpha|bravo|charlie)\d\dx")
OURS = ("helplines", "chat", "privacy", "complaints", "registration")
# One row for the whole installation, and nobody's.
OF_THE_INSTALLATION = {"privacy.DataPulse", "privacy.KeysPulse"}
PUBLIC = {
    "helplines.Organisation": {
        "slug", "name", "legal_name", "website", "privacy_email", "complaints_email", "support_email", "dpo_email",
        "provider", "about", "secrecy", "exit_url", "register_number", "address",
    },
    "helplines.Line": {
        "slug", "name", "contact", "origins", "button", "opening", "busy", "closed", "farewell",
    },
    "helplines.Branch": {"name", "region", "email", "telephone"},
    "complaints.Procedure": {"words", "elsewhere"},
    "helplines.EmergencyNumber": {"number", "label"},
}  # fmt: skip
FIXED = {
    "helplines.Organisation": {"time_zone", "accent", "logo_type"},
    "helplines.Staff": {"password", "language"},
    "helplines.Invitation": {"token", "roles"},
    "helplines.Policy": {"values"},  # written below, in the shape of a policy
    "helplines.PolicyProposal": {"values"},  # in the shape of a policy too
    "chat.Handover": {"code"},  # what is written in it is sealed to this code
    "chat.TeamCopy": {"code"},  # what is written is sealed to this code
    "chat.Block": {"reason"},  # one word of a few
    "chat.Reading": {"purpose"},  # likewise
    "chat.Conversation": {"language", "code"},  # the contents are sealed to this code
    "chat.Message": {"lang"},  # one of the languages of the line
    "registration.Form": {"fields"},  # in the shape of a form
    "registration.Tree": {"code"},  # a form names it so
    "registration.Node": {"code"},
    "registration.Registration": {
        "moment",
        "subject",
        "region",
        "age",
        "role",
        "outcome",
        "answers",  # codes of a form
    },
    "registration.Figure": {"table", "option", "subject", "region", "age"},
    "registration.ClosedYear": {"digest"},
    "registration.Published": {"source", "audience", "figures", "digest"},
    "registration.SavedReport": {"code", "report", "views"},
    "registration.Download": {"figures", "span", "audience", "kind", "language", "digest"},  # keywords and codes
    "privacy.OrganisationKey": {"master"},
    "privacy.PseudonymKey": {"purpose"},
    "privacy.ConversationKey": {"conversation", "what"},  # the code again
    "privacy.Lot": {"store", "code"},
    "complaints.Report": {"code", "receipt", "language", "contact_code", "consent", "summary_code"},
    "complaints.RightsRequest": {"code", "language"},  # what is written is sealed to it
    "complaints.Entry": {"code"},  # what is written is sealed to it
    "complaints.Fault": {"code", "checks"},
    "complaints.FeedbackForm": {"questions"},  # written below, in the shape of questions
    "complaints.Tally": {"question", "choice"},
    "complaints.Remark": {"question", "code"},
    "helplines.Letter": {"key", "kind", "told", "trouble"},  # ids and keywords
    "helplines.MailServer": {"user", "password", "selector"},  # sealed; shown to administrators alone
    "privacy.AuditEntry": {"role", "on_behalf_of", "what", "why", "previous", "digest"},  # written once, below
    "privacy.Holder": {"name"},  # digits of a digest
    "privacy.SealedIdentity": {"conversation", "holders", "terms", "layers"},  # sealed to these
    "privacy.OpeningConsent": {"code", "conversation", "holders", "recipient"},  # what for is sealed to these
    "privacy.OpeningRequest": {
        "code",
        "conversation",
        "holders",
        "terms",
        "ground",
        "recipient",
        "discussed",
        "asked_on",
        "approvals",
    },  # keywords and codes; what was written is sealed
    "privacy.AuditHead": {"digest", "seal"},
    "privacy.PromiseCheck": {"promise", "found", "rows"},  # counts and opaque ids
    "privacy.SweepDone": {"eraser"},
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
    found = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return [model for model in found if model._meta.label not in OF_THE_INSTALLATION]


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
    organisation = made.OrganisationFactory(slug=name, shows_proof=True, logo=PNG, logo_type="image/png")
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
        "teamcopy": talks.TeamCopyFactory(line=line),
        "reading": talks.ReadingFactory(conversation__line=line),
    }
    home.rows["lot"], home.rows["waiting"] = waiting_in(organisation)
    home.rows["holder"], _private = holder(organisation)
    with inside(organisation):
        seal_on_arrival(
            organisation_id=organisation.pk,
            conversation=home.rows["conversation"].code,
            key=new_key(),
            kind="address",
            value="203.0.113.9",
            asks=procedure(policies.PolicyValues()),
        )
    home.rows["openingrequest"] = OpeningRequestFactory(
        organisation=organisation,
        conversation=home.rows["conversation"].code,
        asked_by=home.people[Role.COUNSELLOR],
    )
    home.rows["openingconsent"] = OpeningConsentFactory(
        organisation=organisation,
        conversation=home.rows["conversation"].code,
        asked_by=home.people[Role.COUNSELLOR],
    )
    home.rows |= words_of_visitors(organisation)
    home.rows["mailserver"] = made.MailServerFactory(organisation=organisation)
    home.rows["letter"] = made.LetterFactory(organisation=organisation)
    home.rows["contact"] = talks.ContactFactory(conversation=home.rows["conversation"])
    home.rows["block"] = talks.BlockFactory(by=membership)
    home.rows["form"] = registered.FormFactory(organisation=organisation)
    with across_organisations():
        home.rows["tree"] = home.rows["form"].organisation.subject_trees.get()
        home.rows["node"] = home.rows["tree"].nodes.first()
    home.rows["draft"] = registered.DraftFactory(conversation=home.rows["conversation"])
    home.rows["registration waiting"] = registered.WaitingFactory(organisation=organisation)
    home.rows["registration"] = registered.RegistrationFactory(line=line)
    home.rows["shortreport"] = registered.ShortReportFactory(writer=membership)
    home.rows["figure"] = registered.FigureFactory(organisation=organisation, line=line)
    home.rows["download"] = registered.DownloadFactory(organisation=organisation)
    home.rows["making"] = registered.MakingFactory(download=home.rows["download"])
    home.rows["closedyear"] = registered.ClosedYearFactory(organisation=organisation)
    home.rows["published"] = registered.PublishedFactory(organisation=organisation)
    home.rows["savedreport"] = registered.SavedReportFactory(organisation=organisation)
    home.rows["silence"] = talks.SilenceFactory(conversation=home.rows["conversation"])
    return home


def words_of_visitors(organisation: Organisation) -> dict[str, Any]:
    """A report with a note in it, a fault, and what came of feedback."""
    report, _receipt = said.received(organisation, text=f"sec{organisation.slug}97x", contact="somebody@example.org")
    with inside(organisation):
        entry = report.entries.get()
    return {
        "report": report,
        "entry": entry,
        "rightsrequest": said.asked_right(organisation, words=f"sec{organisation.slug}96x"),
        "fault": said.faulty(organisation, text=f"sec{organisation.slug}98x"),
        "procedure": said.ProcedureFactory(organisation=organisation),
        "feedbackform": said.FeedbackFormFactory(organisation=organisation),
        "tally": said.TallyFactory(organisation=organisation),
        "remark": said.remark(organisation, f"sec{organisation.slug}99x"),
    }


def waiting_in(organisation: Organisation) -> tuple[Lot, Waiting]:
    """Something that waits to become anonymous."""
    with inside(organisation):
        lot, key = shuffled.lot_to_wait_in(organisation.pk, "nowhere", timezone.now())
        sealed = seal(key, b"something", shuffled.place_of(lot))
        return lot, Waiting.objects.create(organisation=organisation, lot=lot, sealed=sealed)


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
    return list(everything.filter(organisation_id=home.organisation.pk)) if hasattr(model, "organisation_id") else []


def canary(home: House, model: type[models.Model], column: str) -> str:
    """The word of one column; the same number in every organisation."""
    open_to_all = column in PUBLIC.get(model._meta.label, set()) or column == "values"
    return f"{'pub' if open_to_all else 'sec'}{home.name}{numbers()[model._meta.label, column]:02d}x"


@cache
def numbers() -> dict[tuple[str, str], int]:
    """A number for each column with a text of an organisation."""
    owned = [entry for entry in our_models() if entry in (Organisation, Staff) or hasattr(entry, "organisation_id")]
    columns = [(entry._meta.label, each.name) for entry in owned for each in writable(entry)]
    columns += [("helplines.Policy", "values"), ("chat.Conversation", "nickname"), ("chat.Message", "text")]
    columns += [("admin.LogEntry", "change_message"), ("privacy.AuditEntry", "what")]
    return {column: number for number, column in enumerate(columns)}


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
    """What an administrator changed, as the admin's history tells it, and what the audit log tells."""
    audit.record(
        organisation=home.organisation.pk,
        event=audit.Event.TRANSCRIPT_READ,
        who=home.people[Role.ADMINISTRATOR],
        what=canary(home, AuditEntry, "what"),
    )
    for row in list(home.rows.values()):
        LogEntry.objects.create(
            user=home.people[Role.ADMINISTRATOR],
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row)[:200],
            action_flag=CHANGE,
            change_message=canary(home, LogEntry, "change_message"),
        )
