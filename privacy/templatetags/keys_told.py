"""For pages of floors below, which know nothing of keys."""

from django import template
from django.utils import timezone

from helplines import queries
from helplines.models import Organisation, Staff
from privacy import access, vault
from privacy.models import Office, OpeningRequest

register = template.Library()


@register.simple_tag
def keys_lacking(organisation: Organisation) -> str:
    """The offices whose key is missing, so that no address is kept now; needs the organisation's scope."""
    policy = queries.organisation_policy(organisation).identity_holders
    return ", ".join(str(Office(office).label) for office in vault.lacking(organisation.pk, policy))


@register.simple_tag
def openings_waiting(organisation: Organisation, staff: Staff) -> int:
    """How many requests to open an address wait for an office of this person."""
    offices = access.offices_of(organisation, staff)
    rows = OpeningRequest.objects.of(staff, offices).waiting(timezone.now())
    return sum(row.office in offices for row in rows) if offices else 0
