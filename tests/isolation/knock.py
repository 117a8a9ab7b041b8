"""Somebody who tries an address in every way there is, and what we expect of the answers.

`tried(...)` gives what is wrong, in words; an empty list means that the wall stands.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

from django.db import connections, models, transaction
from django.test import Client

from helplines.models import Organisation, Role
from helplines.tenancy import across_organisations
from tests.isolation.routes import Route, values
from tests.isolation.world import CANARY, House, our_models

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
# The rarer methods are tried by one of each sort of person: no rule of ours tells the other roles apart by method.
THOROUGH = {"anonymous", Role.COUNSELLOR, Role.ADMINISTRATOR, "operator"}
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)
# Who signs in, and who failed to, and the log of who looked: the only rows that anybody may cause.
OF_SIGNING_IN = {
    "django_session", "axes_accessattempt", "axes_accessfailurelog", "axes_accesslog",
    "privacy_auditentry", "privacy_audithead",
    "account_emailaddress",  # allauth copies an account's own address when it looks at the account
}  # fmt: skip
# What everybody may keep for a while, because it is the same for everybody.
CACHED = {"embed", "launcher", "pinned", "status", "line_status", "accent", "logo"}
# What a script of our pages posts to, and nobody opens.
POSTED = {"leave"}
# Of these a row is there for who made it and who decides about it, whatever else a role opens.
HAVE_A_SAY = {
    "make_copy": {Role.COUNSELLOR},
    "opening": {Role.COUNSELLOR, Role.ADMINISTRATOR},
    "registration_finish": {Role.COUNSELLOR},
    "registration_talk": {Role.COUNSELLOR},
    "report_file": {Role.ADMINISTRATOR, Role.DPO},  # others see the files that they took along themselves
}
OPEN_TO_ALL = {"everybody", "line", "organisation"}
STRANGERS = {"anonymous", "closed account"}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@dataclass(frozen=True)
class Answer:
    """What came back, and which tables were written meanwhile."""

    status: int
    text: str
    headers: dict[str, str]
    written: list[str]

    @property
    def place(self) -> str:
        return self.headers.get("Location", "")


@dataclass
class Visitor:
    """One of the people of the first organisation, or nobody."""

    role: str
    houses: dict[str, House]
    client: Client

    @classmethod
    def as_(cls, role: str, houses: dict[str, House]) -> "Visitor":
        client = Client(raise_request_exception=False)
        if role != "anonymous":
            client.force_login(houses["alpha"].people[role], backend=BACKEND)
        return cls(role, houses, client)

    def addresses(self, route: Route) -> dict[str, str]:
        """The address for our own organisation, a foreign one, one that is not there, and one of each mixed."""
        own, foreign = self.houses["alpha"], self.houses["bravo"]
        own_rows = {"organisation", "line", "object_id", "uidb36", "pk", "report", "asked", "copy", "talk"}
        if not own_rows & set(route.parts):
            return {"own": route.at(values(route, own))}
        found = {"own": values(route, own), "foreign": values(route, foreign), "absent": values(route, None)}
        if {"organisation", "line"} <= set(route.parts):
            found |= {"mixed": values(route, own, line_of=foreign), "mixed absent": values(route, own, line_of=None)}
            found["mixed absent"]["line"] = found["absent"]["line"]
        return {which: route.at(given) for which, given in found.items()}

    def ask(self, method: str, address: str, check: Callable[[], None] = lambda: None) -> Answer:
        """One request; `check` looks around before all that it did is undone."""
        kept = SimpleCookie({name: morsel.value for name, morsel in self.client.cookies.items()})
        with undone(), recording() as written:
            response = self.client.generic(method, address, **form(method, self.houses))
            check()
        cookies = response.cookies.output()
        self.client.cookies = kept
        headers = {**response.headers, **({"Set-Cookie": cookies} if cookies else {})}
        return Answer(response.status_code, response.content.decode(errors="replace"), headers, written)


def form(method: str, houses: dict[str, House]) -> dict[str, Any]:
    """A form that says yes to whatever is asked, and names rows of another organisation."""
    if method not in {"POST", "PUT", "PATCH"}:
        return {}
    foreign = houses["bravo"]
    chosen = "&".join(f"_selected_action={row.pk}" for row in foreign.rows.values() if isinstance(row.pk, int))
    said = f"post=yes&accept=1&number=1&next=/&action=delete_selected&{chosen}&organisation={foreign.organisation.pk}"
    return {"data": said, "content_type": "application/x-www-form-urlencoded"}


@contextmanager
def undone() -> Iterator[None]:
    """Nothing that happens in here stays."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
        yield
        for alias in connections:
            transaction.set_rollback(True, using=alias)


