"""The versions of a policy: to read, to compare and to follow by a new one; never to change."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helplines import policies, policy_words, queries
from helplines.admin.publishing import Publishing
from helplines.admin.versions import VersionAdmin
from helplines.models import Line, Organisation, Policy
from helplines.previews import previews

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
class PolicyAdmin(VersionAdmin):
    """A list of versions, with a way to publish the next."""

    list_display = ("version", "for_whom", "state", "valid_from", "author", "reason", "organisation")
    list_filter = ("organisation", "line")
    list_select_related = ("organisation", "line", "author")
    change_list_template = "helplines/admin/policy_list.html"
    version_template = "helplines/admin/policy_version.html"
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

    def described(self, version: Policy) -> dict[str, Any]:
        """Beside what the version before it said."""
        return {**in_words(version), "state": self.state(version)}

    def publishing(self, request: HttpRequest, organisation: Organisation, line: Line | None) -> HttpResponse:
        return Publishing(request, self.admin_site, organisation, line).answer()


def in_words(version: Policy) -> dict[str, Any]:
    """A version as sentences, and as visitors read it on each line; its texts stand apart only where there is no line."""
    base = policies.PolicyValues()
    if version.line_id:
        base = queries.organisation_policy(version.organisation, version.valid_from)
    values = policies.overlay(base, version.values)
    read = list(previews(version.organisation, version.line, values))
    told = [name for name in policies.FIELDS if version.line_id is None or name in version.values]
    said = (policy_words.kept_said if read else policy_words.all_said)(values, told)
    return {"said": said, "previews": read}
