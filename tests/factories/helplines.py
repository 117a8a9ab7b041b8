"""Organisations, people and promises to test with. Nothing here needs a scope, and nothing enters one."""

import datetime as dt
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from helplines import models
from helplines.tenancy import across_organisations

PASSWORD = "a long enough secret"


class TenantFactory(factory.django.DjangoModelFactory):
    """Makes rows behind any wall, so that the code under test must find its own way in."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type, *args: Any, **kwargs: Any) -> Any:
        with across_organisations():
            return super()._create(model_class, *args, **kwargs)


class OrganisationFactory(TenantFactory):
    """An organisation with its first confidentiality agreement; `agreement=False` leaves that out."""

    class Meta:
        model = models.Organisation

    slug = factory.Sequence("organisation-{}".format)
    name = factory.LazyAttribute(lambda made: made.slug.replace("-", " ").title())
    legal_name = factory.LazyAttribute(lambda made: f"{made.name} vzw")
    languages = factory.LazyFunction(lambda: ["nl", "en"])
    privacy_email = "privacy@example.org"
    complaints_email = "complaints@example.org"
    support_email = "support@example.org"

    @classmethod
    def _create(cls, model_class: type, *args: Any, agreement: bool = True, **kwargs: Any) -> Any:
        organisation = super()._create(model_class, *args, **kwargs)
        if agreement:
            AgreementFactory(organisation=organisation)
        return organisation


class AgreementFactory(TenantFactory):
    """One version of what staff sign; versions count up within an organisation."""

    class Meta:
        model = models.ConfidentialityAgreement

    organisation = factory.SubFactory(OrganisationFactory, agreement=False)
    text = factory.LazyFunction(lambda: {"nl": "Ik zwijg over wat ik hoor.", "en": "I keep to myself what I hear."})

    @factory.lazy_attribute
    def number(self) -> int:
        with across_organisations():
            return models.ConfidentialityAgreement.objects.filter(organisation=self.organisation).count() + 1


class LineFactory(TenantFactory):
    class Meta:
        model = models.Line

    organisation = factory.SubFactory(OrganisationFactory)
    slug = factory.Sequence("line-{}".format)
    name = factory.LazyAttribute(lambda made: made.slug.title())


class CannedReplyFactory(TenantFactory):
    """A reply of the organisation; `line` or `membership` makes it one of a line or of a counsellor."""

    class Meta:
        model = models.CannedReply

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence("reply {}".format)
    texts = factory.LazyFunction(lambda: {"nl": "Fijn dat je er bent.", "en": "Good that you are here."})


class BranchFactory(TenantFactory):
    class Meta:
        model = models.Branch

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence("Centre {}".format)
    email = factory.Sequence("centre{}@example.org".format)


class EmergencyNumberFactory(TenantFactory):
    class Meta:
        model = models.EmergencyNumber

    organisation = factory.SubFactory(OrganisationFactory)
    number = "112"
    label = factory.LazyFunction(lambda: {"nl": "Hulp bij levensgevaar", "en": "Help when a life is in danger"})


class StaffFactory(TenantFactory):
    """A person who can sign in with PASSWORD."""

    class Meta:
        model = models.Staff

    username = factory.Sequence("person{}".format)
    email = factory.LazyAttribute(lambda made: f"{made.username}@example.org".lower())
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class MembershipFactory(TenantFactory):
    """A role that gives access; with `accepted=False` the agreement still waits to be accepted."""

    class Meta:
        model = models.Membership

    organisation = factory.SubFactory(OrganisationFactory)
    staff = factory.SubFactory(StaffFactory)
    role = models.Role.COUNSELLOR

    @classmethod
    def _create(cls, model_class: type, *args: Any, accepted: bool = True, **kwargs: Any) -> Any:
        membership = super()._create(model_class, *args, **kwargs)
        if accepted:
            accept(membership)
        return membership


def accept(membership: models.Membership) -> None:
    """Accept the newest agreement of the organisation in the person's name."""
    with across_organisations():
        newest = membership.organisation.agreements.first()
        models.AgreementAcceptance.objects.get_or_create(
            organisation=membership.organisation, agreement=newest, staff=membership.staff
        )


