"""Letters to the people who work here: written by a job, so that no page waits for a mail server (security goal G3)."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from helplines.models import Invitation, Organisation, Staff

STAYS_HERE = {"console", "dummy"}
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


def write(*, to: str, subject: str, body: str, language: str, **context: Any) -> None:
    """Send one letter in this language; `subject` and `body` name templates."""
    with translation.override(language):
        # A subject is one line, also where a name has two.
        first = " ".join(render_to_string(subject, context).split())
        send_mail(first, render_to_string(body, context).strip() + "\n", None, [to])


def password_link(staff: Staff) -> str:
    """A link to choose a password; it works once and stops working when it was used."""
    where = {"uidb36": user_pk_to_url_str(staff), "key": default_token_generator.make_token(staff)}
    return f"{settings.ORIGIN}{reverse('account_reset_password_from_key', kwargs=where)}"


def write_reset(staff: Staff, language: str) -> None:
    """The link that somebody asked for who forgot their password."""
    name = "account/email/password_reset_key"
    context = {"password_reset_url": password_link(staff), "username": staff.username}
    write(to=staff.email, subject=f"{name}_subject.txt", body=f"{name}_message.txt", language=language, **context)


def write_notice(staff: Staff, kind: str, language: str) -> None:
    """That something changed in how one signs in, without where from: no address is in a letter."""
    name = "helplines/letters/notice"
    context = {"what": NOTICES[kind], "at": timezone.now(), "staff": staff, "origin": settings.ORIGIN}
    write(to=staff.email, subject=f"{name}_subject.txt", body=f"{name}.txt", language=language, **context)


def write_invitation(invitation: Invitation, link: str) -> None:
    """Come and work with us; in the organisation's own language, for of the person we know none."""
    organisation = invitation.organisation
    language = language_of(organisation)
    name = "helplines/letters/invitation"
    context = {"invitation": invitation, "organisation": organisation, "link": link}
    write(to=invitation.email, subject=f"{name}_subject.txt", body=f"{name}.txt", language=language, **context)


def write_proposed(organisation: Organisation, staff: Staff) -> None:
    """Something waits for a second person; what it is stands on the page alone."""
    name, language = "helplines/letters/proposed", staff.language or language_of(organisation)
    page = f"{settings.ORIGIN}{reverse('proposal', args=[organisation.slug])}"
    context = {"organisation": organisation, "staff": staff, "page": page}
    write(to=staff.email, subject=f"{name}_subject.txt", body=f"{name}.txt", language=language, **context)


def language_of(organisation: Organisation) -> str:
    return organisation.first_language if organisation.first_language in dict(settings.LANGUAGES) else "en"
