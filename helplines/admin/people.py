"""The people of an organisation: who they are, which roles they have, and what they sign."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helplines import queries, second_factor, service, welcome
from helplines.admin import wall
from helplines.admin.base import TenantAdmin, TenantForm, TenantTable, whose
from helplines.models import Assignment, ConfidentialityAgreement, Membership, Organisation, Role, Staff
from helplines.telling import told_everywhere
from helplines.tenancy import inside
from helplines.validators import own_name, plain_user_name
from helplines.witness import Event

ROLES_HELP = _(
    "Counsellors and mentors talk with visitors. Managers see who is present and who waits. Administrators use these "
    "pages. The data protection officer and the auditor can look at things, and change nothing."
)


class MembershipForm(TenantForm):
    """A role; nobody locks themselves out by accident."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        before = self.instance
        is_mine = before.pk and before.staff_id == self.administrator and self.initial.get("role") == Role.ADMINISTRATOR
        role, is_active = self.cleaned_data.get("role"), self.cleaned_data.get("is_active")
        if is_mine and (role != Role.ADMINISTRATOR or not is_active):
            raise ValidationError(
                _("You cannot take your own administrator role away. Ask another administrator."), code="own_role"
            )
        self.check_talks()
        return cleaned

    def check_talks(self) -> None:
        """No more talks at once than the organisation promises; who has a number from before keeps it, and it counts as less."""
        given = self.cleaned_data.get("talks_at_once")
        organisation = self.cleaned_data.get("organisation") or whose(self.instance)
        if not given or not isinstance(organisation, Organisation) or "talks_at_once" not in self.changed_data:
            return
        with inside(organisation):
            most = queries.most_at_once(organisation)
        if given > most:
            told = _(
                "Your promises let a counsellor have at most %(most)s talks at the same time. Choose that or less."
            )
            self.add_error("talks_at_once", ValidationError(told, code="too_many", params={"most": most}))

    def _post_clean(self) -> None:
        """Who gives a role, another one, or one that had ended, is recorded with it."""
        super()._post_clean()  # type: ignore[misc]
        begins = "is_active" in self.changed_data and self.cleaned_data.get("is_active")
        if not self.instance.pk or begins or {"staff", "role"} & set(self.changed_data):
            self.instance.given_by_id, self.instance.given_at = self.administrator, timezone.now()


class StaffForm(TenantForm):
    """An account, which the operator alone may change."""

    def clean_username(self) -> str:
        given: str = self.cleaned_data["username"]
        # A name from before this rule stays as it is.
        return given if given == self.initial.get("username") else plain_user_name(given)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        one_line_names(self)
        return cleaned


def one_line_names(form: TenantForm) -> None:
    """What somebody is called goes into letters."""
    for name in ("first_name", "last_name"):
        try:
            own_name(form.cleaned_data.get(name, ""))
        except ValidationError as error:
            form.add_error(name, error)


class Roles(TenantTable):
    """The roles that a person has in the organisations of the administrator, and in no other."""

    model = Membership
    fk_name = "staff"
    form = MembershipForm
    fields = ("organisation", "role", "branch", "public_name", "talks_at_once", "is_active")
    can_delete = False
    HELP = {
        "organisation": _("The organisation in which the person has this role."),
        "role": ROLES_HELP,
        "branch": _("The centre that the person works for. Leave it empty if there is none."),
        "public_name": _("The name that visitors see. It may be an invented one."),
        "talks_at_once": _(
            "How many talks this person has at most at the same time. Leave it empty for the number of your promises. "
            "Somebody who begins may have fewer."
        ),
        "is_active": _("Take the tick away to end this role. What the person did stays as it was."),
    }


class Lines(TenantTable):
    """The lines that a member works on."""

    model = Assignment
    fields = ("line", "alias")
    verbose_name_plural = _("lines of this person (none: all chat lines)")
    HELP = {
        "line": _("A line on which this person works. Without any row the person works on all chat lines."),
        "alias": _("Another name for the visitors of this line. It may be an invented one."),
    }


def tell_role(request: HttpRequest, membership: Membership) -> None:
    """A role that was given, changed or ended, inside the transaction of the page. Raises AuditUnavailable."""
    service.tell(
        Event.ROLE_CHANGED,
        membership.organisation,
        cast(Staff, request.user),
        f"person:{membership.staff_id}",
        f"{membership.role}:{'given' if membership.is_active else 'ended'}",
    )


