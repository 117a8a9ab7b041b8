"""The admin site: for administrators of an organisation, and for the operator of the installation.

It stands outside the package `helplines.admin` because that package registers with it while it is being imported.
"""

from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class HelplinesAdminSite(admin.AdminSite):
    """Asks `Membership.role` who may enter and never Django's permission tables; has no sign-in form of its own."""

    site_title = _("Toeverlaat")
    site_header = _("Administration")
    index_title = _("Administration")
    site_url = format_lazy("{}?stay", reverse_lazy("start"))  # type: ignore[assignment]
    enable_nav_sidebar = False

    # What belongs together on the first page, in the order in which somebody sets up a helpline.
    groups = (
        (_("The organisation"), ("Organisation", "Line", "Branch", "EmergencyNumber")),
        (_("Other hours than usual"), ("Closure", "ExtraOpening")),
        (_("What you promise"), ("Policy", "ConfidentialityAgreement")),
        (_("What counsellors have at hand"), ("CannedReply",)),
        (_("What is registered"), ("Form", "Tree", "ClosedYear", "SavedReport")),
        (_("Who works with you"), ("Invitation", "Staff", "Membership")),
    )

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in only pages that know whose rows they show; those of other packages ask Django's permissions (O10)."""
        if getattr(admin_class, "is_walled", False):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """An administrator in force of at least one organisation, or the operator (J01, J02)."""
        from helplines.admin.wall import may_enter

        return may_enter(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Every table in the group to which it belongs."""
        found = {model["object_name"]: model for app in super().get_app_list(request) for model in app["models"]}
        return [{"name": name, "models": [found[key] for key in keys if key in found]} for name, keys in self.groups]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The first page, with what waits for a second person."""
        from helplines import admin_pages, reminders
        from helplines.admin import wall
        from helplines.admin.publishing import waiting_for

        mine = wall.administered(request)
        more = {"waiting": waiting_for(request), "reminders": reminders.of(mine), "administered": mine}
        more["shortcuts"] = admin_pages.shortcuts()
        return super().index(request, {**(extra_context or {}), **more})

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one overview, not one for each part of the program."""
        return redirect("admin:index")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every page speaks in the time zone of the organisation, so that 13:00 is 13:00 on the wall there."""

        def zoned(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            from helplines.admin.wall import time_zone

            with timezone.override(time_zone(request)):
                response = view(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") and callable(response.render) else response

        return super().admin_view(update_wrapper(zoned, view), cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "zone": timezone.get_current_timezone_name()}

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send a visitor to the one sign-in page, an administrator to where they were going, and others nowhere."""
        goal = request.GET.get(REDIRECT_FIELD_NAME, "")
        if self.has_permission(request):
            return redirect("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(goal or str(reverse_lazy("admin:index")), str(reverse_lazy("account_login")))
        return self.not_an_administrator(request, goal)

    def not_an_administrator(self, request: HttpRequest, goal: str) -> HttpResponse:
        """Who only has to show the second step or accept the agreement is led there; for others there is nothing here."""
        from helplines.admin.wall import awaiting_agreement, has_second_step
        from helplines.gate import to_second_step

        if not has_second_step(request):
            return to_second_step(request, goal or reverse("admin:index"))
        organisation = awaiting_agreement(request)
        if organisation is None:
            raise Http404
        return redirect("agreement", organisation.slug)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(str(reverse_lazy("account_logout")))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(str(reverse_lazy("account_change_password")))

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("admin:index")

    def get_urls(self) -> list[Any]:
        """Django's addresses, without the one that looks a row up without asking whose it is; then our own pages."""
        from helplines import admin_pages
        from helplines.admin.embedding import embedding_urls
        from helplines.admin.exchanging import exchange_urls
        from helplines.admin.mail import mail_urls
        from helplines.admin.pages import page_urls

        stock = [entry for entry in super().get_urls() if getattr(entry, "name", None) != "view_on_site"]
        return [
            *page_urls(self),
            *exchange_urls(self),
            *embedding_urls(self),
            *mail_urls(self),
            *admin_pages.urls(self),
            *stock,
        ]
