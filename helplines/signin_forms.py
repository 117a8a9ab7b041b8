"""Forms of allauth that do a little more, or a little less, than theirs."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt, encrypt
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helplines import passwords, post
from helplines.models import Staff


class AskForLink(forms.Form):
    """Asks for a link to a new password. The answer, and how long it takes, is the same for everybody (G3)."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"})
    )

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        found = Staff.objects.filter(email__iexact=email, is_active=True).values_list("pk", flat=True).first()
        post.send("reset", organisation=None, person=found or 0, language=get_language())
        return email


def speak_plainly(form: forms.Form) -> None:
    """Of a new password: one sentence that says what it must be, no word twice, and our own words."""
    for name in form.fields.keys() & {"oldpassword", "password1", "password2"}:
        form.fields[name].widget.attrs.pop("placeholder", None)
    form.fields["password1"].help_text = passwords.LongEnough().get_help_text()
    form.fields["password2"].label = _("Password, once more")


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]
    """A new password of somebody who knows the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speak_plainly(self)


class NewPassword(ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password of somebody with a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speak_plainly(self)


class SetUpApp(ActivateTOTPForm):  # type: ignore[misc]
    """The code that shows that an app was set up. The seed waits for it sealed, also in the session."""

    code = forms.CharField(
        label=_("Code from the app"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        session = context.request.session
        if not self.is_bound or SECRET_SESSION_KEY not in session:
            session[SECRET_SESSION_KEY] = encrypt(generate_totp_secret())
        self.secret = decrypt(session[SECRET_SESSION_KEY])

    def clean_code(self) -> str:
        """The code that showed it works once, like every other: it does not sign in too (security goal G4)."""
        code: str = super().clean_code()
        if not TOTP(Authenticator(user=self.user))._mark_code_used(code):
            raise get_adapter().validation_error("incorrect_code")
        return code
