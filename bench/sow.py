"""Fill an installation to measure with: `python -m bench.sow COUNSELLORS` prints who they are and their sessions, as JSON."""

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from bench.houses import LINE, ORGANISATION  # noqa: E402
from helplines import second_factor  # noqa: E402
from helplines.models import Staff  # noqa: E402
from privacy import factors  # noqa: E402
from tests.factories.helplines import (  # noqa: E402
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
    PolicyFactory,
    open_always,
)

CAPACITY = 10


def session_of(staff: Staff) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    if settings.SECOND_FACTOR_REQUIRED:
        # As if they had signed in with an app; nobody ever asks this one for a code.
        Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": factors.seal("none")})
        session[second_factor.HELD] = second_factor.stamp_of(staff)
    session.save()
    return str(session.session_key)


def sow(counsellors: int, slug: str = ORGANISATION, **promise: Any) -> dict[str, Any]:
    organisation = OrganisationFactory(slug=slug, name="Bench")
    line = LineFactory(organisation=organisation, slug=LINE, name="Line")
    open_always(line)
    PolicyFactory(
        organisation=organisation, values={"capacity": CAPACITY, "queue": True, "queue_length": 500, **promise}
    )
    members = [MembershipFactory(organisation=organisation, public_name="Sam") for _ in range(counsellors)]
    return {"cookie": settings.SESSION_COOKIE_NAME, "sessions": [session_of(member.staff) for member in members]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(sow(int(sys.argv[1]))))
