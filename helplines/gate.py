"""Who may open a page: every view says so with one of these, and works behind the wall of its organisation.

Each decorator sets `audience` on the view; a view without one fails a test. Views are sync, and give a finished answer:
one that is rendered later would be rendered outside the wall.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from helplines import access, second_factor
from helplines.models import Organisation, Role
from helplines.tenancy import inside

View = Callable[..., HttpResponse]


def everybody(view: View) -> View:
    """A public page of no organisation."""
    return for_audience("everybody", view)


def line_page(view: View) -> View:
    """A public page of a chat line: `view(request, line)`."""

    @wraps(view)
    def page(request: HttpRequest, line: str, organisation: str = "", **kwargs: Any) -> HttpResponse:
        found = access.chat_line(organisation, line) if organisation else access.only_chat_line(line)
        with inside(found.organisation):
            return view(request, found, **kwargs)

    return for_audience("line", page)


def organisation_page(view: View) -> View:
    """A public page of an organisation: `view(request, organisation)`."""

    @wraps(view)
    def page(request: HttpRequest, organisation: str, **kwargs: Any) -> HttpResponse:
        found = access.organisation(organisation)
        with inside(found):
            return view(request, found, **kwargs)

    return for_audience("organisation", page)


def signed_in(view: View) -> View:
    """A page for whoever signed in, about themselves alone."""

    @wraps(view)
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return view(request, **kwargs) if request.user.is_authenticated else to_sign_in(request)

    return for_audience("signed in", page)


def own_account(view: View) -> View:
    """A page on which people change how they themselves sign in: with the second step, for who has one."""

    @wraps(view)
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return to_second_step(request) if second_factor.is_stale(request) else view(request, **kwargs)

    return for_audience("signed in", page)


def in_one_piece(view: View) -> View:
    """Around a page of a library: a form is carried out whole or not at all, so what cannot be logged is not done (M5)."""
    whole = transaction.atomic(view)

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (whole if request.method == "POST" else view)(request, *args, **kwargs)

    return page


def belonging(view: View) -> View:
    """A page for who has any role in an organisation, even before the agreement: `view(request, organisation)`."""

    @wraps(view)
    def page(request: HttpRequest, organisation: str, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        found = access.own_organisation(request.user, organisation)
        if not second_factor.is_open_for(request):
            return to_second_step(request)
        with inside(found):
            return view(request, found, **kwargs)

    return for_audience("belonging", page)


def members(*roles: Role | str) -> Callable[[View], View]:
    """A page for these roles of an organisation, or for all when none is named: `view(request, membership)` (J01, J02).

    Who did not yet accept the newest agreement is asked to, and who did not sign in with a second step, where that is
    obligatory or set up (O03); for everybody else the page does not exist.
    """
    wanted = [str(role) for role in roles or Role]

    def gate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, organisation: str, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            staff = request.user
            try:
                membership = access.membership(staff, organisation, wanted)
            except Http404:
                return to_agreement(request, access.own_organisation(staff, organisation, unsigned=wanted))
            if not second_factor.is_open_for(request):
                return to_second_step(request)
            with inside(membership.organisation):
                return view(request, membership, **kwargs)

        return for_audience("members: " + ", ".join(wanted), page)

    return gate


def for_audience(audience: str, view: View) -> View:
    view.audience = audience  # type: ignore[attr-defined]
    return view


def to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path())


def to_agreement(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """First the agreement, then back to what was asked for."""
    page = reverse("agreement", kwargs={"organisation": organisation.slug})
    return redirect(f"{page}?{urlencode({'next': request.get_full_path()})}")


def to_second_step(request: HttpRequest, goal: str = "") -> HttpResponse:
    """First the second step, to show or to set up, then back to what was asked for (O03)."""
    return redirect(second_step_page(request, goal or request.get_full_path()))


def second_step_page(request: HttpRequest, goal: str) -> str:
    """The address of the page on which this person shows the second step, or sets it up."""
    kinds = second_factor.kinds_of(request.user)
    names = {"totp": "mfa_reauthenticate", "webauthn": "mfa_reauthenticate_webauthn"}
    page = next((names[kind] for kind in names if kind in kinds), "mfa_index")
    return f"{reverse(page)}?{urlencode({'next': goal})}"
