"""Every address of the installation, read from the URLconf, with who it says that it is for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.http import int_to_base36

from helplines import pinning
from tests.isolation.world import House

PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
ABSENT = 999_999
# Addresses of the library that signs people in: it knows no audience of ours. "all" is for who is not signed in too.
SIGN_IN = {
    "account_login": "all",
    "account_logout": "all",
    "account_inactive": "all",
    "account_change_password": "signed in",
    "account_reset_password": "all",
    "account_reset_password_done": "all",
    "account_reset_password_from_key": "all",
    "account_reset_password_from_key_done": "all",
    "invitation": "all",
    "invitation_link": "all",
    "account_reauthenticate": "signed in",
    "mfa_index": "signed in",
    "mfa_authenticate": "all",
    "mfa_reauthenticate": "signed in",
    "mfa_activate_totp": "signed in",
    "mfa_deactivate_totp": "signed in",
    "mfa_view_recovery_codes": "signed in",
    "mfa_generate_recovery_codes": "signed in",
    "mfa_add_webauthn": "signed in",
    "mfa_remove_webauthn": "signed in",
    "mfa_reauthenticate_webauthn": "signed in",
    "mfa_login_webauthn": "all",
}
AUDIENCES = {"everybody", "line", "organisation", "signed in", "belonging", "members"}
UNDECLARED = (
    "{route} does not say for whom it is. Put a decorator of helplines/gate.py on the view; for an address of the "
    "sign-in library, add its name to SIGN_IN in tests/isolation/routes.py."
)
UNREACHED = (
    "{route} was not tried: {reason}. Say in `values` of tests/isolation/routes.py what stands in that part of the "
    "address, for our own organisation, for a foreign one and for one that is not there."
)


@dataclass(frozen=True)
class Route:
    """One pattern: as it is written, its name, and what answers it."""

    written: str
    name: str
    callback: Callable[..., Any]

    def __str__(self) -> str:
        return f"/{self.written} ({self.name})"

    @property
    def parts(self) -> list[str]:
        return [first or second for first, second in PART.findall(self.written)]

    @property
    def kind(self) -> str:
        """The policy of this address, or "" where none is declared."""
        if self.written.startswith("admin/"):
            return "admin"
        if self.name in SIGN_IN:
            return f"sign-in: {SIGN_IN[self.name]}"
        kind = str(getattr(self.callback, "audience", "")).partition(":")[0]
        return kind if kind in AUDIENCES else ""

    @property
    def roles(self) -> set[str]:
        """The roles that a page for members is for."""
        return set(getattr(self.callback, "audience", "").partition(": ")[2].split(", "))

    def at(self, values: dict[str, Any]) -> str:
        """The address with these values in its parts."""
        filled = PART.sub(lambda found: str(values[found[1] or found[2]]), self.written)
        return "/" + filled.replace("^", "").replace("$", "")


def every_route() -> list[Route]:
    return list(walk(get_resolver(), "", ""))


def walk(resolver: URLResolver, before: str, space: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        written = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(written, f"{space}:{entry.name}" if space else str(entry.name), entry.callback)
        else:
            yield from walk(entry, written, entry.namespace or space)


def values(route: Route, home: House | None, line_of: House | None = None) -> dict[str, Any]:
    """What stands in the parts of an address: of an organisation, or of one that is not there (None).

    `line_of` names the organisation whose line it is, where that is another one. Raises LookupError for an unknown part.
    """
    return {part: value_of(route, part, home, line_of or home) for part in route.parts}


def value_of(route: Route, part: str, home: House | None, line_of: House | None) -> Any:
    is_admin = route.kind == "admin"
    if part == "organisation":
        absent: Any = ABSENT if is_admin else "absentia"
        return absent if home is None else home.organisation.pk if is_admin else home.organisation.slug
    if part == "line":
        absent = ABSENT if is_admin else "absentia"
        return absent if line_of is None else line_of.line.pk if is_admin else line_of.line.slug
    if part == "object_id":
        model = route.callback.model_admin.model._meta.model_name  # type: ignore[attr-defined]
        if home is not None and model not in home.rows:
            raise LookupError(UNREACHED.format(route=route, reason=f"no organisation has a row of {model}"))
        return ABSENT if home is None else home.rows[model].pk
    if part == "uidb36":
        return int_to_base36(ABSENT if home is None else home.rows["staff"].pk)
    if part == "token":
        return "link-nobody" if home is None else f"link-{home.name}"
    if part == "pk":
        return ABSENT if home is None else home.passkey
    if part in NAMED:
        table, column, absent = NAMED[part]
        return absent if home is None else getattr(home.rows[table], column)
    if part in FIXED_PARTS:
        return FIXED_PARTS[part]
    raise LookupError(UNREACHED.format(route=route, reason=f"its part {part!r} is unknown"))


# Parts by which a row is named: of which table, in which column, and what stands there for one that is not there.
NAMED = {
    "code": ("openingrequest", "code", "absentia"),
    "report": ("report", "code", "absentia"),
    "asked": ("rightsrequest", "code", "absentia"),
    "talk": ("conversation", "code", "absentia"),
    "copy": ("teamcopy", "code", "absentia"),
    "tree": ("tree", "code", "absentia"),
    "file": ("download", "number", ABSENT),
}
FIXED_PARTS = {
    "figures": "contacts",
    "span": "2026-01",
    "table": "branches",
    "app_label": "helplines",
    "url": "nowhere",
    "version": pinning.version_of(pinning.button()),
    "key": "abc123-0123456789abcdef0123456789abcdef",
}
