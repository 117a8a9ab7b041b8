"""Taking people on: an account where there is none, roles in one organisation, and a first link to sign in (J01, J02).

An account belongs to a person and may serve in several organisations. So an administrator who takes somebody on never
learns whether the account was there before, and never gets a link into an account that others rely on too.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from helplines.models import Membership, Organisation, Staff
from helplines.tenancy import across_organisations

STAYS_HERE = {"console", "dummy"}


@dataclass(frozen=True)
class Welcome:
    """Who was taken on; `link` is there only when it has to be handed over by hand, and is shown once."""

    staff: Staff
    link: str | None


@transaction.atomic
def take_on(
    *, organisation: Organisation, username: str, email: str, first_name: str, last_name: str, roles: Iterable[str]
) -> Welcome:
    """Give a person these roles; who has no account with this e-mail address gets one without a password.

    The person hears by e-mail. Where this installation sends none, the link for a new account is given back instead.
    """
    staff = Staff.objects.filter(email__iexact=email).first()
    is_new = staff is None
    if staff is None:
        staff = new_account(username=username, email=email, first_name=first_name, last_name=last_name)
    for role in roles:
        Membership.objects.update_or_create(
            organisation=organisation, staff=staff, role=role, defaults={"is_active": True}
        )
    link = password_link(staff) if is_new else None
    transaction.on_commit(lambda: tell(staff, organisation, link))
    return Welcome(staff, None if sends_mail() else link)


def new_account(*, username: str, email: str, first_name: str, last_name: str) -> Staff:
    """An account that nobody can sign in to before a password is chosen."""
    staff = Staff(username=free_username(username), email=email.lower(), first_name=first_name, last_name=last_name)
    staff.set_unusable_password()
    staff.save()
    return staff


def free_username(wanted: str) -> str:
    """This name, or with a number where somebody has it: an error would tell who else is here."""
    taken = {
        name.lower() for name in Staff.objects.filter(username__istartswith=wanted).values_list("username", flat=True)
    }
    candidates = [wanted, *(f"{wanted}{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in candidates if name.lower() not in taken)


def password_link(staff: Staff) -> str:
    """A link to choose a password; it works once and stops working when it was used."""
    where = {"uidb36": user_pk_to_url_str(staff), "key": default_token_generator.make_token(staff)}
    return f"{settings.ORIGIN}{reverse('account_reset_password_from_key', kwargs=where)}"


def new_link(*, staff: Staff, organisation: Organisation) -> str | None:
    """Send a person a new first link; given back only where no mail is sent and nobody else relies on the account."""
    link = None if staff.has_usable_password() else password_link(staff)
    tell(staff, organisation, link)
    return link if link and not sends_mail() and serves_only(staff, organisation) else None


def serves_only(staff: Staff, organisation: Organisation) -> bool:
    """Whether this account is of no use to another organisation or to the operator."""
    # The question is about other organisations; the answer never reaches an administrator.
    with across_organisations():
        elsewhere = Membership.objects.filter(staff=staff).exclude(organisation=organisation).exists()
    return not elsewhere and not staff.is_superuser


def sends_mail() -> bool:
    return settings.EMAIL_BACKEND.split(".")[-2] not in STAYS_HERE


def tell(staff: Staff, organisation: Organisation, link: str | None) -> None:
    """One letter for a new and for a known account; only the way in differs."""
    sign_in = f"{settings.ORIGIN}{reverse('account_login')}"
    context = {"staff": staff, "organisation": organisation, "link": link, "sign_in": sign_in}
    # A subject is one line, also where a name has two.
    subject = " ".join((_("You work with %(organisation)s") % {"organisation": organisation.name}).split())
    send_mail(subject, render_to_string("helplines/admin/welcome.txt", context), None, [staff.email])
