"""What holds for every request: behind whose wall the admin works, and that no answer is kept by a browser."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from helplines import access, known_devices, second_factor, sessions, tallies
from helplines.models import Role, Staff
from helplines.tenancy import across_organisations, inside_all
from helplines.witness import AuditUnavailable

ADMIN = "/admin/"


class StaffScope:
    """Lets the admin site see the organisations that the person administers, and nothing else (O10)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ADMIN):
            return self.get_response(request)
        with administered(request):
            return self.get_response(request)


def administered(request: HttpRequest) -> AbstractContextManager[None]:
    """The scope of the organisations of which this person is an administrator in force; of none, nothing is seen.

    Before the second step nobody is an administrator (O03).
    """
    staff = request.user if second_factor.is_open_for(request) else None
    if isinstance(staff, Staff) and staff.is_active and staff.is_superuser:
        # The operator of the installation sets up organisations, so no single wall can hold them.
        return across_organisations()
    memberships = access.memberships_of(staff) if isinstance(staff, Staff) else []
    return inside_all([entry.organisation_id for entry in memberships if entry.role == Role.ADMINISTRATOR])


def is_of_staff(request: HttpRequest) -> bool:
    """Whether somebody who signed in asked for a page that we have; what is not theirs answers as what is not there (M9)."""
    return request.resolver_match is not None and isinstance(getattr(request, "user", None), Staff)


class PrivateAnswers:
    """No answer stays behind on a device that others use too, unless its view says that it may (A15)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sessions.seen(request)
        known_devices.keep(request, response)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if response.status_code == HTTPStatus.NOT_FOUND and is_of_staff(request):
            tallies.count(tallies.DENIED)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What cannot be logged is not shown and not done, and a page says so (security goal M5)."""
        if isinstance(exception, AuditUnavailable):
            # What was undone in the database may have changed the session too: it is as it came.
            request.session = type(request.session)(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
            return render(request, "helplines/unlogged.html", status=503)
        return None
