"""Requests to open an identity, for who asked and who must agree, and how often that happens (E01-E05, E07, D08)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from helplines import second_factor
from helplines.gate import members, second_step_page, to_second_step
from helplines.models import Membership, Role, Staff
from helplines.openings import CONSENT
from helplines.policies import FIELDS
from helplines.policy_words import say
from privacy import access, browsers, consents, deciders, disclosure, key_files, opening_counts, opening_words, requests
from privacy.models import Holder, Office, OpeningRequest, OpeningState
from privacy.opening import RefusedError
from privacy.sealing import UnreadableError

TAKE_PART = (Role.COUNSELLOR, Role.MENTOR, Role.ADMINISTRATOR, Role.MANAGER, Role.DPO)
COUNTERS = (Role.ADMINISTRATOR, Role.DPO, Role.AUDITOR)
LATELY = 50
DONE = {
    OpeningState.ASKED: gettext_lazy("You agreed. Now it waits for the next office."),
    OpeningState.OPENED: gettext_lazy("It is opened, for you alone and in this browser alone."),
    OpeningState.NOTHING: gettext_lazy("Everybody agreed. Nothing is kept of this talk."),
    OpeningState.DAMAGED: gettext_lazy("Everybody agreed. These keys do not open it."),
    OpeningState.WITHDRAWN: gettext_lazy("The request is withdrawn. Nothing was opened."),
    OpeningState.DECLINED: gettext_lazy("The request is declined. Nothing was opened."),
}


class AgreeForm(forms.Form):
    """The key of one's own, and what it opens with."""

    file = forms.FileField(label=gettext_lazy("The file of your key"))
    passphrase = forms.CharField(
        label=gettext_lazy("Its passphrase"),
        max_length=key_files.LONGEST_PASSPHRASE,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    sure = forms.BooleanField(label=gettext_lazy("I read the request, and I agree for my office."))

    def private(self) -> bytes:
        """The private half; raises RefusedError."""
        try:
            data = self.cleaned_data["file"].read(key_files.LONGEST_FILE)
            return key_files.read(data, self.cleaned_data["passphrase"]).private
        except UnreadableError:
            raise RefusedError("unreadable") from None


@require_safe
@members(*TAKE_PART)
def openings(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What this person asked, and what their offices decide about: first what waits."""
    offices = access.offices_of(membership.organisation, membership.staff)
    rows = list(
        OpeningRequest.objects.of(membership.staff, offices).select_related("asked_by").order_by("-asked_at")[:LATELY]
    )
    context = {
        "waiting": [row for row in rows if row.office in offices],
        "others": [row for row in rows if row.office not in offices],
        "grounds": opening_words.GROUNDS,
    }
    return drawn(request, membership, "privacy/openings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*TAKE_PART)
def opening(request: HttpRequest, membership: Membership, code: str) -> HttpResponse:
    """One request: to read, to agree to, to turn down; and what was opened, for who opened it."""
    row = access.opening_request(membership, code)
    step = STEPS.get(request.POST.get("step", "")) if request.method == "POST" else None
    if step is agree and not second_factor.is_fresh(request):
        return to_second_step(request)
    form = AgreeForm(request.POST, request.FILES) if step is agree else AgreeForm()
    if step is None or (step is agree and not form.is_valid()):
        return browsers.keep(request, opening_page(request, membership, row, form))
    try:
        return step(request, membership, row, form)
    except RefusedError as error:
        messages.error(request, str(opening_words.REFUSALS[error.why]))
        return redirect("opening", membership.organisation.slug, row.code)


def agree(request: HttpRequest, membership: Membership, row: OpeningRequest, form: AgreeForm) -> HttpResponse:
    agreed = requests.agree(
        organisation=membership.organisation,
        code=row.code,
        by=membership.staff,
        private=form.private(),
        device=browsers.mark_of(request, membership.organisation),
        now=timezone.now(),
    )
    messages.success(request, str(DONE[OpeningState(agreed.request.state)]))
    page = reverse("opening", args=[membership.organisation.slug, row.code])
    answer = redirect(page)
    if agreed.secret and agreed.request.gone_at:
        seconds = int((agreed.request.gone_at - timezone.now()).total_seconds())
        browsers.hold(request, answer, secret_of(row), agreed.secret, page, seconds)
    return browsers.keep(request, answer)


def turn_down(request: HttpRequest, membership: Membership, row: OpeningRequest, _form: AgreeForm) -> HttpResponse:
    state = requests.turn_down(row=row, by=membership.staff, now=timezone.now())
    messages.success(request, str(DONE[state]))
    return redirect("openings", membership.organisation.slug)


Step = Callable[[HttpRequest, Membership, OpeningRequest, AgreeForm], HttpResponse]
STEPS: dict[str, Step] = {"agree": agree, "end": turn_down}


def secret_of(row: OpeningRequest) -> str:
    """The name of the cookie without which nobody sees what was opened."""
    return f"opening-{row.code}"


def opening_page(request: HttpRequest, membership: Membership, row: OpeningRequest, form: AgreeForm) -> HttpResponse:
    organisation, staff, now = membership.organisation, membership.staff, timezone.now()
    asks = disclosure.stored(row.holders, row.terms)
    offices = access.offices_of(organisation, staff)
    is_turn = row.office in offices
    no_yes = bool(row.office) and row.ground == CONSENT and not consents.standing(row.conversation, row.kind, now)
    context: dict[str, Any] = {
        "row": row,
        "said": [(str(name), str(value)) for name, value in opening_words.said(row)],
        "promised": promised(asks),
        "agreed": list(zip(offices_said(row), requests.people_before(row), strict=True)),
        "turn": Office(row.office).label if row.office else "",
        "form": form,
        "may_agree": is_turn and not not_you(row, staff) and not no_yes,
        "no_yes": opening_words.REFUSALS["consent"] if no_yes else "",
        "by_consent": row.ground == CONSENT,
        "not_you": opening_words.REFUSALS[not_you(row, staff)] if is_turn and not_you(row, staff) else "",
        "keys": list(Holder.objects.filter(office=row.office).order_by("-made_at")) if is_turn else [],
        "is_fresh": second_factor.is_fresh(request),
        "second_step": second_step_page(request, request.get_full_path()),
        "may_end": bool(row.office) and (row.asked_by == staff or bool(set(offices) & set(asks.offices))),
        "is_own": row.asked_by == staff,
        **written(row, staff),
        **shown(request, row, staff),
        "now": now,
    }
    return drawn(request, membership, "privacy/opening.html", context)


def offices_said(row: OpeningRequest) -> list[str]:
    """The offices that agreed."""
    return [str(Office(entry["office"]).label) for entry in row.approvals]


def not_you(row: OpeningRequest, staff: Staff) -> str:
    """Why this person cannot agree now, in a word."""
    before = [one for one in [row.asked_by, *requests.people_before(row)] if one is not None]
    return deciders.person_refusal(row.organisation, row.office, staff, before)


def promised(asks: disclosure.Procedure) -> list[str]:
    """The procedure under which this talk began, as sentences."""
    values = {"identity_holders": asks.holders, **{f"opening_{name}": value for name, value in asks.terms.items()}}
    return [line for name in FIELDS if name in values for line in say(name, values[name])]


def written(row: OpeningRequest, staff: Staff) -> dict[str, Any]:
    """What was written with a request that goes on; the log says first who reads it."""
    if row.state not in {OpeningState.ASKED, OpeningState.OPENED}:
        return {}
    try:
        words = requests.read(row=row, by=staff)
    except RefusedError as error:
        return {"trouble": opening_words.REFUSALS[error.why]}
    order = [(opening_words.ORDER[name], words.order[name]) for name in disclosure.ORDER_FIELDS if name in words.order]
    return {"why": words.why, "order": order}


def shown(request: HttpRequest, row: OpeningRequest, staff: Staff) -> dict[str, Any]:
    """What was opened, while it is visible to this person in this browser; after that the page loads itself anew, without."""
    now = timezone.now()
    if row.opened_by != staff or not row.is_visible(now) or row.gone_at is None:
        return {}
    if not second_factor.is_fresh(request):
        return {"show_again": True}
    try:
        value = requests.show(row=row, by=staff, secret=request.COOKIES.get(secret_of(row), ""), now=now)
    except RefusedError as error:
        return {"trouble": opening_words.REFUSALS[error.why]}
    return {"value": value, "seconds": int((row.gone_at - now).total_seconds()) + 1}


@require_safe
@members(*COUNTERS)
def opening_count(request: HttpRequest, membership: Membership) -> HttpResponse:
    """How often it was asked and done, by year and ground; what visitors read of it is told there too."""
    grounds = [*opening_words.GROUNDS.items(), ("unknown", _("another ground, which was refused"))]
    years = opening_counts.years(membership.organisation, timezone.now())
    rows = [
        (year, [(label, year.asked[ground], year.opened[ground]) for ground, label in grounds if year.asked[ground]])
        for year in years
    ]
    return drawn(request, membership, "privacy/opening_count.html", {"rows": rows})


def drawn(request: HttpRequest, membership: Membership, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = {"membership": membership, "organisation": membership.organisation}
    with timezone.override(membership.organisation.time_zone):
        return render(request, template, {**shared, **context})
