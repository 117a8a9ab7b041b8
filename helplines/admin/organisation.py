"""The organisation itself, its centres and its emergency numbers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helplines import queries, told_numbers
from helplines.admin import wall
from helplines.admin.base import TenantAdmin, TenantForm
from helplines.logos import LARGEST, kind_of
from helplines.models import Branch, EmergencyNumber, Organisation


class OrganisationForm(TenantForm):
    """Takes the logo as a file and keeps it in the row."""

    logo_file = forms.FileField(
        label=_("New logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("A PNG, JPEG or WebP picture of at most 256 kB. It stands at the top of the chat."),
    )
    remove_logo = forms.BooleanField(
        label=_("Remove the logo"), required=False, help_text=_("Tick this to show only the name of the organisation.")
    )

    def clean_logo_file(self) -> bytes | None:
        upload: UploadedFile[Any] | None = self.cleaned_data["logo_file"]
        if upload is None:
            return None
        if (upload.size or 0) > LARGEST:
            raise ValidationError(_("This picture is larger than 256 kB. Make it smaller and try again."), code="size")
        data: bytes = upload.read()
        if kind_of(data) is None:
            raise ValidationError(_("This is not a PNG, JPEG or WebP picture."), code="kind")
        return data

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk:
            self.hold_to(queries.organisation_policy(self.instance), told_numbers.OF_ORGANISATION)
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        data = self.cleaned_data.get("logo_file")
        if data:
            self.instance.logo, self.instance.logo_type = data, kind_of(data)
        elif self.cleaned_data.get("remove_logo"):
            self.instance.logo, self.instance.logo_type = None, ""


@admin.register(Organisation)
class OrganisationAdmin(TenantAdmin):
    """Who the organisation is and where it can be reached; only the operator adds one, and nobody removes one here."""

    form = OrganisationForm
    list_display = ("name", "slug", "country", "time_zone")
    search_fields = ("name", "slug")
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 3})}}
    fieldsets = (
        (None, {"fields": ("name", "slug", "website", "languages", "country", "time_zone")}),
        (_("Legal identity"), {"fields": ("legal_name", "register_number", "address", "provider")}),
        (_("Addresses"), {"fields": ("privacy_email", "complaints_email", "support_email", "dpo_email")}),
        (_("Safety of visitors"), {"fields": ("exit_url",)}),
        (_("Look"), {"fields": ("accent", "logo_file", "remove_logo")}),
        (
            _("What visitors read before they chat"),
            {"fields": ("form_of_address", "about", "secrecy", "shows_proof", "shows_openings", "review_months")},
        ),
    )
    HELP = {
        "name": _("The name that visitors know, such as on your website."),
        "slug": _(
            "The part of the web address that is yours: /this-name/. Pages that use it stop working if it changes."
        ),
        "website": _("Your own website. Visitors can go back to it from the chat."),
        "languages": _("The languages in which you write. Visitors can choose one of them."),
        "country": _("Decides which public holidays we propose."),
        "time_zone": _("All opening hours are in this time zone. Write it like Europe/Brussels."),
        "legal_name": _("The full name of the legal person behind the organisation. It stands in your privacy text."),
        "register_number": _("The number in the company register of your country."),
        "address": _("Where the organisation has its seat. It stands in your privacy text."),
        "provider": _("Who looks after the computers. Visitors may read this name."),
        "privacy_email": _("Visitors write here with questions about their data."),
        "complaints_email": _("Visitors write here with a complaint."),
        "support_email": _("Visitors write here when the chat does not work for them."),
        "dpo_email": _("The person who watches over privacy. Leave it empty if you have nobody for this."),
        "exit_url": _(
            "Visitors who press the quick exit come here. Choose a page that everybody visits, such as a weather page. "
            "Without an address they come to an empty page."
        ),
        "accent": _(
            "The colour of buttons. White letters must be easy to read on it; we propose a colour if they are not."
        ),
        "form_of_address": _(
            "Our own sentences, such as “You are next”, then speak to your visitors in this way. "
            "Your own texts do not change: write those in the same way. A line can choose otherwise."
        ),
        "about": _("Who you are and how you work, in a few short sentences."),
        "shows_proof": _(
            "A page beside the chat then tells what the check of every night found, also when it is not right."
        ),
        "shows_openings": _(
            "The same page then tells whether it was done and refused, and how often as in reports, of each year that is over. "
            "Never of the year that goes on: whoever looks each day would see that it just happened."
        ),
        "review_months": _("From 3 to 6. We remind you then, and visitors read that you do this."),
        "secrecy": _("What your secrecy means for the visitor, and when it ends."),
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "accent":
            kwargs["widget"] = forms.TextInput(attrs={"type": "color"})
        if db_field.name in {"website", "exit_url"}:
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> Any:
        """The address name holds the whole website of an organisation together: the operator's to change."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if wall.is_operator(request) else (*fixed, "slug")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return wall.is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Branch)
class BranchAdmin(TenantAdmin):
    """Centres that visitors can write to."""

    list_display = ("name", "region", "email", "telephone", "organisation")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    search_fields = ("name", "region", "email")
    fields = ("organisation", "name", "region", "email", "telephone", "position")
    HELP = {
        "organisation": _("The organisation that this centre belongs to."),
        "name": _("The name of the centre as visitors know it."),
        "region": _("The place or area it works for. Visitors use it to find the centre near them."),
        "email": _("Visitors write to this address when the chat is closed or busy."),
        "telephone": _("Leave it empty if the centre does not want calls."),
        "position": _("Lower numbers come first in the list that visitors see."),
    }


@admin.register(EmergencyNumber)
class EmergencyNumberAdmin(TenantAdmin):
    """Numbers that stand on the screens of visitors (A11)."""

    list_display = ("number", "__str__", "is_first", "position", "organisation")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    search_fields = ("number",)
    fields = ("organisation", "number", "label", "is_first", "position")
    HELP = {
        "organisation": _("The organisation whose visitors see this number."),
        "number": _("The number as people dial it, such as 112."),
        "label": _("Say in a few words for whom or for what this number is."),
        "is_first": _("Tick this to keep the number in sight on every screen. Do this for one number, such as 112."),
        "position": _("Lower numbers come first in the list."),
    }
