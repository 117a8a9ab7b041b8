"""The versions of a policy: to read, to compare and to follow by a new one; never to change."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helplines import policies, policy_words
from helplines.admin import wall
from helplines.admin.base import TenantAdmin
from helplines.admin.publishing import Publishing
from helplines.models import Line, Organisation, Policy

STATES = {"force": _("in force"), "later": _("from later on"), "past": _("past")}


def with_states(versions: "QuerySet[Policy]") -> "QuerySet[Policy]":
    """Each version with whether it counts now: of an organisation and of each line exactly one does."""
    now = timezone.now()
    same = Policy.objects.in_force(now).annotate(whose=Coalesce("line_id", Value(0)))
    newest = same.filter(organisation=OuterRef("organisation"), whose=Coalesce(OuterRef("line_id"), Value(0)))
    return versions.annotate(
        state=Case(
            When(valid_from__gt=now, then=Value("later")),
            When(pk=Subquery(newest.values("pk")[:1]), then=Value("force")),
            default=Value("past"),
        )
    )


@admin.register(Policy)
class PolicyAdmin(TenantAdmin):
    """A list of versions, with a way to publish the next."""

    list_display = ("version", "for_whom", "state", "valid_from", "author", "reason", "organisation")
    list_filter = ("organisation", "line")
    list_select_related = ("organisation", "line", "author")
    change_list_template = "helplines/admin/policy_list.html"
    ordering = ("organisation", F("line").asc(nulls_first=True), "-number")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Policy]":
        return with_states(super().get_queryset(request))

    @admin.display(description=_("version"), ordering="number")
    def version(self, policy: Policy) -> str:
        return str(policy)

    @admin.display(description=_("for"))
    def for_whom(self, policy: Policy) -> str:
        return str(policy.line or _("the organisation"))

    @admin.display(description=_("counts"))
    def state(self, policy: Any) -> Any:
        return STATES[policy.state]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.publish)
        return [
            path("publish/<int:organisation>/", view, name="helplines_policy_publish"),
            path("publish/<int:organisation>/<int:line>/", view, name="helplines_policy_publish_line"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        organisations = wall.own(request, Organisation.objects.prefetch_related("lines"))
        return super().changelist_view(request, {**(extra_context or {}), "organisations": organisations})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """One version in words, beside what the version before it said."""
        version = self.get_object(request, object_id)
        if request.method not in {"GET", "HEAD"} or version is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": str(version),
            "version": version,
            "said": said(version),
            "state": self.state(version),
            "opts": self.opts,
        }
        return TemplateResponse(request, "helplines/admin/policy_version.html", context)

    def publish(self, request: HttpRequest, organisation: int, line: int | None = None) -> HttpResponse:
        """Write the next version, for the organisation or for one of its lines."""
        mine = get_object_or_404(wall.own(request, Organisation.objects.all()), pk=organisation)
        lines = wall.own(request, Line.objects.filter(organisation=mine).select_related("organisation"))
        chosen = get_object_or_404(lines, pk=line) if line else None
        return Publishing(request, self.admin_site, mine, chosen).answer()


def said(version: Policy) -> list[policy_words.Said]:
    """A version in words: all of an organisation, of a line what it does otherwise."""
    values = policies.overlay(policies.PolicyValues(), version.values)
    everything = zip(policies.FIELDS, policy_words.all_said(values), strict=True)
    told = [(name, words) for name, words in everything if version.line_id is None or name in version.values]
    return [words for name, words in told if policy_words.applies(name, values)]
