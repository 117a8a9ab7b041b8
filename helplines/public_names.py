"""Under which name visitors meet who talks with them: every member chooses their own, and it need not be a real one (C04)."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from helplines import service
from helplines.gate import members
from helplines.models import Membership, Role, Staff

TALKING = (Role.COUNSELLOR, Role.MENTOR)


class PublicName(forms.Form):
    """One field, never needed."""

    public_name = forms.CharField(
        label=gettext_lazy("Your name for visitors (not needed)"),
        max_length=40,
        required=False,
        help_text=gettext_lazy(
            "Visitors see this name in the talk. It need not be your real name: you may invent one."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@members(*TALKING)
def public_name(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The name that visitors see, to read and to change."""
    organisation = membership.organisation
    given: Any = request.POST if request.method == "POST" and "public_name" in request.POST else None
    form = PublicName(given, initial={"public_name": membership.public_name})
    if form.is_valid():
        staff = cast(Staff, request.user)
        service.choose_public_name(organisation=organisation, staff=staff, name=form.cleaned_data["public_name"])
        messages.success(request, _("Your name for visitors is kept."))
        return redirect(f"{reverse('start')}?stay")
    return render(request, "helplines/public_name.html", {"organisation": organisation, "form": form})
