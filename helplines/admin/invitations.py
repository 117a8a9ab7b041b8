"""People who are asked to come: who was invited, and whether the link still works."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helplines import invitations
from helplines.admin.base import TenantAdmin, TenantForm
from helplines.admin.people import ROLES_HELP, one_line_names
from helplines.invitation_links import new_link
from helplines.letters import sends_mail
from helplines.models import Invitation, Role, Staff


class InvitationForm(TenantForm):
    """Somebody to invite. It asks nothing of the accounts that there are, so it cannot tell about them."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, help_text=ROLES_HELP
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        one_line_names(self)
        organisation = self.cleaned_data.get("organisation")
        key = organisation.pk if organisation else self.instance.organisation_id
        if any(line.organisation_id != key for line in self.cleaned_data.get("lines", [])):
            raise ValidationError(_("These belong to different organisations."), code="organisations")
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(TenantAdmin):
    """Invitations that nobody accepted yet; what was accepted is a membership, and the invitation is gone."""

    form = InvitationForm
    list_display = ("__str__", "email", "roles_in_words", "state", "organisation")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    search_fields = ("email", "first_name", "last_name")
    actions = ("send_again",)
    change_form_template = "helplines/admin/invitation_form.html"
    fields = ("organisation", "email", "first_name", "last_name", "roles", "lines")
    HELP = {
        "organisation": _("The organisation that invites this person."),
        "email": _("The person gets a message here. Check it well: who can read it, can accept."),
        "first_name": _("Visitors never see it."),
        "last_name": _("Visitors never see it."),
        "lines": _("The lines on which this person talks with visitors. Choose none for all chat lines."),
    }

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, widget=forms.CheckboxSelectMultiple, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return [("roles_in_words" if name == "roles" else name) for name in fields] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "roles_in_words") if obj else fixed

    @admin.display(description=_("Roles"))
    def roles_in_words(self, invitation: Invitation) -> str:
        return invitation.roles_in_words

    @admin.display(description=_("State"))
    def state(self, invitation: Invitation) -> Any:
        if invitation.expires_at is None:
            return _("not sent yet")
        day = timezone.localtime(invitation.expires_at)
        words = _("waits, until %(day)s") if invitation.expires_at > timezone.now() else _("too old, since %(day)s")
        return words % {"day": f"{day:%d-%m-%Y}"}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """One button: what it does is send."""
        alone = {"title": _("Invite somebody"), "sends_mail": sends_mail()}
        return super().add_view(request, form_url, {**(extra_context or {}), **alone})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        lines = form.cleaned_data["lines"]
        invitations.invite(invitation=obj, lines=lines, by=cast(Staff, request.user))

    def response_add(self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None) -> HttpResponse:
        return self.links_page(request, [obj]) or self.back_to_list(request)

    def back_to_list(self, request: HttpRequest) -> HttpResponse:
        self.message_user(request, _("The invitation is on its way. It works for seven days."), messages.SUCCESS)
        return self.response_post_save_add(request, None)

    def links_page(self, request: HttpRequest, chosen: list[Invitation]) -> HttpResponse | None:
        """The links themselves, once, where this installation sends no e-mail."""
        if sends_mail():
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("New links"),
            "links": [(invitation, new_link(invitation)) for invitation in chosen],
            "opts": self.opts,
        }
        return TemplateResponse(request, "helplines/admin/person_links.html", context)

    @admin.action(description=_("Send the invitation again, with a new link"))
    def send_again(self, request: HttpRequest, queryset: "QuerySet[Invitation]") -> HttpResponse | None:
        chosen = list(queryset)
        for invitation in chosen:
            invitations.send(invitation)
        return self.links_page(request, chosen) or self.back_to_list(request)

    def delete_model(self, request: HttpRequest, obj: Invitation) -> None:
        invitations.withdraw([obj], by=cast(Staff, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Invitation]") -> None:
        invitations.withdraw(queryset, by=cast(Staff, request.user))
