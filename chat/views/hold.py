"""The page on which talks are kept longer by order, and released again."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chat import access, holding
from chat.models import LegalHold
from chat.models.holds import HoldReason
from chat.views.erase import code_field
from chat.wire import RefusedError
from helplines import second_factor
from helplines.gate import members, second_step_page, to_second_step
from helplines.models import Membership


class Order(forms.Form):
    """Which talk is kept, why, and until which day."""

    code = code_field()
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=[("", gettext_lazy("Choose a reason")), *HoldReason.choices]
    )
    until = forms.DateField(
        label=gettext_lazy("Until and with"),
        help_text=gettext_lazy("At most 12 months from today. After this day the talk is erased by itself."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def carry_out(self, membership: Membership, now: datetime) -> bool:
        """Whether the talk is kept from now on; else the form says why not."""
        if not self.is_valid():
            return False
        given = self.cleaned_data
        try:
            talk = access.talk_to_erase(membership, given["code"])
            until = end_of(given["until"], ZoneInfo(membership.organisation.time_zone))
            holding.hold(conversation=talk, membership=membership, reason=given["reason"], until=until, now=now)
        except RefusedError as refused:
            if refused.why == "malformed":
                self.add_error("until", _("Choose a day after the talk would be erased, within 12 months from today."))
            else:
                self.add_error("code", _("There is no talk with this code here that is over."))
            return False
        return True


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a day, as the organisation counts days."""
    return datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(seconds=1)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*access.ERASERS)
def hold(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What is kept, and a form to keep a talk."""
    now = timezone.now()
    form = Order(request.POST if request.method == "POST" and "release" not in request.POST else None)
    if not second_factor.is_fresh(request):
        # What was filled in stays, and nothing else is shown meanwhile.
        given = {"form": form, "second_step": second_step_page(request, reverse("start"))}
        return drawn(request, membership, given) if form.is_bound else to_second_step(request)
    if "release" in request.POST:
        return release(request, membership, now)
    if form.is_bound and form.carry_out(membership, now):
        messages.success(request, _("The talk is kept. The audit log says that you did it, and why."))
        return redirect("hold_talk", membership.organisation.slug)
    held = LegalHold.objects.in_force(now).select_related("conversation__line", "by").order_by("until")
    return drawn(request, membership, {"form": form, "held": list(held), "now": now})


def drawn(request: HttpRequest, membership: Membership, context: dict[str, Any]) -> HttpResponse:
    organisation = membership.organisation
    with timezone.override(organisation.time_zone):
        return render(request, "chat/hold.html", {"membership": membership, "organisation": organisation, **context})


def release(request: HttpRequest, membership: Membership, now: datetime) -> HttpResponse:
    try:
        holding.release(membership=membership, code=request.POST["release"], now=now)
    except RefusedError:
        messages.warning(request, _("That talk is not kept any more."))
    else:
        messages.success(request, _("The talk goes again when it was promised. The audit log says so."))
    return redirect("hold_talk", membership.organisation.slug)
