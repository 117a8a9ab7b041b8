"""Pages of the admin that apps above this one bring: each signs in its addresses and its shortcuts from `AppConfig.ready()`."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite
from django.utils.functional import Promise as Lazy


class Shortcut(NamedTuple):
    """A way to such a page on the first one; `page` is the name of its address in the admin."""

    page: str
    title: Lazy | str
    text: Lazy | str


Addresses = Callable[[AdminSite], list[Any]]
_addresses: list[Addresses] = []
_shortcuts: list[Shortcut] = []


def sign_in(addresses: Addresses, shortcuts: list[Shortcut]) -> None:
    if addresses not in _addresses:
        _addresses.append(addresses)
        _shortcuts.extend(shortcuts)


def urls(site: AdminSite) -> list[Any]:
    return [entry for addresses in _addresses for entry in addresses(site)]


def shortcuts() -> list[Shortcut]:
    return list(_shortcuts)
