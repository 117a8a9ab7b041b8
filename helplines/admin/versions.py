"""A list of what is written in versions: to read each, and a way to publish the next; never to change one (N04)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path

from helplines.admin import wall
from helplines.admin.base import TenantAdmin
from helplines.models import Line, Organisation


class VersionAdmin(TenantAdmin):
    """What has versions, of an organisation or of one of its lines; says `version_template`, `described` and `publishing`.

    The addresses of the two pages that publish are named after the model: `helplines_policy_publish` and
    `helplines_policy_publish_line`.
    """

    version_template: str

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.publish)
        name = f"{self.opts.app_label}_{self.opts.model_name}_publish"
        return [
            path("publish/<int:organisation>/", view, name=name),
            path("publish/<int:organisation>/<int:line>/", view, name=f"{name}_line"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        organisations = wall.own(request, Organisation.objects.prefetch_related("lines"))
        return super().changelist_view(request, {**(extra_context or {}), "organisations": organisations})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """One version in words."""
        version = self.get_object(request, object_id)
        if request.method not in {"GET", "HEAD"} or version is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": str(version),
            "version": version,
            "opts": self.opts,
            **self.described(version),
        }
        return TemplateResponse(request, self.version_template, context)

    def publish(self, request: HttpRequest, organisation: int, line: int | None = None) -> HttpResponse:
        """Write the next version, for the organisation or for one of its lines."""
        mine = get_object_or_404(wall.own(request, Organisation.objects.all()), pk=organisation)
        lines = wall.own(request, Line.objects.filter(organisation=mine).select_related("organisation"))
        return self.publishing(request, mine, get_object_or_404(lines, pk=line) if line else None)

    def described(self, version: Any) -> dict[str, Any]:
        """What the page of one version shows beside its name."""
        raise NotImplementedError

    def publishing(self, request: HttpRequest, organisation: Organisation, line: Line | None) -> HttpResponse:
        """The page on which the next version is written."""
        raise NotImplementedError