@contextmanager
def recording() -> Iterator[list[str]]:
    """The tables that are written meanwhile, other than those of signing in."""
    written: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found and found[1] not in OF_SIGNING_IN:
            written.append(found[1])
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(connections[alias].execute_wrapper(look))
        yield written


def digest(*but: House) -> dict[str, str]:
    """A fingerprint of every row of every table of ours, except those of these organisations."""
    leave = [home.organisation.pk for home in but]
    found = {}
    with across_organisations():
        for model in our_models():
            owner = "pk" if model is Organisation else "organisation_id"
            rows = models.QuerySet(model).order_by("pk")
            if leave and (model is Organisation or hasattr(model, "organisation_id")):
                rows = rows.exclude(**{f"{owner}__in": leave})
            elif leave:
                continue
            found[model._meta.label] = hashlib.sha256(repr(list(rows.values_list())).encode()).hexdigest()
    return found


def tried(visitor: Visitor, routes: list[Route]) -> list[str]:
    """Everything that is wrong with the answers that this visitor gets."""
    before, others = digest(), digest(visitor.houses["alpha"])
    found = [f"{visitor.role}: {problem}" for route in routes for problem in problems(visitor, route, others)]
    return found if digest() == before else [*found, f"{visitor.role}: rows changed that no request was seen to change"]


def problems(visitor: Visitor, route: Route, others: dict[str, str]) -> Iterator[str]:
    addresses = visitor.addresses(route)
    answers: dict[tuple[str, str], Answer] = {}
    for which, address in addresses.items():
        for method in methods(visitor.role, which):
            moved: list[str] = []

            def look(moved: list[str] = moved) -> None:
                after = digest(visitor.houses["alpha"])
                moved.extend(table for table in others if others[table] != after[table])

            is_entitled = may_write(visitor.role, route, which)
            answer = visitor.ask(method, address, look if method == "POST" and is_entitled else lambda: None)
            answers[which, method] = answer
            said = f"{method} {route} {which}"
            if moved and visitor.role != "operator":
                yield f"{said} changed rows of another organisation: {moved}"
            if answer.written and not (is_entitled and method == "POST"):
                yield f"{said} wrote to {sorted(set(answer.written))}"
            yield from (f"{said} {problem}" for problem in faults(visitor, route, which, method, answer, address))
    for (which, method), answer in answers.items():
        twin = {"foreign": "absent", "mixed": "mixed absent"}.get(which)
        if twin and (twin, method) in answers and must_be_alike(visitor, route, which):
            nothing = answers[twin, method]
            if bare(answer, addresses[which]) != bare(nothing, addresses[twin]):
                yield f"{method} {route} tells {which} ({answer.status}) from {twin} ({nothing.status})"


def methods(role: str, which: str) -> tuple[str, ...]:
    if role in THOROUGH:
        return METHODS if which == "foreign" else METHODS[:2]
    return METHODS[:2] if which in {"own", "foreign"} else METHODS[:1]


def faults(visitor: Visitor, route: Route, which: str, method: str, answer: Answer, address: str) -> Iterator[str]:
    """What is wrong with one answer by itself."""
    if answer.status >= 500:
        yield f"broke: {answer.status}"
    if method == "GET" and not expected(visitor.role, route, which)(answer):
        yield f"answered {answer.status} {answer.place}"
    leaked = sorted(leaks(visitor, route, which, answer, address))
    if leaked:
        yield f"showed {leaked}"
    if "no-store" not in answer.headers.get("Cache-Control", "") and not is_cached(route, answer):
        yield f"may be kept by a browser or proxy: {answer.headers.get('Cache-Control')}"
    if (
        "Set-Cookie" in answer.headers
        and route.kind in OPEN_TO_ALL
        and not knows_own_people(visitor.role, route, answer)
    ):
        yield f"set a cookie for a visitor: {answer.headers['Set-Cookie']}"


def knows_own_people(role: str, route: Route, answer: Answer) -> bool:
    """Whether somebody who signed in may meet their own name there, with the way out: never on a visitor's page."""
    if role in STRANGERS:
        return False
    return route.kind in {"everybody", "signed in"} or route.kind.startswith("sign-in") or answer.status >= 400


def is_cached(route: Route, answer: Answer) -> bool:
    return route.name in CACHED and answer.status == 200


