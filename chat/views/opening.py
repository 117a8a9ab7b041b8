"""The page on which somebody asks to open the address that is sealed of a talk; who agrees does so in `privacy.opening_views`."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chat import access, consenting
from chat.models import Conversation
from chat.wire import RefusedError
from helplines.gate import members
from helplines.models import Membership
from helplines.openings import CONSENT, ORDER
from privacy import browsers, consents, disclosure, opening_words, requests
from privacy.disclosure import Asked, Procedure
from privacy.models import IdentityKind
from privacy.opening import RefusedError as NotOpened
from privacy.opening import roles_of
from privacy.opening_views import TAKE_PART, promised

KIND = IdentityKind.ADDRESS
LATELY = 20
ABOUT_ORDER = "order_"


def grounds_of(asks: Procedure) -> tuple[str, ...]:
    """The grounds that somebody chooses on the form."""
    return tuple(ground for ground in asks.grounds if ground != CONSENT)


class AskForm(forms.Form):
    """What the procedure of a talk wants to know."""

    ground = forms.ChoiceField(label=gettext_lazy("On which ground?"))
    discussed = forms.ChoiceField(label=gettext_lazy("Did you talk about it with the visitor first?"))
    recipient = forms.ChoiceField(label=gettext_lazy("Who will be told?"))
    why = forms.CharField(
        label=gettext_lazy("What is going on?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who must agree reads this, and nobody else. It is gone with the talk."),
    )

    def __init__(self, asks: Procedure, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # For the yes of a visitor there is nothing to fill in: what they were asked is what is asked.
        self.choose("ground", opening_words.GROUNDS, grounds_of(asks))
        self.choose("recipient", opening_words.RECIPIENTS, asks.recipients)
        self.choose("discussed", opening_words.DISCUSSED, disclosure.DISCUSSED)
        if not asks.discussed:
            del self.fields["discussed"]
        for name in disclosure.ORDER_FIELDS if ORDER in grounds_of(asks) else ():
            kind = forms.DateField if name == "date" else forms.CharField
            given: dict[str, Any] = (
                {"widget": forms.DateInput(attrs={"type": "date"})} if name == "date" else {"max_length": 200}
            )
            is_needed = grounds_of(asks) == (ORDER,)
            self.fields[ABOUT_ORDER + name] = kind(label=opening_words.ORDER[name], required=is_needed, **given)

    def choose(self, name: str, words: Any, among: tuple[str, ...]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        rest = [] if len(among) == 1 else [("", gettext_lazy("Choose one"))]
        field.choices = [*rest, *((entry, words[entry]) for entry in among)]

    def asked(self) -> Asked:
        given = self.cleaned_data
        order = {name: str(given.get(ABOUT_ORDER + name) or "") for name in disclosure.ORDER_FIELDS}
        is_order = given["ground"] == ORDER
        return Asked(given["ground"], given["recipient"], given.get("discussed", ""), order if is_order else {})


class WhichForm(forms.Form):
    """A talk by its code, for who may ask about talks of others."""

    talk = forms.CharField(
        label=gettext_lazy("Code of the talk"),
        max_length=22,
        help_text=gettext_lazy("22 letters, digits, - and _. You find it in the audit log."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@members(*TAKE_PART)
def ask(request: HttpRequest, membership: Membership) -> HttpResponse:
    """First which talk, then what its promise wants to know; absent and forbidden talks get the same answer."""
    code, now = request.POST.get("talk") or request.GET.get("talk", ""), timezone.now()
    if not code:
        return which_page(request, membership, WhichForm())
    try:
        talk = access.talk_to_open(membership, code)
    except RefusedError:
        which = WhichForm({"talk": code})
        which.add_error("talk", _("There is no talk with this code here that you may ask about."))
        return which_page(request, membership, which)
    asks = consenting.procedure_of(talk)
    on_yes = "consent" in request.POST
    form = AskForm(asks, request.POST if request.method == "POST" and not on_yes else None)
    try:
        if on_yes:
            said_yes = by_consent(talk, request.POST["consent"], now)
            return asked(request, membership, talk, asks, said_yes, said_yes.purpose, now)
        if form.is_bound and form.is_valid():
            return asked(request, membership, talk, asks, form.asked(), form.cleaned_data["why"], now)
    except NotOpened as error:
        told = str(opening_words.REFUSALS[error.why])
        if on_yes:
            messages.error(request, told)
            return browsers.keep(request, redirect(f"{request.path}?talk={talk.code}"))
        form.add_error(None, told)
    return ask_page(request, membership, talk, asks, form)


def by_consent(talk: Conversation, code: str, now: datetime) -> Asked:
    """What the visitor said yes to, while that stands; asked with another code or none it is refused like any other."""
    yes = consents.standing(talk.code, KIND, now)
    if yes is None or yes.code != code:
        return Asked(CONSENT, "", "agreed")
    return Asked(CONSENT, yes.recipient, "agreed", consent=yes.code, purpose=yes.purpose)


def asked(
    request: HttpRequest,
    membership: Membership,
    talk: Conversation,
    asks: Procedure,
    what: Asked,
    why: str,
    now: datetime,
) -> HttpResponse:
    row = requests.ask(
        organisation=membership.organisation,
        conversation=talk.code,
        began_at=talk.started_at,
        kind=KIND,
        asks=asks,
        asked=what,
        why=why,
        by=membership.staff,
        device=browsers.mark_of(request, membership.organisation),
        now=now,
    )
    return browsers.keep(request, redirect("opening", membership.organisation.slug, row.code))


def which_page(request: HttpRequest, membership: Membership, form: WhichForm) -> HttpResponse:
    own = Conversation.objects.own_of(membership.staff).not_gone(timezone.now()).select_related("line")
    context = {"form": form, "talks": list(own.order_by("-started_at")[:LATELY])}
    return drawn(request, membership, context)


def ask_page(
    request: HttpRequest, membership: Membership, talk: Conversation, asks: Procedure, form: AskForm
) -> HttpResponse:
    may_ask = bool(roles_of(membership.organisation, membership.staff) & set(asks.askers))
    yes = consents.standing(talk.code, KIND, timezone.now()) if CONSENT in asks.grounds else None
    context = {
        "form": form if grounds_of(asks) else None,
        "talk": talk,
        "may_ask": may_ask and bool(asks.offices),
        "promised": promised(asks),
        "by_consent": CONSENT in asks.grounds,
        "yes": yes,
        "yes_for": opening_words.RECIPIENTS.get(yes.recipient, yes.recipient) if yes else "",
    }
    return browsers.keep(request, drawn(request, membership, context))


def drawn(request: HttpRequest, membership: Membership, context: dict[str, Any]) -> HttpResponse:
    organisation = membership.organisation
    with timezone.override(organisation.time_zone):
        shared = {"membership": membership, "organisation": organisation}
        return render(request, "chat/opening.html", {**shared, **context})
