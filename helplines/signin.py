"""Who may try to sign in: no open sign-up, and a lock per person and place that never holds an address."""

import time
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helplines import known_devices, post, second_factor
from helplines.addresses import client_address
from helplines.letters import NOTICES
from helplines.models import Staff
from helplines.passwords import LONGEST as LONGEST_PASSWORD
from helplines.stand_ins import stand_in

LONGEST_NAME = 254
WRONG = _("This name and this password do not belong together. Try again, or choose a new password.")
METHODS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code from your app, or a spare code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}
UNKNOWN = "0.0.0.0"  # noqa: S104  an address that nobody has, not one to listen on


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators, and an address is never more than its pseudonym."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One sentence for all: which of the two was wrong is nobody else's business (security goal G3).
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": _("Too many codes were wrong. Wait five minutes and try again."),
        "rate_limited": _("Too many codes were wrong. Wait five minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_pseudonym(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """An address is looked for once: allauth would check the password of its owner twice, which takes longer (goal G3)."""
        if credentials.get("email") == credentials.get("username"):
            credentials.pop("email", None)
        return super().authenticate(request, **credentials)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by django-axes, by person and place; allauth would lock a person out anywhere.

        One that is longer than any may be is not even looked at, whoever is meant (security goal G6).
        """
        if len(str(credentials.get("password", ""))) > LONGEST_PASSWORD:
            raise self.validation_error("username_password_mismatch")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago is not asked again before they change how they sign in (G5)."""
        shown = get_authentication_records(self.request, self.request.user)
        return not any(time.time() - entry["at"] < REAUTHENTICATION_TIMEOUT for entry in shown)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """A password does not do where the session still lacks the second step."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and second_factor.is_stale(self.request):
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        return [{**method, "description": METHODS.get(method["id"], method["description"])} for method in methods]

    def send_notification_mail(self, template_prefix: str, user: Staff, *args: Any, **kwargs: Any) -> None:
        """A letter of our own words, from a job; allauth's would name the address and the browser."""
        kind, language = template_prefix.rpartition("/")[2], get_language()
        if kind in NOTICES:
            post.send("notice", organisation=None, person=user.pk, what=kind, language=language)


def address_pseudonym(request: HttpRequest) -> str:
    """A stand-in for the client's address, in the form of an IPv6 address of a private network.

    The same place gives the same stand-in, and without SECRET_KEY nobody gets back from it to the address. The
    attempts of a whole IPv6 household (/64) count as one, as those behind one IPv4 address do (security goal G1).
    Who signs in where they did so before has a stand-in of that device alone (security goal G2).
    """
    if device := device_of(request):
        return in_form_of_address(stand_in("device", device.encode()))
    return pseudonym(str(request.META.get("REMOTE_ADDR") or ""), str(request.META.get("HTTP_X_FORWARDED_FOR", "")))


def pseudonym(seen: str, claimed: str) -> str:
    """The stand-in for who came from the address `seen`, with `claimed` in X-Forwarded-For."""
    return in_form_of_address(stand_in("address", place_of(client_address(seen, claimed))))


def in_form_of_address(digest: bytes) -> str:
    return str(IPv6Address(b"\xfd" + digest[:15]))


def device_of(request: HttpRequest) -> str:
    """The device and the person, where somebody tries to sign in to an account that was signed in to here before; else ""."""
    if request.method != "POST" or known_devices.name() not in request.COOKIES:
        return ""
    written = str(request.POST.get("login", "")).replace("\0", "").strip()[:LONGEST_NAME]
    people = Staff.objects.filter(username__in=accounts_called(written)).values_list("pk", flat=True) if written else []
    numbers = [f"{person}:{number}" for person in people if (number := known_devices.number_of(request, person))]
    return numbers[0] if len(numbers) == 1 else ""


def place_of(address: str) -> bytes:
    """What of an address counts: all of IPv4, the network half of IPv6."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        found = ip_address(UNKNOWN)
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.packed[:8] if isinstance(found, IPv6Address) else b"4" + found.packed


def tried_username(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Whose account somebody tries to open: one name for all ways of writing it, and for the e-mail address too.

    So the attempts on one person count together, and are forgotten together when that person signs in. Who signs in
    makes nobody else's attempts forgotten, whatever their user name looks like: what fits two accounts counts apart,
    and is not forgotten. What fits nobody counts too, so that a lock does not tell who has an account here (security
    goal G3); it is kept as a stand-in, for somebody may have typed a password where the name belongs.
    """
    given = credentials or request.POST
    written = str(next((given[key] for key in ("username", "email", "login") if given.get(key)), "")).replace("\0", "")
    if credentials and "password" not in credentials and Staff.objects.filter(username=written).exists():
        return written  # django-axes says who signed in
    tried = written.strip()[:LONGEST_NAME]
    known = accounts_called(tried)
    return known.pop() if len(known) == 1 else stand_in("name", tried.casefold().encode()).hex()


def accounts_called(tried: str) -> set[str]:
    """The user names of the accounts that have this user name or address, in whatever capitals.

    The database finds them and Python compares: PostgreSQL holds a long s for an s, and two people are not one.
    """
    meant = Q()
    for way in {tried, tried.lower()}:  # allauth looks for both
        meant |= Q(username__iexact=way) | Q(email__iexact=way) | Q(emailaddress__email__iexact=way)
    rows = Staff.objects.filter(meant).values_list("username", "email", "emailaddress__email")[:20]
    return {str(names[0]) for names in rows if tried.lower() in {str(name).lower() for name in names}}
