"""What somebody fills in who makes an account to accept an invitation."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helplines.invitations import newcomer
from helplines.letters import sends_mail
from helplines.models import Invitation, Staff
from helplines.public_names import PublicName
from helplines.service import TALKING
from helplines.validators import plain_user_name


class Accepted(PublicName):
    """With an account that is there already: the name for visitors, for who will talk with them."""

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        if TALKING.isdisjoint(invitation.roles):
            del self.fields["public_name"]

    @property
    def chosen_name(self) -> str:
        return str(self.cleaned_data.get("public_name", ""))


MOST_NAMES, HOUR = 10, 60 * 60


def tries_of(invitation: Invitation) -> int:
    """How many names were tried with this link in this hour of the clock: it is no way to ask who has an account."""
    key = f"names-tried:{invitation.organisation_id}:{invitation.pk}:{timezone.now().timestamp() // HOUR:.0f}"
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key)
    except ValueError:  # the cache was emptied between the two
        return 1


class NewAccount(Accepted):
    """A user name and a password too."""

    field_order = ("username", "public_name", "password1", "password2")

    username = forms.CharField(
        label=_("User name"),
        max_length=140,
        help_text=_("A short name to sign in with. Your e-mail address works too."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 12 characters. Four words that have nothing to do with each other work well."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sends_mail():
            self.fields["username"].help_text = _("A short name to sign in with.")

    def clean_username(self) -> str:
        username = plain_user_name(self.cleaned_data["username"])
        if tries_of(self.invitation) > MOST_NAMES:
            raise ValidationError(_("You tried many names. Wait an hour and try again."), code="many")
        if Staff.objects.filter(Q(username__iexact=username) | Q(email__iexact=username)).exists():
            raise ValidationError(_("Somebody has this user name. Choose another one."), code="taken")
        return username

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("These two passwords are not the same."))
        if first:
            try:
                validate_password(first, self.staff)
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    @property
    def staff(self) -> Staff:
        return newcomer(self.invitation, self.cleaned_data.get("username", ""))

    def address_is_taken(self) -> None:
        self.add_error(None, _("There is an account with your e-mail address. Sign in with it to accept: see below."))