@admin.register(Staff)
class StaffAdmin(TenantAdmin):
    """People with a role here. An account belongs to the person: an administrator gives roles, and changes no account."""

    form = StaffForm
    inlines = (Roles,)
    list_display = ("username", "first_name", "last_name", "email", "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    actions = ("send_new_link", "reset_second_step")
    change_form_template = "helplines/admin/person_form.html"
    fields = ("username", "email", "first_name", "last_name", "is_active")
    HELP = {
        "username": _("The name with which the person signs in."),
        "email": _("The person also signs in with this address, and gets a link for a new password here."),
        "first_name": _("Visitors never see it."),
        "last_name": _("Visitors never see it."),
        "is_active": _("Take the tick away to close the account everywhere."),
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Staff | None = None) -> Any:
        return () if wall.is_operator(request) else self.fields

    def get_list_display(self, request: HttpRequest) -> Any:
        """Whether an account is open everywhere is the operator's to know."""
        return self.list_display if wall.is_operator(request) else self.list_display[:-1]

    def get_fields(self, request: HttpRequest, obj: Staff | None = None) -> Any:
        return self.fields if wall.is_operator(request) else self.fields[:-1]

    def save_model(self, request: HttpRequest, obj: Staff, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"is_active", "is_superuser"} & set(form.changed_data):
            told_everywhere(Event.ROLE_CHANGED, of=obj, by=cast(Staff, request.user), why="account")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for membership in [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]:
            tell_role(request, membership)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """People come by invitation."""
        return redirect("admin:helplines_invitation_add")

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history of an account is the person's and the operator's: it names administrators of other organisations."""
        if not wall.is_operator(request):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return super().history_view(request, object_id, extra_context)

    @admin.action(description=_("Send a new link to choose a password"))
    def send_new_link(self, request: HttpRequest, queryset: "QuerySet[Staff]") -> HttpResponse | None:
        organisations = wall.own(request, Organisation.objects.all())
        links = []
        for staff in queryset.filter(is_active=True):
            organisation = organisations.filter(memberships__staff=staff).first()
            if organisation is not None:
                links.append((staff, welcome.new_link(staff=staff, organisation=organisation)))
        shown = [(staff, link) for staff, link in links if link]
        if shown:
            context = {
                **self.admin_site.each_context(request),
                "title": _("New links"),
                "links": shown,
                "opts": self.opts,
            }
            return TemplateResponse(request, "helplines/admin/person_links.html", context)
        self.message_user(request, _("A message was sent to everybody you chose."), messages.SUCCESS)
        return None

    @admin.action(description=_("Take the second step away from who lost it"))
    def reset_second_step(self, request: HttpRequest, queryset: "QuerySet[Staff]") -> None:
        """For a colleague, never for oneself; the answer does not tell who works elsewhere too."""
        me = cast(Staff, request.user)
        if queryset.filter(pk=me.pk).exists():
            self.message_user(
                request, _("You cannot take your own second step away. Ask another administrator."), messages.ERROR
            )
            return
        for staff in queryset:
            if wall.is_operator(request) or welcome.serves_only_these(staff, wall.own_organisations(request)):
                second_factor.reset(staff=staff, by=me)
                self.log_change(request, staff, [str(_("The second step to sign in was taken away."))])
        self.message_user(
            request,
            _(
                "Who works for you alone sets up a new second step at the next sign-in, and gets a message. For who also "
                "works elsewhere, ask the operator of this installation."
            ),
            messages.SUCCESS,
        )


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    """One role of one person, and the lines that belong to it; a role ends, and is never removed."""

    form = MembershipForm
    inlines = (Lines,)
    list_display = ("staff", "role", "branch", "public_name", "is_active", "organisation")
    list_filter = ("organisation", "role", "branch", "is_active")
    list_select_related = ("organisation", "staff", "branch")
    search_fields = ("staff__username", "staff__first_name", "staff__last_name", "public_name")
    fields = ("organisation", "staff", "role", "branch", "public_name", "talks_at_once", "is_active")
    HELP = {**Roles.HELP, "staff": _("The person. Take somebody new on under Staff first.")}

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "staff") if obj is not None else fixed

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell_role(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ConfidentialityAgreement)
class AgreementAdmin(TenantAdmin):
    """Versions of what staff accept before they get any access; a new text is a new version (J01)."""

    list_display = ("__str__", "number", "published_at", "organisation")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    fields = ("organisation", "text")
    HELP = {
        "organisation": _("The organisation whose staff sign this text."),
        "text": _(
            "What your staff promise. As soon as you publish it, everybody, you too, has to accept it before they "
            "can work on."
        ),
    }

    def get_fields(self, request: HttpRequest, obj: ConfidentialityAgreement | None = None) -> Any:
        return ("organisation", "words") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: ConfidentialityAgreement | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "words") if obj else fixed

    @admin.display(description=_("text"))
    def words(self, agreement: ConfidentialityAgreement) -> str:
        """The text in each language, as it is signed."""
        return "\n\n".join(f"{code.upper()}: {text}" for code, text in agreement.text.items())

    def save_model(self, request: HttpRequest, obj: ConfidentialityAgreement, form: Any, change: bool) -> None:
        published = service.publish_agreement(organisation=obj.organisation, text=obj.text)
        obj.pk, obj.number, obj.published_at = published.pk, published.number, published.published_at

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
