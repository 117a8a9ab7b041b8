"""The page on which one talk is erased before its time, by who answers for that."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chat import access, erasing
from chat.models import Conversation
from chat.states import OPEN
from chat.wire import RefusedError
from helplines import second_factor
from helplines.gate import members, second_step_page, to_second_step
from helplines.models import Membership

# The keyword that the audit log keeps, and what it means.
REASONS = [
    ("asked-by-visitor", gettext_lazy("The visitor asked for it")),
    ("by-order", gettext_lazy("A court or an authority ordered it")),
    ("not-a-talk", gettext_lazy("It was a test, or a mistake")),
]


def code_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Code of the talk"),
        max_length=22,
        help_text=gettext_lazy("22 letters, digits, - and _. You find it in the audit log."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )


class Which(forms.Form):
    """The talk, and the reason to erase it."""

    code = code_field()
    why = forms.ChoiceField(label=gettext_lazy("Reason"), choices=[("", gettext_lazy("Choose a reason")), *REASONS])

    def talk(self, membership: Membership) -> Conversation | None:
        """The talk that is meant; a code of elsewhere is answered like one that is nowhere."""
        if not self.is_valid():
            return None
        try:
            return access.talk_to_erase(membership, self.cleaned_data["code"])
        except RefusedError:
            self.add_error("code", _("There is no talk with this code here. It may be erased already."))
            return None


@require_http_methods(["GET", "HEAD", "POST"])
@members(*access.ERASERS)
def erase(request: HttpRequest, membership: Membership) -> HttpResponse:
    """First which talk and why, then the question whether that is meant, then it is gone."""
    form = Which(request.POST if request.method == "POST" else None)
    if not second_factor.is_fresh(request):
        # What was filled in stays; of the talk nothing is shown.
        given = {"form": form, "second_step": second_step_page(request, reverse("start"))}
        return drawn(request, membership, given) if form.is_bound else to_second_step(request)
    talk = form.talk(membership) if form.is_bound else None
    if talk is None:
        return drawn(request, membership, {"form": form})
    if "sure" not in request.POST:
        reason = dict(REASONS)[form.cleaned_data["why"]]
        return drawn(request, membership, {"form": form, "talk": talk, "reason": reason, "goes_on": talk.state in OPEN})
    try:
        erasing.erase(conversation=talk, membership=membership, why=form.cleaned_data["why"], now=timezone.now())
    except RefusedError:
        messages.warning(request, _("This talk is kept by order. Release it first."))
    else:
        messages.success(request, _("The talk is erased. The audit log says that you did it, and why."))
    return redirect("erase_talk", membership.organisation.slug)


def drawn(request: HttpRequest, membership: Membership, context: dict[str, Any]) -> HttpResponse:
    organisation = membership.organisation
    with timezone.override(organisation.time_zone):
        return render(request, "chat/erase.html", {"membership": membership, "organisation": organisation, **context})
