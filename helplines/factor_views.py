"""Pages of allauth on which people set up their second step, with our own way back to where they were going (O03)."""

from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.base.views import IndexView
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.webauthn.internal.auth import clear_state
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from helplines.goals import safe_goal
from helplines.second_factor import GOAL


class SecondStep(IndexView):  # type: ignore[misc]
    """What somebody has set up as a second step, and what they can add."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Remembers where the person was going: setting up takes several pages."""
        session, wanted = self.request.session, safe_goal(self.request, self.request.GET.get("next", ""))
        if wanted:
            session[GOAL] = wanted
        goal = session.get(GOAL, "") or reverse("start")
        is_needed = settings.SECOND_FACTOR_REQUIRED
        told = {"goal": goal, "second_step_required": is_needed, "origin": settings.ORIGIN, "by_name": by_name()}
        return {**super().get_context_data(**kwargs), **told}


def by_name() -> str:
    """The address of a program on one's own machine with a name in it: browsers keep passkeys there; "" elsewhere."""
    parts = urlsplit(settings.ORIGIN)
    is_own_machine = (parts.hostname or "").startswith("127.") or parts.hostname == "::1"
    return f"{parts.scheme}://localhost:{parts.port or 80}" if is_own_machine else ""


class SpareCodes(ViewRecoveryCodesView):  # type: ignore[misc]
    """The spare codes, in sight once; then the way on."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        goal = self.request.session.get(GOAL, "") or reverse("start")
        return {**super().get_context_data(**kwargs), "goal": goal}


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """Signing in with a passkey alone."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """A challenge is for one try."""
        clear_state()
        response: HttpResponse = super().form_invalid(form)
        return response


second_step = require_safe(SecondStep.as_view())
spare_codes = require_safe(SpareCodes.as_view())
passkey_sign_in = PasskeySignIn.as_view()
