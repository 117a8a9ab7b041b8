"""Trees of subjects: a file out, and a file in, with every fault named or all of it taken."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from helplines import second_factor
from helplines.admin import wall
from helplines.admin.base import TenantAdmin
from helplines.gate import to_second_step
from helplines.models import Staff
from registration import tree_files, tree_service
from registration.admin.words import fault_said
from registration.models import Tree
from registration.tree_files import FaultyFile


class TreeFileForm(forms.Form):
    """A file, whether it is the whole tree, and whether to look first."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.json"}),
        help_text=gettext_lazy("CSV or JSON, at most 4 MB and 20,000 subjects."),
    )
    whole = forms.BooleanField(
        label=gettext_lazy("This file is the whole tree"),
        required=False,
        help_text=gettext_lazy(
            "With a tick, subjects that are not in the file can no longer be chosen. Figures keep them."
        ),
    )
    look = forms.BooleanField(label=gettext_lazy("Only look at what changes"), required=False, initial=True)


@admin.register(Tree)
class TreeAdmin(TenantAdmin):
    """The trees of an organisation; their subjects come and go as files."""

    list_display = ("code", "organisation")
    list_select_related = ("organisation",)
    fields = ("organisation", "code", "name")
    change_form_template = "registration/admin/tree.html"
    HELP = {
        "organisation": gettext_lazy("The organisation whose forms choose from this tree."),
        "code": gettext_lazy("Small letters, digits and dashes. Forms name the tree so; it is never changed."),
        "name": gettext_lazy("What colleagues call this tree."),
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "code") if obj is not None else fixed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        return [
            path("<int:object_id>/file/", self.page(self.take_in), name="registration_tree_file"),
            path("<int:object_id>/csv/", self.page(require_safe(self.as_csv)), name="registration_tree_csv"),
            path("<int:object_id>/json/", self.page(require_safe(self.as_json)), name="registration_tree_json"),
            *super().get_urls(),
        ]

    def page(self, view: Any) -> Any:
        """A view of ours as Django's own are: behind the site's door, and with whose rows it shows."""
        wrapped = self.admin_site.admin_view(view)
        wrapped.model_admin = self
        return wrapped

    def own(self, request: HttpRequest, object_id: int) -> Tree:
        return get_object_or_404(wall.own(request, Tree.objects.select_related("organisation")), pk=object_id)

    def take_in(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A file: what is wrong with it, what it would change, or that it was taken in."""
        tree = self.own(request, object_id)
        form = TreeFileForm(request.POST, request.FILES) if request.method == "POST" else TreeFileForm()
        context: dict[str, Any] = {"tree": tree, "form": form, "title": str(tree), "opts": self.opts}
        if form.is_bound and form.is_valid():
            upload, is_whole = form.cleaned_data["file"], form.cleaned_data["whole"]
            data = upload.read(tree_files.LARGEST + 1)
            try:
                known = {entry.code for entry in tree_service.entries_of(tree)}
                entries = tree_files.read(data, upload.name, set() if is_whole else known)
            except FaultyFile as found:
                faults = [(fault.row, fault.column, fault_said(fault)) for fault in found.faults]
                context |= {"faults": faults[:500], "more": max(0, len(faults) - 500)}
            else:
                if not form.cleaned_data["look"]:
                    plan = tree_service.take_in(tree=tree, entries=entries, is_whole=is_whole)
                    messages.success(request, plan_said(plan))
                    return redirect("admin:registration_tree_file", tree.pk)
                plan = tree_service.plan(tree=tree, entries=entries, is_whole=is_whole)
                context |= {"plan": plan, "said": plan_said(plan)}
        page = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "registration/admin/tree_file.html", page)

    def as_csv(self, request: HttpRequest, object_id: int) -> HttpResponse:
        tree = self.own(request, object_id)
        if not second_factor.is_fresh(request):
            return to_second_step(request)
        entries = tree_service.exported(tree=tree, by=cast(Staff, request.user))
        return answer(tree_files.as_csv(entries, tree.organisation.languages), tree, "csv", "text/csv; charset=utf-8")

    def as_json(self, request: HttpRequest, object_id: int) -> HttpResponse:
        tree = self.own(request, object_id)
        if not second_factor.is_fresh(request):
            return to_second_step(request)
        entries = tree_service.exported(tree=tree, by=cast(Staff, request.user))
        return answer(tree_files.as_json(entries), tree, "json", "application/json")


def answer(data: bytes, tree: Tree, ending: str, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{tree.organisation.slug}-{tree.code}.{ending}"'
    return response


def plan_said(plan: tree_service.Plan) -> str:
    counts = {"added": len(plan.added), "changed": len(plan.changed), "aside": len(plan.set_aside), "same": plan.same}
    return _("%(added)s new, %(changed)s changed, %(aside)s set aside, %(same)s as they were.") % counts