def may_write(role: str, route: Route, which: str) -> bool:
    """Whether what this person posts there may change anything at all."""
    if route.kind == "admin":
        return role == "operator" or (role == Role.ADMINISTRATOR and which == "own")
    if route.kind == "members":
        return which == "own" and role in route.roles
    return route.kind == "belonging" and which == "own" and role not in {*STRANGERS, "let go", "operator"}


def must_be_alike(visitor: Visitor, route: Route, which: str) -> bool:
    """A foreign row and one that is not there give one answer; public pages of others are there for everybody."""
    if visitor.role == "operator" and route.kind == "admin":
        return False
    return which == "mixed" or route.kind not in {"line", "organisation"}


def bare(answer: Answer, address: str) -> tuple[Any, ...]:
    """An answer without what differs each time and without the address that was asked."""
    names = sorted(set(answer.headers) - {"Content-Length"})
    return answer.status, unechoed(answer.text, address), unechoed(answer.place, address), names


def unechoed(text: str, address: str) -> str:
    """Without the address that was asked, and the names in it, as they come back in links."""
    for form_ in {address, quote(address), quote(address, safe=""), quote(quote(address, safe=""), safe="")}:
        text = text.replace(form_, "·")
    for part in (entry for entry in address.split("/") if CANARY.match(entry) or entry == "absentia"):
        text = text.replace(part, "·")
    return TOKEN.sub("", text)


def leaks(visitor: Visitor, route: Route, which: str, answer: Answer, address: str) -> set[str]:
    """Words of organisations in an answer where they have no business."""
    everything = unechoed(f"{answer.text}\n{answer.headers}", address)
    return {
        found[0]
        for found in CANARY.finditer(everything)
        if not may_read(visitor.role, route, which, is_public=found[1] == "pub", whose=found[2])
        if not (found[2] == "alpha" and knows_own_people(visitor.role, route, answer))
    }


def may_read(role: str, route: Route, which: str, *, is_public: bool, whose: str) -> bool:
    """Whether a word may stand on this page for this person."""
    if route.kind in {"line", "organisation"}:
        return is_public and whose == {"own": "alpha", "foreign": "bravo"}.get(which)
    if route.kind == "everybody" or role in STRANGERS:
        return False
    if role == "operator":
        return route.kind == "admin"
    return whose == "alpha" and role != "let go"


def expected(role: str, route: Route, which: str) -> Callable[[Answer], bool]:
    """What a GET must come to."""
    if route.kind == "admin":
        return admin_expected(role, route)
    if route.kind.startswith("sign-in"):
        return to_sign_in if role in STRANGERS and route.kind.endswith("signed in") else fine
    if route.kind in OPEN_TO_ALL:
        there = posts_only if route.name in POSTED else opens
        return there if which in {"own", "foreign"} else missing
    if role in STRANGERS:
        return to_sign_in
    return staff_expected(role, route, which)


def staff_expected(role: str, route: Route, which: str) -> Callable[[Answer], bool]:
    """A page for people who work somewhere, asked by somebody who signed in."""
    if route.kind == "signed in":
        return fine
    if which != "own" or role in {"let go", "operator"}:
        return missing
    if route.kind == "belonging":
        return opens
    if role == "unsigned":
        return to_agreement if route.roles & {Role.ADMINISTRATOR, Role.COUNSELLOR} else missing
    return opens if role in HAVE_A_SAY.get(route.name, route.roles) else missing


def admin_expected(role: str, route: Route) -> Callable[[Answer], bool]:
    """Administrators in force and the operator come in; others are turned away at the door."""
    if role in {Role.ADMINISTRATOR, "operator"}:
        return fine
    if route.name == "admin:login":
        # Here it shows who they are: to sign in, to the agreement, or nothing.
        return to_sign_in if role in STRANGERS else to_agreement if role == "unsigned" else missing
    return turned_away


def fine(answer: Answer) -> bool:
    return answer.status < 500


def opens(answer: Answer) -> bool:
    return answer.status == 200


def posts_only(answer: Answer) -> bool:
    return answer.status == 405


def missing(answer: Answer) -> bool:
    return answer.status == 404


def to_sign_in(answer: Answer) -> bool:
    return answer.status == 302 and answer.place.startswith("/account/login/")


def to_agreement(answer: Answer) -> bool:
    return answer.status == 302 and answer.place.startswith("/agreement/")


def turned_away(answer: Answer) -> bool:
    return answer.status == 302 and answer.place.startswith(("/admin/login/", "/account/log", "/admin/"))
