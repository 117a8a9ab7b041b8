"""Offices with keys, and a way to open what was sealed to them, as their holders would."""

import secrets
from datetime import timedelta

import factory
from django.utils import timezone

from helplines.tenancy import inside
from privacy import disclosure, envelopes, vault
from privacy.models import Holder, OpeningConsent, OpeningRequest, SealedIdentity
from tests.factories.helplines import OrganisationFactory, TenantFactory


class HolderFactory(TenantFactory):
    """A key of the administrator; `made.private` is the half that its holder keeps."""

    class Meta:
        model = Holder
        exclude = ("pair",)

    pair = factory.LazyFunction(envelopes.new_pair)
    organisation = factory.SubFactory(OrganisationFactory)
    office = "administrator"
    public_key = factory.SelfAttribute("pair.public")
    name = factory.LazyAttribute(lambda made: envelopes.name_of(made.pair.public))
    made_at = factory.LazyFunction(timezone.now)


class OpeningRequestFactory(TenantFactory):
    """A request for the administrator; what was written with it is nothing that opens."""

    class Meta:
        model = OpeningRequest

    organisation = factory.SubFactory(OrganisationFactory)
    code = factory.LazyFunction(lambda: secrets.token_urlsafe(16))
    conversation = factory.LazyFunction(lambda: secrets.token_urlsafe(16))
    talk_began_at = factory.LazyFunction(timezone.now)
    kind = "address"
    holders = "administrator"
    terms = factory.LazyFunction(lambda: disclosure.stored("administrator", None).terms)
    ground = "danger-self"
    recipient = "emergency"
    discussed = "tried"
    words = b"\x01"
    asked_at = factory.LazyFunction(timezone.now)
    asked_on = "a browser"
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=24))


class OpeningConsentFactory(TenantFactory):
    """A visitor who is asked just now whether the administrator may open their address; what for is nothing that opens."""

    class Meta:
        model = OpeningConsent

    organisation = factory.SubFactory(OrganisationFactory)
    code = factory.LazyFunction(lambda: secrets.token_urlsafe(16))
    conversation = factory.LazyFunction(lambda: secrets.token_urlsafe(16))
    kind = "address"
    holders = "administrator"
    recipient = "emergency"
    purpose = b"\x01"
    asked_at = factory.LazyFunction(timezone.now)
    until = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=5))


def holder(organisation, office="administrator", **given):
    """A holder's row, and the private half of the key."""
    pair = envelopes.new_pair()
    return HolderFactory(organisation=organisation, office=office, pair=pair, **given), pair.private


def identity_of(conversation):
    with inside(conversation.organisation_id):
        return SealedIdentity.objects.filter(conversation=conversation.code).first()


def opened(identity, *privates):
    """What the holders of these keys find, one after the other."""
    with inside(identity.organisation_id):
        layers, contents = vault.envelope_of(identity)
    for layer, private in zip(layers, privates, strict=True):
        contents = envelopes.open_layer(private, layer, contents, vault.place_of(identity))
    return envelopes.value_in(contents, vault.place_of(identity)).decode()
