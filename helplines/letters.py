"""Letters to the people who work here: written when they leave the outbox, so that no page waits for a mail server (goal G3).

A letter is sent with `helplines.post`; here stand its words. Each function gets the organisation and what was told, ids alone.
"""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from helplines import invitation_links, outbox
from helplines.carriers import Draft
from helplines.models import Invitation, Membership, Organisation, Staff
from helplines.tenancy import inside

STAYS_HERE = {"console", "dummy"}
Told = dict[str, Any]
# What somebody must hear when it happened to their account, also when they did it themselves.
NOTICES = {
    "totp_activated": _("An app on a telephone was set up as the second step to sign in to your account."),
    "totp_deactivated": _("The app was taken away as the second step to sign in to your account."),
    "webauthn_added": _("A passkey was added to your account."),
    "webauthn_removed": _("A passkey was taken away from your account."),
    "recovery_codes_generated": _("New spare codes were made for your account. The old ones no longer work."),
    "password_changed": _("The password of your account was changed."),
    "password_reset": _("A new password was chosen for your account."),
    "second_step_reset": _(
        "Your second step to sign in was taken away, because somebody said that you lost it. You set up a new one when "
        "you sign in."
    ),
}


def sends_mail() -> bool:
    """Whether this installation has a mail server; the demo shows its letters where it was started."""
    return settings.EMAIL_BACKEND.split(".")[-2] not in STAYS_HERE


def draft(name: str, *, to: str, language: str, **context: Any) -> Draft:
    """A letter in this language; its words are the templates `<name>_subject.txt` and `<name>.txt`."""
    with translation.override(language):
        # A subject is one line, also where a name has two.
        subject = " ".join(render_to_string(f"{name}_subject.txt", context).split())
        return Draft(to, subject, render_to_string(f"{name}.txt", context).strip() + "\n")


def colleague(organisation: Organisation | None, person: int) -> Staff | None:
    """Who works for this organisation now, or runs the installation: a letter may have waited since somebody left."""
    staff = Staff.objects.filter(pk=person, is_active=True).first()
    if staff is None or organisation is None:
        return None
    with inside(organisation):
        return staff if staff.is_superuser or Membership.objects.of(staff).exists() else None


def password_link(staff: Staff) -> str:
    """A link to choose a password; it works once and stops working when it was used."""
    where = {"uidb36": user_pk_to_url_str(staff), "key": default_token_generator.make_token(staff)}
    return f"{settings.ORIGIN}{reverse('account_reset_password_from_key', kwargs=where)}"


def reset(_organisation: Organisation | None, told: Told) -> Draft | None:
    """The link that somebody asked for who forgot their password; nobody gets none, which takes the asker just as long."""
    staff = Staff.objects.filter(pk=told["person"], is_active=True).first()
    if staff is None:
        return None
    context = {"password_reset_url": password_link(staff), "username": staff.username}
    return draft("helplines/letters/reset", to=staff.email, language=told["language"], **context)


def notice(_organisation: Organisation | None, told: Told) -> Draft | None:
    """That something changed in how one signs in, without where from: no address is in a letter."""
    staff = Staff.objects.filter(pk=told["person"]).first()
    if staff is None:
        return None
    context = {"what": NOTICES[told["what"]], "at": timezone.now(), "staff": staff, "origin": settings.ORIGIN}
    return draft("helplines/letters/notice", to=staff.email, language=told["language"], **context)


def invitation(organisation: Organisation | None, told: Told) -> Draft | None:
    """Come and work with us, with a fresh link; in the organisation's own language, for of the person we know none."""
    if organisation is None:
        return None
    with inside(organisation):
        found = Invitation.objects.select_related("organisation").filter(pk=told["invitation"]).first()
        link = invitation_links.new_link(found) if found is not None else ""
    return invitation_draft(found, link) if found is not None else None


def invitation_draft(invitation: Invitation, link: str) -> Draft:
    organisation = invitation.organisation
    context = {"invitation": invitation, "organisation": organisation, "link": link}
    return draft("helplines/letters/invitation", to=invitation.email, language=language_of(organisation), **context)


def proposed(organisation: Organisation | None, told: Told) -> Draft | None:
    """Something waits for a second person; what it is stands on the page alone."""
    staff = colleague(organisation, told["person"])
    if staff is None or organisation is None:
        return None
    page = f"{settings.ORIGIN}{reverse('proposal', args=[organisation.slug])}"
    context = {"organisation": organisation, "staff": staff, "page": page}
    language = staff.language or language_of(organisation)
    return draft("helplines/letters/proposed", to=staff.email, language=language, **context)


def trial(organisation: Organisation | None, told: Told) -> Draft | None:
    """A letter to oneself, to see whether the mail server of the organisation does its work."""
    staff = colleague(organisation, told["person"])
    if staff is None or organisation is None:
        return None
    language = staff.language or language_of(organisation)
    return draft("helplines/letters/trial", to=staff.email, language=language, organisation=organisation)


def sign_in() -> None:
    """From `AppConfig.ready()`."""
    for kind, composer in {
        "reset": reset,
        "notice": notice,
        "invitation": invitation,
        "proposed": proposed,
        "trial": trial,
    }.items():
        outbox.sign_in(kind, composer)


def language_of(organisation: Organisation) -> str:
    return organisation.first_language if organisation.first_language in dict(settings.LANGUAGES) else "en"
