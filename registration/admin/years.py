"""Closing a year: its figures are fixed, what is underneath is deleted, and a receipt stays (G08)."""

from typing import Any, cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helplines import second_factor
from helplines.admin import wall
from helplines.admin.base import TenantAdmin
from helplines.gate import to_second_step
from helplines.models import Organisation, Staff
from helplines.tenancy import inside
from registration import closing, tasks
from registration.models import ClosedYear


@admin.register(ClosedYear)
class ClosedYearAdmin(TenantAdmin):
    """The receipts, with the years that can be closed now."""

    list_display = ("year", "closed_at", "by", "counted", "erased", "organisation")
    list_select_related = ("organisation", "by")
    fields = ("organisation", "year", "closed_at", "by", "counted", "erased", "digest")
    readonly_fields = ("year", "closed_at", "by", "counted", "erased", "digest")
    change_list_template = "registration/admin/years.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.close)
        return [path("close/<int:organisation>/", view, name="registration_closedyear_close"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        places = [(one, years_of(one)) for one in wall.own(request, Organisation.objects.all())]
        return super().changelist_view(request, {**(extra_context or {}), "places": places})

    def close(self, request: HttpRequest, organisation: int) -> HttpResponse:
        """Let a job close the year that was chosen; it takes a while for a large one. It deletes, so the second step is asked."""
        mine = get_object_or_404(wall.own(request, Organisation.objects.all()), pk=organisation)
        given, back = request.POST.get("year", ""), reverse("admin:registration_closedyear_changelist")
        if request.method == "POST" and given in {str(year) for year in years_of(mine)}:
            if not second_factor.is_fresh(request):
                messages.warning(request, _("Nothing is closed yet. Show your second step, then press once more."))
                return to_second_step(request, back)
            tasks.close_year.delay(mine.pk, int(given), cast(Staff, request.user).pk)
            messages.success(request, _("The year is being closed. In a moment its receipt stands here."))
        return redirect(back)


def years_of(organisation: Organisation) -> list[int]:
    with inside(organisation):
        return closing.years_to_close(organisation, timezone.now())
