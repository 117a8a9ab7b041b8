"""The lines of an organisation, with their weekly hours and their words."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helplines import queries, service, told_numbers
from helplines.admin.base import TenantAdmin, TenantForm, TenantTable, whose
from helplines.models import Line, OpeningHours, Organisation


class OriginsField(forms.CharField):
    """A list of sites, written one on a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        sites = [line.strip().lower().removesuffix("/") for line in lines]
        return list(dict.fromkeys(site for site in sites if site))

    def run_validators(self, value: Any) -> None:
        """The model judges each site; what a text may be does not count for a list."""


ORIGINS_HELP = _(
    "The websites on which the chat button may stand, one on a line, such as https://www.example.org. "
    "On other websites the button does not work."
)


class LineForm(TenantForm):
    origins = OriginsField(label=_("Sites with our button"), required=False, help_text=ORIGINS_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "languages" in self.fields:
            offer_languages(self.fields["languages"], self.organisations())

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        organisation = self.cleaned_data.get("organisation") or whose(self.instance)
        if organisation:
            values = (
                queries.policy_for(self.instance) if self.instance.pk else queries.organisation_policy(organisation)
            )
            self.hold_to(values, told_numbers.OF_LINE)
        return cleaned

    def organisations(self) -> list[Organisation]:
        """Whose line it is, or may become."""
        known = whose(self.instance)
        return [known] if known else list(getattr(self.fields.get("organisation"), "queryset", []))


def offer_languages(field: Any, organisations: list[Organisation]) -> None:
    """Only what these organisations write in, in the order of the list that everybody knows."""
    spoken = {code for organisation in organisations for code in organisation.languages}
    field.choices = [(code, name) for code, name in settings.CONTENT_LANGUAGES if code in spoken]


class WeeklyHours(TenantTable):
    """The weekly hours of one line."""

    model = OpeningHours
    fields = ("weekday", "opens", "closes")
    HELP = {
        "weekday": _("The day on which the line opens. A day may have several rows."),
        "opens": _("When the line opens, such as 13:00."),
        "closes": _("When the line closes. A time before the opening means the next morning: 22:00 to 02:00."),
    }


@admin.register(Line)
class LineAdmin(TenantAdmin):
    """Lines are taken out of use, never removed: talks that were held on them hang from them."""

    form = LineForm
    inlines = (WeeklyHours,)
    list_display = ("name", "kind", "is_active", "slug", "organisation")
    list_filter = ("organisation", "kind", "is_active")
    list_select_related = ("organisation",)
    search_fields = ("name", "slug")
    change_form_template = "helplines/admin/line_form.html"
    actions = ("close_now", "open_again")
    fieldsets = (
        (None, {"fields": ("organisation", "name", "slug", "kind", "is_active", "position", "contact")}),
        (_("Where visitors find it"), {"fields": ("origins", "languages")}),
        (_("Safety of visitors"), {"fields": ("neutral_title",)}),
        (_("What visitors read"), {"fields": ("form_of_address", "button", "opening", "busy", "closed", "farewell")}),
    )
    HELP = {
        "organisation": _("The organisation that this line belongs to."),
        "name": _("The name of the line as visitors see it."),
        "slug": _("The last part of the web address of this line. Links to the line stop working if it changes."),
        "kind": _("How people reach this line. An office line is not for help talks."),
        "is_active": _("Take the tick away to take the line out of use. Nothing is lost."),
        "position": _("Lower numbers come first."),
        "contact": _("The telephone number or e-mail address of this line. A chat line needs none."),
        "languages": _(
            "Without a tick, visitors can choose every language of the organisation. A tick leaves only what you tick. "
            "A language that is not here, you add to the organisation first."
        ),
        "neutral_title": _(
            "The tab of the browser then names no organisation and no line. Whoever looks along sees less of where "
            "the visitor is."
        ),
        "form_of_address": _(
            "Choose this only if this line differs from the organisation. It does not change your own texts."
        ),
        "button": _("The words on the button on your website. Keep them short."),
        "opening": _("What visitors read when the line is open."),
        "busy": _("What visitors read when everybody is in a talk. Invite them to come back, or to write."),
        "closed": _("What visitors read when the line is closed. The next opening is added by itself."),
        "farewell": _("What visitors read after the talk."),
    }

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Close now, in exceptional circumstances"))
    def close_now(self, request: HttpRequest, queryset: "QuerySet[Line]") -> None:
        """Until somebody opens the line again; talks that are going on are not cut off (A06)."""
        for line in queryset.select_related("organisation"):
            service.close_now(organisation=line.organisation, line=line, reason=gettext("Closed by an administrator"))
        self.message_user(request, _("The lines you chose are closed until you open them again."), messages.SUCCESS)

    @admin.action(description=_("Open again after exceptional circumstances"))
    def open_again(self, request: HttpRequest, queryset: "QuerySet[Line]") -> None:
        """Back to the hours; a closure of all lines together stays until it is ended under Closures."""
        for line in queryset.select_related("organisation"):
            service.reopen(organisation=line.organisation, line=line)
        self.message_user(request, _("The lines you chose follow their opening hours again."), messages.SUCCESS)
