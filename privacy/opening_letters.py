"""Letters about requests to open an identity: who must decide, and alarms. No letter has a word of a talk or of anybody in it."""

import logging
from typing import Any

from django.conf import settings
from django.urls import reverse

from helplines import letters, outbox, post
from helplines.carriers import Draft
from helplines.models import Organisation
from helplines.tenancy import inside
from privacy.access import offices_of
from privacy.models import OpeningRequest

logger = logging.getLogger(__name__)
Told = dict[str, Any]


def sign_in() -> None:
    outbox.sign_in("opening", opening)
    outbox.sign_in("opening-alarm", opening_alarm)


def opening(organisation: Organisation | None, told: Told) -> Draft | None:
    """To one person whose office must decide; what was decided meanwhile needs no letter, nor who left that office."""
    staff = letters.colleague(organisation, told["person"])
    if staff is None or organisation is None:
        return None
    with inside(organisation):
        row = OpeningRequest.objects.filter(code=told["code"]).select_related("organisation").first()
        if row is None or row.office not in offices_of(organisation, staff):
            return None
    return written(organisation, staff.email, staff.language, page_of(row), "opening")


def raise_alarm(organisation_id: int, why: str) -> None:
    """That nobody decides, or can, about what somebody asks: to who answers for the data, and in the log of the computer."""
    logger.critical("A request to open an identity in organisation %s: %s", organisation_id, why)
    with inside(organisation_id):
        organisation = Organisation.objects.filter(pk=organisation_id).first()
    known = {getattr(organisation, name, ""): name for name in ("dpo_email", "privacy_email")}
    for address, name in known.items():
        if address:
            post.send("opening-alarm", organisation=organisation_id, to=name)


def opening_alarm(organisation: Organisation | None, told: Told) -> Draft | None:
    """To an address of the organisation itself, by its name: "privacy_email" or "dpo_email"."""
    if organisation is None:
        return None
    page = f"{settings.ORIGIN}{reverse('openings', args=[organisation.slug])}"
    return written(organisation, getattr(organisation, told["to"]), "", page, "opening_alarm")


def page_of(row: OpeningRequest) -> str:
    return f"{settings.ORIGIN}{reverse('opening', args=[row.organisation.slug, row.code])}"


def written(organisation: Organisation, to: str, language: str, page: str, name: str) -> Draft:
    language = language or letters.language_of(organisation)
    return letters.draft(f"privacy/letters/{name}", to=to, language=language, organisation=organisation, page=page)
