"""Copies of talks for the team: the list, one to read, and the page on which a counsellor makes one (F10, F11)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chat import copies
from chat.copies import Proposal, StillPersonal
from chat.models import Conversation, CopyPurpose
from chat.queries import DESK_ROLES
from chat.wire import RefusedError
from helplines.gate import members
from helplines.models import Membership

DAY = ngettext_lazy("%d day", "%d days")


class MakeForm(forms.Form):
    """For what the team reads it, how long, and that the counsellor read it all."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("For what do your colleagues read it?"),
        choices=[("", gettext_lazy("Choose one")), *CopyPurpose.choices],
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long can they read it?"),
        coerce=int,
        choices=[(days, DAY % days) for days in copies.DAYS],
    )
    sure = forms.BooleanField(
        label=gettext_lazy("I read all of it. Nobody can be known from it."),
        error_messages={"required": gettext_lazy("Read all of it first, and tick this.")},
    )


@require_safe
@members(*DESK_ROLES)
def team_copies(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The copies that this person may read, and their own talks of which one can be made."""
    now = timezone.now()
    context = {"copies": copies.listed(membership, now), "talks": copies.own_talks(membership, now)}
    return drawn(request, membership, "chat/team_copies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*DESK_ROLES)
def make_copy(request: HttpRequest, membership: Membership, talk: str) -> HttpResponse:
    """The own talk with everybody struck from it, to look through; nothing is kept before that."""
    posted = request.POST if request.method == "POST" else None
    kept = posted.getlist("kept") if posted else []
    is_last = posted is not None and posted.get("do") == "make"
    form = MakeForm(posted if is_last else None)
    try:
        found = copies.own_talk_that_is_over(membership, talk)
        proposal = copies.propose(found, kept)
    except RefusedError as refused:
        if refused.why != "going_on":
            raise Http404 from None
        return drawn(request, membership, "chat/team_copy_make.html", {"goes_on": True})
    texts = posted.getlist("text") if posted and is_last else [one.text for one in proposal.pieces]
    context: dict[str, Any] = {"form": form, "kept": kept, "doubtful": proposal.doubtful}
    if is_last and form.is_valid():
        done = kept_copy(request, membership, found, texts, kept, form, context)
        if done is not None:
            return done
    context["pieces"] = rows_of(proposal, texts, context.get("found", {}))
    return drawn(request, membership, "chat/team_copy_make.html", context)


def kept_copy(
    request: HttpRequest,
    membership: Membership,
    talk: Conversation,
    texts: list[str],
    kept: list[str],
    form: MakeForm,
    context: dict[str, Any],
) -> HttpResponse | None:
    """Keep it, and lead on to it; None where something is wrong, which `context` then tells."""
    given = form.cleaned_data
    purpose = CopyPurpose(given["purpose"])
    try:
        made = copies.make(
            talk=talk,
            membership=membership,
            texts=texts,
            kept=kept,
            purpose=purpose,
            days=given["days"],
            now=timezone.now(),
        )
    except StillPersonal as still:
        context["found"] = {at: [mark.text for mark in marks] for at, marks in still.found.items()}
        return None
    except RefusedError as refused:
        form.add_error(None, refusal(refused.why))
        return None
    messages.success(request, _("The copy is there. Your colleagues of this line can read it."))
    return redirect("team_copy", membership.organisation.slug, made.code)


def refusal(why: str) -> str:
    if why == "full":
        return _("There are three copies of this talk already. Take one back first.")
    return _("Nothing would be left to read, or the talk changed. Look again.")


def rows_of(proposal: Proposal, texts: list[str], found: dict[int, list[str]]) -> list[dict[str, Any]]:
    """The pieces as the page shows them; what was handed in stays, where there are as many."""
    shown = texts if len(texts) == len(proposal.pieces) else [one.text for one in proposal.pieces]
    return [
        {"party": one.party, "lang": one.lang, "text": text, "found": found.get(at, [])}
        for at, (one, text) in enumerate(zip(proposal.pieces, shown, strict=True))
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@members(*DESK_ROLES)
def team_copy(request: HttpRequest, membership: Membership, copy: str) -> HttpResponse:
    """One copy to read; who made it can take it back."""
    try:
        made = copies.copy_of(membership, copy, timezone.now())
        if request.method == "POST":
            copies.take_back(made=made, membership=membership)
            messages.success(request, _("The copy is gone."))
            return redirect("team_copies", membership.organisation.slug)
        pieces = copies.read(made, membership)
    except RefusedError:
        raise Http404 from None
    context = {"copy": made, "pieces": pieces, "is_own": made.maker_id == membership.pk}
    return drawn(request, membership, "chat/team_copy.html", context)


def drawn(request: HttpRequest, membership: Membership, template: str, context: dict[str, Any]) -> HttpResponse:
    organisation = membership.organisation
    with timezone.override(organisation.time_zone):
        response = render(request, template, {"membership": membership, "organisation": organisation, **context})
    response["Cache-Control"] = "no-store"
    return response
