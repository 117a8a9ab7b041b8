"""Reports, feedback and faults to test with."""

import factory
from django.utils import timezone

from complaints import faulting, feedback, models, rights, sealed, service
from complaints.models import CameBy
from complaints.rights_rules import Right
from complaints.steps import Kind
from helplines.tenancy import inside
from tests.factories.helplines import OrganisationFactory, TenantFactory


def received(organisation=None, *, kind="complaint", text="The chat broke off.", contact="", now=None, language="en"):
    """A report as it comes in, with its receipt code."""
    return service.receive(
        organisation=organisation or OrganisationFactory(),
        kind=Kind(kind),
        text=text,
        contact=contact,
        language=language,
        now=now or timezone.now(),
    )


def asked_right(
    organisation=None,
    *,
    right="access",
    words="What do you keep of me?",
    contact="asker@example.org",
    now=None,
    **given,
):
    """A request about data, as the page of the person keeps it."""
    return rights.receive(
        organisation=organisation or OrganisationFactory(),
        right=Right(right),
        words=words,
        contact=contact,
        received=now or timezone.now(),
        **{"way": CameBy.PAGE, "language": "en", "by": None, **given},
    )


def faulty(organisation=None, *, text="The screen stayed white.", now=None, checks=None, agent=""):
    now = now or timezone.now()
    return faulting.tell(
        organisation=organisation or OrganisationFactory(),
        happened_at=now,
        text=text,
        checks=checks or {},
        agent=agent,
        now=now,
    )


class ProcedureFactory(TenantFactory):
    class Meta:
        model = models.Procedure

    organisation = factory.SubFactory(OrganisationFactory)
    words = factory.LazyFunction(lambda: {"nl": "Zo gaat het.", "en": "This is how it goes."})
    elsewhere = factory.LazyFunction(lambda: {"nl": "Bij de ombudsdienst.", "en": "At the ombudsman."})


class FeedbackFormFactory(TenantFactory):
    class Meta:
        model = models.FeedbackForm

    organisation = factory.SubFactory(OrganisationFactory)
    number = 1
    questions = factory.LazyFunction(
        lambda: [
            {"kind": "choice", "label": {"nl": "Goed?", "en": "Good?"},
             "choices": [{"nl": "Ja", "en": "Yes"}, {"nl": "Nee", "en": "No"}]},
            {"kind": "text", "label": {"nl": "Nog iets?", "en": "Anything else?"}, "choices": []},
        ]
    )  # fmt: skip
    made_at = factory.LazyFunction(timezone.now)


class TallyFactory(TenantFactory):
    class Meta:
        model = models.Tally

    organisation = factory.SubFactory(OrganisationFactory)
    version = 1
    month = factory.LazyFunction(lambda: timezone.localdate().replace(day=1))
    question = "q0"
    choice = "c0"
    count = 20


def remark(organisation, text="Thank you.", code="remarks-of-a-lot"):
    """One remark of a lot whose key is there."""
    with inside(organisation):
        try:
            key = sealed.key_of(organisation.pk, f"{code}-{organisation.pk}"[:22])
        except sealed.GoneError:
            key = sealed.new_key(
                organisation.pk,
                f"{code}-{organisation.pk}"[:22],
                sealed.REMARKS,
                timezone.now() + feedback.REMARKS_KEPT,
            )
        row = models.Remark(
            organisation=organisation,
            version=1,
            month=timezone.localdate().replace(day=1),
            question="q1",
            code=f"{code}-{organisation.pk}"[:22],
        )
        row.sealed = sealed.seal(key, sealed.place_of_remark(row), text)
        row.save()
    return row
