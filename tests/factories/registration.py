"""Forms and registrations to test with."""

from datetime import date
from typing import Any

import factory
from django.utils import timezone

from helplines.tenancy import across_organisations
from registration import outbox, release
from registration.models import (
    ClosedYear,
    Download,
    Draft,
    Figure,
    Form,
    Making,
    Node,
    Published,
    Registration,
    SavedReport,
    ShortReport,
    Tree,
    Waiting,
)
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import LineFactory, MembershipFactory, OrganisationFactory, TenantFactory


def texts(words: str) -> dict[str, str]:
    return {"nl": words, "en": words}


def options(*keys: str) -> list[dict[str, Any]]:
    return [{"key": key, "label": texts(key)} for key in keys]


def field(key: str, kind: str, **given: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label": texts(key), **given}


FIELDS = [
    field("theme", "tree", tree="themes", counts_as="subject", required=True, reports=["funder"]),
    field("age", "age", options=options("0-11", "12-17", "18-")),
    field("region", "region", options=options("east", "west")),
    field("gender", "choice", options=options("f", "m", "x")),
    field("outcome", "choice", options=options("advice", "referred"), counts_as="outcome"),
    field("times", "number", low=0, high=50, step=5),
    field("report", "report"),
]


class TreeFactory(TenantFactory):
    """A tree "themes": work > pay, and home."""

    class Meta:
        model = Tree

    organisation = factory.SubFactory(OrganisationFactory)
    code = "themes"
    name = factory.LazyFunction(lambda: texts("Themes"))

    @classmethod
    def _create(cls, model_class: type, *args: Any, **kwargs: Any) -> Any:
        tree = super()._create(model_class, *args, **kwargs)
        work = NodeFactory(tree=tree, code="work")
        NodeFactory(tree=tree, code="pay", parent=work)
        NodeFactory(tree=tree, code="home")
        return tree


class NodeFactory(TenantFactory):
    class Meta:
        model = Node

    tree = factory.SubFactory(TreeFactory)
    organisation = factory.SelfAttribute("tree.organisation")
    code = factory.Sequence("subject-{}".format)
    label = factory.LazyAttribute(lambda made: texts(made.code.title()))


class FormFactory(TenantFactory):
    """Version 1 for a whole organisation, with its tree."""

    class Meta:
        model = Form

    organisation = factory.SubFactory(OrganisationFactory)
    number = 1
    fields = factory.LazyFunction(lambda: FIELDS)
    reason = "First"
    published_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: type, *args: Any, **kwargs: Any) -> Any:
        trees = Tree.objects.with_scope(organisation=kwargs["organisation"].pk)
        if not trees.filter(code="themes").exists():
            TreeFactory(organisation=kwargs["organisation"])
        return super()._create(model_class, *args, **kwargs)


class DraftFactory(TenantFactory):
    class Meta:
        model = Draft

    conversation = factory.SubFactory(ActiveConversationFactory)
    organisation = factory.SelfAttribute("conversation.organisation")


class RegistrationFactory(TenantFactory):
    """One contact by chat in March 2026, in the afternoon, half an hour long."""

    class Meta:
        model = Registration

    line = factory.SubFactory(LineFactory)
    organisation = factory.SelfAttribute("line.organisation")
    channel = "chat"
    month = date(2026, 3, 1)
    moment = "afternoon"
    minutes = 30
    subject = "pay"
    region = "east"
    age = "12-17"
    outcome = "advice"
    answers = factory.LazyAttribute(
        lambda made: {"theme": [made.subject], "region": made.region, "age": made.age, "outcome": made.outcome}
    )


class ShortReportFactory(TenantFactory):
    class Meta:
        model = ShortReport

    writer = factory.SubFactory(MembershipFactory)
    organisation = factory.SelfAttribute("writer.organisation")
    month = date(2026, 3, 1)

    @classmethod
    def _create(cls, model_class: type, *args: Any, **kwargs: Any) -> Any:
        organisation, text = kwargs["organisation"], kwargs.pop("words", "Ik bleef rustig.")
        item = outbox.Text(writer=kwargs["writer"].pk, text=text, day=kwargs["month"])
        made = release.report_of(organisation, outbox.key_of(organisation.pk), item, kwargs["month"])
        with across_organisations():
            made.save()
        return made


class WaitingFactory(TenantFactory):
    """A short report on its way, of a counsellor who left."""

    class Meta:
        model = Waiting

    organisation = factory.SubFactory(OrganisationFactory)

    @classmethod
    def _create(cls, model_class: type, *args: Any, **kwargs: Any) -> Any:
        organisation_id = kwargs["organisation"].pk
        item = outbox.Text(writer=0, text="Ik bleef rustig.", day=date(2026, 3, 1))
        made = outbox.sealed(organisation_id, outbox.key_of(organisation_id), item)
        with across_organisations():
            made.save()
        return made


class FigureFactory(TenantFactory):
    class Meta:
        model = Figure

    organisation = factory.SubFactory(OrganisationFactory)
    month = date(2025, 3, 1)
    table = "all"
    count = 1


class ClosedYearFactory(TenantFactory):
    class Meta:
        model = ClosedYear

    organisation = factory.SubFactory(OrganisationFactory)
    year = 2025
    closed_at = factory.LazyFunction(timezone.now)
    counted = erased = 0
    digest = "0" * 64


class PublishedFactory(TenantFactory):
    """One cell of one month: forty contacts of somewhere in the east."""

    class Meta:
        model = Published

    organisation = factory.SubFactory(OrganisationFactory)
    source = "contacts"
    month = date(2025, 3, 1)
    audience = "inside"
    base = 5
    figures = factory.LazyFunction(lambda: {"crossed": [["", "pay", "east", "12-17", 40]]})
    digest = "0" * 64
    fixed_at = factory.LazyFunction(timezone.now)


class SavedReportFactory(TenantFactory):
    class Meta:
        model = SavedReport

    organisation = factory.SubFactory(OrganisationFactory)
    code = factory.Sequence("saved{}".format)
    name = "For the town"
    report = "contacts"
    views = factory.LazyFunction(lambda: ["regions"])


class DownloadFactory(TenantFactory):
    """File number 1 of an organisation."""

    class Meta:
        model = Download

    organisation = factory.SubFactory(OrganisationFactory)
    number = 1
    figures = "contacts"
    title = "Contacts"
    span = "2026-01"
    audience = "inside"
    kind = "xlsx"
    language = "nl"
    purpose = "annual"
    at = factory.LazyFunction(timezone.now)
    digest = "0" * 64


class MakingFactory(TenantFactory):
    """A file that a job made."""

    class Meta:
        model = Making

    download = factory.SubFactory(DownloadFactory)
    organisation = factory.SelfAttribute("download.organisation")
    asked_at = factory.LazyFunction(timezone.now)
    step = 2
    data = b"bytes"
