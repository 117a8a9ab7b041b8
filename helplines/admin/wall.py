"""Which rows an administrator may meet in the admin: the second wall, beside the scope of `StaffScope` (O10)."""

from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.http import HttpRequest

from helplines import access, second_factor
from helplines.models import Membership, Organisation, Role, Staff

Row = TypeVar("Row", bound=models.Model)
REMEMBERED = "_administered"
CHECKED = "_has_second_step"


def is_operator(request: HttpRequest) -> bool:
    """The operator of the installation sees every organisation."""
    staff = request.user
    return isinstance(staff, Staff) and staff.is_active and staff.is_superuser and has_second_step(request)


def has_second_step(request: HttpRequest) -> bool:
    """Whether the session was opened with the second step, where there must be one; asked once a request (O03)."""
    if not hasattr(request, CHECKED):
        setattr(request, CHECKED, second_factor.is_open_for(request))
    return bool(getattr(request, CHECKED))


def administered(request: HttpRequest) -> list[Organisation]:
    """The organisations of which this person is an administrator in force; asked once a request."""
    if not hasattr(request, REMEMBERED):
        staff = request.user
        found = access.memberships_of(staff) if isinstance(staff, Staff) and has_second_step(request) else []
        mine = {entry.organisation_id: entry.organisation for entry in found if entry.role == Role.ADMINISTRATOR}
        setattr(request, REMEMBERED, list(mine.values()))
    organisations: list[Organisation] = getattr(request, REMEMBERED)
    return organisations


def own_organisations(request: HttpRequest) -> list[int]:
    return [organisation.pk for organisation in administered(request)]


def time_zone(request: HttpRequest) -> str:
    """The zone in which this person thinks; where organisations differ, the one that is the same for everybody."""
    if is_operator(request):
        zones = set(Organisation.objects.order_by().values_list("time_zone", flat=True).distinct()[:2])
    else:
        zones = {organisation.time_zone for organisation in administered(request)}
    return zones.pop() if len(zones) == 1 else "UTC"


def may_enter(request: HttpRequest) -> bool:
    return is_operator(request) or bool(own_organisations(request))


def awaiting_agreement(request: HttpRequest) -> Organisation | None:
    """The organisation of which this person becomes an administrator by accepting the agreement (J01)."""
    waiting = access.unsigned_memberships_of(request.user) if isinstance(request.user, Staff) else []
    administers = [entry.organisation for entry in waiting if entry.role == Role.ADMINISTRATOR]
    return administers[0] if administers else None


def own(request: HttpRequest, rows: "models.QuerySet[Row]") -> "models.QuerySet[Row]":
    """Only the rows of the organisations that this person administers."""
    if is_operator(request):
        return rows
    return rows.filter(**{f"{path_to_organisation(rows.model)}__in": whose(request, rows.model)})


def path_to_organisation(model: type[models.Model]) -> str:
    """The look-up that tells whose row it is; a table without an owner has no place in the admin."""
    if model in (Organisation, Staff):
        return "pk"
    try:
        model._meta.get_field("organisation")
    except FieldDoesNotExist as error:
        raise ImproperlyConfigured(f"{model.__name__} does not say which organisation it belongs to.") from error
    return "organisation"


def whose(request: HttpRequest, model: type[models.Model]) -> Any:
    """Keys that own rows carry: of organisations, or, for people, of who has a role in one of them."""
    organisations = own_organisations(request)
    if model is Staff:
        return Membership.objects.filter(organisation__in=organisations).values("staff")
    return organisations


def owns(request: HttpRequest, row: models.Model) -> bool:
    """Whether this one row is theirs; a row that is not stored yet carries its organisation already, or none."""
    if is_operator(request):
        return True
    if isinstance(row, Organisation):
        return row.pk in own_organisations(request)
    if isinstance(row, Staff):
        return own(request, Staff._default_manager.filter(pk=row.pk)).exists()
    return getattr(row, "organisation_id", None) in own_organisations(request)