class InvitationFactory(TenantFactory):
    """Somebody who was asked to be a counsellor and has no letter yet."""

    class Meta:
        model = models.Invitation

    organisation = factory.SubFactory(OrganisationFactory)
    email = factory.Sequence("invited{}@example.org".format)
    first_name = "Nel"
    roles = factory.LazyFunction(lambda: ["counsellor"])


class AssignmentFactory(TenantFactory):
    class Meta:
        model = models.Assignment

    membership = factory.SubFactory(MembershipFactory)
    line = factory.SubFactory(LineFactory, organisation=factory.SelfAttribute("..membership.organisation"))


class PolicyFactory(TenantFactory):
    """A version that is in force since a minute ago; `values` holds only what differs from the defaults."""

    class Meta:
        model = models.Policy

    organisation = factory.SubFactory(OrganisationFactory)
    valid_from = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(minutes=1))
    values = factory.LazyFunction(dict)
    reason = "A test needs it"

    @factory.lazy_attribute
    def number(self) -> int:
        line = getattr(self, "line", None)
        with across_organisations():
            return models.Policy.objects.filter(organisation=self.organisation, line=line).count() + 1


class PolicyProposalFactory(TenantFactory):
    """A change of the retention that waits for a second person; it counts against the newest version there is."""

    class Meta:
        model = models.PolicyProposal

    organisation = factory.SubFactory(OrganisationFactory)
    values = factory.LazyFunction(lambda: {"retention_months": 12})
    reason = "A test needs it"
    proposer = factory.LazyAttribute(
        lambda made: MembershipFactory(organisation=made.organisation, role=models.Role.ADMINISTRATOR).staff
    )
    created_at = factory.LazyFunction(timezone.now)

    @factory.lazy_attribute
    def against(self) -> int:
        with across_organisations():
            newest = models.Policy.objects.filter(organisation=self.organisation).order_by("-pk").first()
            return newest.pk if newest else 0


class OpeningHoursFactory(TenantFactory):
    class Meta:
        model = models.OpeningHours

    line = factory.SubFactory(LineFactory)
    weekday = models.Weekday.MONDAY
    opens = dt.time(13)
    closes = dt.time(17)


class ClosureFactory(TenantFactory):
    """A closure of all lines that began a minute ago and lasts."""

    class Meta:
        model = models.Closure

    organisation = factory.SubFactory(OrganisationFactory)
    starts_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(minutes=1))
    reason = "A test needs it"


class ExtraOpeningFactory(TenantFactory):
    class Meta:
        model = models.ExtraOpening

    line = factory.SubFactory(LineFactory)
    day = factory.LazyFunction(lambda: timezone.now().date())
    opens = dt.time(0)
    closes = dt.time(0)
    reason = "A test needs it"


def open_always(line: models.Line) -> None:
    """Give a line the whole day, every day."""
    for weekday in models.Weekday:
        OpeningHoursFactory(line=line, weekday=weekday, opens=dt.time(0), closes=dt.time(0))


class MailServerFactory(TenantFactory):
    """An organisation that sends its letters itself."""

    class Meta:
        model = models.MailServer

    organisation = factory.SubFactory(OrganisationFactory)
    is_used = True
    host = "mail.example.org"
    user = "post"
    password = PASSWORD
    sender = "post@example.org"


class LetterFactory(TenantFactory):
    """A letter that was sent."""

    class Meta:
        model = models.Letter

    organisation = factory.SubFactory(OrganisationFactory)
    kind = "trial"
    key = factory.Sequence("trial:{}".format)
    state = models.LetterState.SENT
    made_at = factory.LazyFunction(timezone.now)
    due_at = factory.SelfAttribute("made_at")
