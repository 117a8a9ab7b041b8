"""The keys of holders, for the people who keep them: to make, compare, retire and follow one of one's own office (D02, D03)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from helplines import queries, second_factor
from helplines.gate import members, to_second_step
from helplines.models import Membership
from helplines.policies import IDENTITY_HOLDERS
from helplines.policy_words import say
from privacy import custody, key_files, vault
from privacy.access import OFFICE_OF, offices_of
from privacy.custody import CustodyError
from privacy.models import Office

REFUSALS = {
    "weak": gettext_lazy("Choose a longer passphrase: at least 16 characters. Five words do well."),
    "too_many": gettext_lazy("This office has four keys already. Take one out of use first."),
    "two_offices": gettext_lazy("You keep a key of another office already. Somebody else must make this one."),
    "unknown": gettext_lazy("This is not a key of yours that can be used for this."),
    "unreadable": gettext_lazy("This file does not open with this passphrase."),
    "no_other": gettext_lazy("There is no other key yet. Make one first."),
}


class MakeForm(forms.Form):
    """Which office the key is for, and what its file opens with."""

    office = forms.ChoiceField(label=gettext_lazy("For"))
    passphrase = forms.CharField(
        label=gettext_lazy("Passphrase"),
        max_length=key_files.LONGEST_PASSPHRASE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 16 characters; five words do well. Nobody can give it back to you."),
    )
    again = forms.CharField(
        label=gettext_lazy("The passphrase once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    sure = forms.BooleanField(label=gettext_lazy("I keep the file myself, apart from the passphrase."))

    def __init__(self, own: list[Office], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"] = forms.ChoiceField(
            label=gettext_lazy("For"), choices=[(office.value, office.label) for office in own]
        )

    def clean_passphrase(self) -> str:
        given: str = self.cleaned_data["passphrase"]
        if not key_files.is_strong(given):
            raise ValidationError(REFUSALS["weak"], code="weak")
        return given

    def clean_again(self) -> str:
        if self.cleaned_data["again"] != self.cleaned_data.get("passphrase", self.cleaned_data["again"]):
            raise ValidationError(_("These two are not the same."), code="differs")
        return ""


class FollowForm(forms.Form):
    """The file of a key that is out of use."""

    file = forms.FileField(label=gettext_lazy("The file of the old key"))
    old_passphrase = forms.CharField(
        label=gettext_lazy("Its passphrase"), widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    def content(self) -> bytes:
        data: bytes = self.cleaned_data["file"].read(key_files.LONGEST_FILE)
        return data


class OfficeShown(NamedTuple):
    """One office on the page: whether the policy needs its key, and whether it is one's own."""

    office: Office
    is_needed: bool
    is_own: bool
    keys: list[custody.Standing]


@require_http_methods(["GET", "HEAD", "POST"])
@members(*OFFICE_OF)
def holder_keys(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every key of the organisation, and what one can do with those of one's own office."""
    step = STEPS.get(request.POST.get("step", ""))
    if request.method != "POST" or step is None:
        return drawn(request, membership)
    if not second_factor.is_fresh(request):
        return to_second_step(request)
    try:
        return step(request, membership)
    except CustodyError as error:
        messages.error(request, str(REFUSALS[error.why]))
        return drawn(request, membership)


def own_offices(membership: Membership) -> list[Office]:
    return offices_of(membership.organisation, membership.staff)


def make(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Make a key; its private half leaves with this answer and is nowhere else."""
    form = MakeForm(own_offices(membership), request.POST)
    if not form.is_valid():
        return drawn(request, membership, make_form=form)
    made = custody.make(
        organisation=membership.organisation,
        office=form.cleaned_data["office"],
        passphrase=form.cleaned_data["passphrase"],
        by=membership.staff,
        now=timezone.now(),
    )
    name = f"key-{membership.organisation.slug}-{made.holder.office}-{made.holder}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(made.file, content_type="application/json", headers=headers)


def retire(request: HttpRequest, membership: Membership) -> HttpResponse:
    for office in own_offices(membership):
        try:
            custody.retire(
                organisation=membership.organisation,
                name=request.POST.get("key", ""),
                office=office,
                by=membership.staff,
                now=timezone.now(),
            )
        except CustodyError:
            continue
        messages.success(request, _("This key is out of use. It still opens what was sealed to it before."))
        return redirect("holder_keys", membership.organisation.slug)
    raise Http404


def follow(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Let the keys in use open what an old one opens."""
    form = FollowForm(request.POST, request.FILES)
    if not form.is_valid():
        return drawn(request, membership, follow_form=form)
    count = custody.reseal(
        organisation=membership.organisation,
        file=form.content(),
        passphrase=form.cleaned_data["old_passphrase"],
        offices=own_offices(membership),
        by=membership.staff,
    )
    said = ngettext(
        "%(count)s address now opens with the keys in use, and no longer with the old one.",
        "%(count)s addresses now open with the keys in use, and no longer with the old one.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("holder_keys", membership.organisation.slug)


STEPS: dict[str, Callable[[HttpRequest, Membership], HttpResponse]] = {"make": make, "retire": retire, "follow": follow}


def drawn(request: HttpRequest, membership: Membership, **filled: forms.Form) -> HttpResponse:
    organisation, own = membership.organisation, own_offices(membership)
    policy = queries.organisation_policy(organisation).identity_holders
    standing = custody.standing(organisation)
    needed = IDENTITY_HOLDERS[policy]
    shown = [OfficeShown(office, office in needed, office in own, standing[office]) for office in Office]
    context = {
        "organisation": organisation,
        "said": say("identity_holders", policy),
        "lacking": [Office(office).label for office in vault.lacking(organisation.pk, policy)],
        "offices": [entry for entry in shown if entry.is_needed or entry.is_own or entry.keys],
        "make_form": filled.get("make_form", MakeForm(own)),
        "follow_form": filled.get("follow_form", FollowForm()),
        "may_follow": any(key.holder.retired_at and key.opens for entry in shown if entry.is_own for key in entry.keys),
    }
    with timezone.override(organisation.time_zone):
        return render(request, "privacy/keys.html", context)
