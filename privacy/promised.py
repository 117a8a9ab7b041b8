"""The promises that are proved from tables of this floor and below, as they are signed in at `privacy.promises`."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines import queries, second_factor, told_numbers
from helplines.models import Line, Membership, Organisation, Policy
from helplines.policies import PolicyValues, numbers_unkept
from helplines.tenancy import inside
from privacy import deciders, disclosure, registry, vault, verifying
from privacy.promises import Finding, Promise, Proof, sign_in
from privacy.registry import Kind

# An address of a computer as a text holds it: four numbers, or at least three groups between colons.
ADDRESS = re.compile(
    r"(?<![\d.])(?<![A-Za-z]/)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\d|\.\d)"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::|[0-9a-f]{1,4})(?:[0-9a-f:]*)(?![\w:])|(?<![\w:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::",
    re.IGNORECASE,
)
TEXT = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField)
# What an organisation says of itself is no visitor's; the rest of what is held about people is looked through.
ABOUT_VISITORS = (Kind.TALK, Kind.WORK, Kind.LEDGER, Kind.ACCESS)


def log_is_whole(organisation: Organisation, _now: datetime) -> Finding:
    faults = list(verifying.faults(organisation.pk))
    with inside(organisation):
        count = apps.get_model("privacy.AuditEntry").objects.filter(organisation=organisation).count()
    numbers = [number for fault in faults for number in re.findall(r"\d+", fault)[:1]]
    return Finding(
        len(faults), {"entries": count, "faults": len(faults)}, tuple(f"entry:{number}" for number in numbers)
    )


def second_step(organisation: Organisation, _now: datetime) -> Finding:
    """Where a second step is obligatory nobody comes in without; elsewhere a password alone opens. A demo proves nothing."""
    people = set(Membership.objects.filter(organisation=organisation).in_force().values_list("staff", flat=True))
    lacking = sorted(people - second_factor.stamps(people).keys())
    can_enter = [person for person in lacking if second_factor.suffices("")]
    proof: Proof = {"people": len(people), "without": len(lacking), "open": len(can_enter)}
    if can_enter and (settings.DEMO or settings.DEBUG):
        return Finding(0, proof, can_tell=False)
    return Finding(len(can_enter), proof, tuple(f"person:{one}" for one in can_enter))


def somebody_decides(organisation: Organisation, now: datetime) -> Finding:
    """Each office that must agree has somebody, and together they can be different people; where nothing is kept nobody must."""
    asks = disclosure.procedure(queries.organisation_policy(organisation, now))
    keeps = bool(asks.offices) and not vault.lacking(organisation.pk, asks.holders)
    offices = deciders.within(asks) if keeps else []
    people = [deciders.of_office(organisation, office) for office in offices]
    lacking = [office for office, found in zip(offices, people, strict=True) if not found]
    lacking = lacking or ([] if deciders.can_be_apart(people) else offices)
    proof: Proof = {"offices": len(offices), "lacking": len(lacking)}
    return Finding(len(lacking), proof, tuple(f"office:{office}" for office in lacking))


def texts_agree(organisation: Organisation, now: datetime) -> Finding:
    """Every text that visitors read, also those that stand outside the policy."""
    wrong: list[str] = []
    base = queries.organisation_policy(organisation, now)
    policy = Policy.objects.filter(organisation=organisation, line=None).in_force(now).first()
    wrong += [f"policy:{policy.pk if policy else 0}:{one.field}" for one in numbers_unkept(base)]
    for name in told_numbers.OF_ORGANISATION:
        wrong += contradicting(f"organisation:{organisation.pk}:{name}", getattr(organisation, name), base)
    for line in Line.objects.filter(organisation=organisation).chats().select_related("organisation"):
        values = queries.policy_for(line, now)
        wrong += [f"line:{line.pk}:{one.field}" for one in numbers_unkept(values)]
        for name in told_numbers.OF_LINE:
            wrong += contradicting(f"line:{line.pk}:{name}", getattr(line, name), values)
    wrong = list(dict.fromkeys(wrong))
    return Finding(len(wrong), {"wrong": len(wrong)}, tuple(wrong))


def contradicting(where: str, texts: dict[str, str], values: PolicyValues) -> list[str]:
    return [
        f"{where}.{language}"
        for language, text in (texts or {}).items()
        if any(True for _found in told_numbers.contradictions(text, language, values))
    ]


def no_address(organisation: Organisation, _now: datetime) -> Finding:
    """Look through every text that is stored about visitors and about who signed in: none of it is an address."""
    rows, looked = [], 0
    for model, columns in searched():
        for values in stored(model, organisation).values_list("pk", *columns).iterator(chunk_size=2000):
            looked += 1
            if any(holds_address(value) for value in values[1:]):
                rows.append(f"{model._meta.label}:{values[0]}")
    proof: Proof = {"readable": len(rows), "looked": looked, "sealed": vault.kept(organisation.pk)}
    return Finding(len(rows), proof, tuple(rows))


def searched() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Tables about people with the columns in which a text can stand."""
    for holding in registry.holdings():
        model = apps.get_model(holding.model)
        columns = [one.name for one in model._meta.concrete_fields if isinstance(one, TEXT) and not one.choices]
        if holding.kind in ABOUT_VISITORS and columns:
            yield model, columns


def stored(model: type[models.Model], organisation: Organisation) -> Any:
    """The rows of this organisation; of a table that has none, such as who signs in, all rows."""
    names = {one.name for one in model._meta.concrete_fields}
    rows = model._default_manager.all()
    return rows.filter(organisation=organisation) if "organisation" in names else rows


def holds_address(value: Any) -> bool:
    if isinstance(value, dict):
        return any(holds_address(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(holds_address(each) for each in value)
    return bool(value) and ADDRESS.search(str(value)) is not None


PROMISES = [
    Promise(
        key="no-address",
        ids=("D01", "D02", "A08"),
        says=_("Who talks with you cannot see the address of your computer."),
        proof=_(
            "Rows looked through: %(looked)s. Readable addresses in them: %(readable)s. Sealed addresses: %(sealed)s."
        ),
        check=no_address,
        counts=frozenset({"looked", "sealed"}),
    ),
    Promise(
        key="texts",
        ids=("N04",),
        says=_("What our texts say is what the program does."),
        proof=_("Texts that say another number than the promise: %(wrong)s."),
        check=texts_agree,
    ),
    Promise(
        key="deciders",
        ids=("E01", "E07"),
        says=_("There is somebody who can decide when an address must be opened."),
        proof=_("Offices that must agree: %(offices)s. Without anybody: %(lacking)s."),
        check=somebody_decides,
        public=False,  # whoever wants in need not know which office stands empty
    ),
    Promise(
        key="second-step",
        ids=("O03",),
        says=_("Everybody who works here signs in with two steps."),
        proof=_(
            "People with access: %(people)s. Still without a second step: %(without)s. Of these can sign in: %(open)s."
        ),
        check=second_step,
        public=False,  # whoever wants in need not know where a password is enough
    ),
    Promise(
        key="audit-log",
        ids=("D08", "O09"),
        says=_("Nobody can change unseen what the log says about who read something."),
        proof=_("Entries checked: %(entries)s. Faults: %(faults)s."),
        check=log_is_whole,
        counts=frozenset({"entries"}),
    ),
]


def promise() -> None:
    sign_in(PROMISES)
