"""A new way in for somebody who has an account already: a link to choose a password.

An account belongs to a person and may serve in several organisations. So an administrator never learns where else it
serves, and never gets a link into an account that others rely on too.
"""

from collections.abc import Collection

from django.utils.translation import get_language

from helplines import post
from helplines.letters import password_link, sends_mail
from helplines.models import Membership, Organisation, Staff
from helplines.tenancy import across_organisations


def new_link(*, staff: Staff, organisation: Organisation) -> str | None:
    """Send a person a new link; given back only where no mail is sent and nobody else relies on the account."""
    if sends_mail():
        language = get_language()
        post.send("reset", organisation=None, person=staff.pk, language=language)
        return None
    return password_link(staff) if not staff.has_usable_password() and serves_only(staff, organisation) else None


def serves_only(staff: Staff, organisation: Organisation) -> bool:
    return serves_only_these(staff, [organisation.pk])


def serves_only_these(staff: Staff, organisations: Collection[int]) -> bool:
    """Whether this account is of no use to other organisations or to the operator."""
    # The question is about other organisations; the answer never reaches an administrator.
    with across_organisations():
        elsewhere = Membership.objects.filter(staff=staff).exclude(organisation__in=organisations).exists()
    return not elsewhere and not staff.is_superuser
