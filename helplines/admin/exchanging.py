"""Lists as files in the administration: download one, change it in a spreadsheet, look at what changes, confirm."""

import base64
import binascii
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from helplines import second_factor
from helplines.admin import wall
from helplines.exchange import files, service, tables
from helplines.exchange.tables import Table
from helplines.gate import to_second_step
from helplines.models import Organisation, Staff


class FileForm(forms.Form):
    """A file, and whether it is the whole list."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=gettext_lazy("A CSV file of at most 256 kB and 500 rows."),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("This file is empty."),
        },
    )
    whole = forms.BooleanField(
        label=gettext_lazy("This file is the whole list"),
        required=False,
        help_text=gettext_lazy("With a tick, rows that are not in the file go. Without a tick, they stay."),
    )

    def clean_file(self) -> bytes:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > files.LARGEST:
            raise ValidationError(service.unreadable_said("too_large"), code="size")
        data: bytes = upload.read()
        return data


def exchange_urls(site: admin.AdminSite) -> list[Any]:
    def lists(request: HttpRequest) -> HttpResponse:
        return lists_page(request, site)

    def exchange(request: HttpRequest, organisation: int, table: str) -> HttpResponse:
        return Exchange(request, site, *chosen(request, organisation, table)).answer()

    @require_safe
    def download(request: HttpRequest, organisation: int, table: str) -> HttpResponse:
        found = chosen(request, organisation, table)
        return file_of(request, *found) if second_factor.is_fresh(request) else to_second_step(request)

    return [
        path("exchange/", site.admin_view(lists), name="exchange_lists"),
        path("exchange/<int:organisation>/<slug:table>/", site.admin_view(exchange), name="exchange"),
        path("exchange/<int:organisation>/<slug:table>/file/", site.admin_view(download), name="exchange_file"),
    ]


def chosen(request: HttpRequest, organisation: int, slug: str) -> tuple[Organisation, Table]:
    """The organisation and the list of an address. Raises Http404."""
    mine = get_object_or_404(wall.own(request, Organisation.objects.all()), pk=organisation)
    table = tables.table(slug)
    if table is None:
        raise Http404
    return mine, table


def lists_page(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": _("Lists as files"),
        "organisations": wall.own(request, Organisation.objects.all()),
        "tables": tables.tables(),
    }
    return TemplateResponse(request, "helplines/admin/exchange_lists.html", context)


def file_of(request: HttpRequest, organisation: Organisation, table: Table) -> HttpResponse:
    data = service.export(organisation=organisation, table=table, by=cast(Staff, request.user))
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{organisation.slug}-{table.slug}.csv"'
    return response


class Exchange:
    """One administrator with one file of one list."""

    def __init__(self, request: HttpRequest, site: admin.AdminSite, organisation: Organisation, table: Table) -> None:
        self.request, self.site, self.organisation, self.table = request, site, organisation, table

    def answer(self) -> HttpResponse:
        step = self.request.POST.get("step") if self.request.method == "POST" else None
        return self.take_in() if step == "take in" else self.look() if step == "look" else self.page(FileForm())

    def look(self) -> HttpResponse:
        """What the file would change, or everything that is wrong with it."""
        form = FileForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.page(form)
        return self.show(form.cleaned_data["file"], form.cleaned_data["whole"])

    def show(self, data: bytes, is_whole: bool) -> HttpResponse:
        plan = service.plan(organisation=self.organisation, table=self.table, data=data, is_whole=is_whole)
        carried = base64.b64encode(data).decode()
        return self.page(FileForm(initial={"whole": is_whole}), plan=plan, carried=carried, is_whole=is_whole)

    def take_in(self) -> HttpResponse:
        try:
            data = base64.b64decode(self.request.POST.get("carried", ""), validate=True)
        except (binascii.Error, ValueError):
            return self.page(FileForm())
        is_whole = self.request.POST.get("whole") == "on"
        given: dict[str, Any] = {
            "organisation": self.organisation,
            "table": self.table,
            "data": data,
            "is_whole": is_whole,
        }
        try:
            plan = service.take_in(**given, mark=self.request.POST.get("mark", ""))
        except service.Moved:
            messages.warning(self.request, _("The list changed meanwhile. Look at what changes again."))
            return self.show(data, is_whole)
        said = _("%(added)s added, %(changed)s changed, %(removed)s removed.")
        counts = {"added": len(plan.added), "changed": len(plan.changed), "removed": len(plan.removed)}
        messages.success(self.request, said % counts)
        return redirect("admin:exchange", self.organisation.pk, self.table.slug)

    def page(self, form: FileForm, **more: Any) -> HttpResponse:
        context = {
            **self.site.each_context(self.request),
            "title": _("%(list)s as a file") % {"list": str(self.table.title).capitalize()},
            "organisation": self.organisation,
            "table": self.table,
            "columns": [(tables.title_of(self.table, one), one) for one in self.table.columns(self.organisation)],
            "form": form,
        }
        return TemplateResponse(self.request, "helplines/admin/exchange.html", {**context, **more})
