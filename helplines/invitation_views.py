"""Saying yes to an invitation: with a new account, or with the one that somebody has (J02).

The link stands in the address of one page alone, which sends the browser on at once and says nothing to the next; from
there on the session knows which invitation it is.
"""

from typing import cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from helplines import access, invitations, second_factor
from helplines.gate import everybody, to_second_step
from helplines.invitation_forms import Accepted, NewAccount
from helplines.invitation_links import fingerprint
from helplines.models import Invitation, Staff

INVITED = "invitation"


@require_safe
@everybody
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link in the letter leads."""
    found = fingerprint(token)
    if access.invitation(found) is None:
        response = gone(request)
    else:
        request.session[INVITED] = found
        response = redirect("invitation")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@everybody
def invitation(request: HttpRequest) -> HttpResponse:
    """What the invitation says, and the two ways to accept it: the same for who has an account and for who has none."""
    found = access.invitation(str(request.session.get(INVITED, "")))
    if found is None:
        return gone(request)
    if not request.user.is_authenticated:
        return new_account(request, found)
    if second_factor.is_stale(request):
        return to_second_step(request)
    form = Accepted(request.POST if request.method == "POST" else None, invitation=found)
    return accept(request, form) if form.is_valid() else page(request, found, form)


def accept(request: HttpRequest, form: Accepted) -> HttpResponse:
    """With the account that is signed in."""
    staff, name = cast(Staff, request.user), form.chosen_name
    try:
        invitations.accept(found=request.session.pop(INVITED), staff=staff, public_name=name)
    except invitations.InvitationGone:
        return gone(request)
    return redirect("start")


def new_account(request: HttpRequest, found: Invitation) -> HttpResponse:
    """With an account that is made now; the person is signed in with it and set on their way."""
    form = NewAccount(request.POST if request.method == "POST" else None, invitation=found)
    if not form.is_valid():
        return page(request, found, form)
    password, name = form.cleaned_data["password1"], form.chosen_name
    try:
        staff = invitations.accept_as_new(found=str(found.token), staff=form.staff, password=password, public_name=name)
    except invitations.InvitationGone:
        return gone(request)
    except invitations.AddressTaken:
        form.address_is_taken()
        return page(request, found, form)
    request.session.pop(INVITED, None)
    login = Login(user=staff, redirect_url=reverse("start"))
    response: HttpResponse = perform_password_login(request, {"username": staff.username}, login)
    return response


def page(request: HttpRequest, found: Invitation, form: Accepted) -> HttpResponse:
    context = {"invitation": found, "organisation": found.organisation, "form": form}
    return render(request, "helplines/invitation.html", context)


def gone(request: HttpRequest) -> HttpResponse:
    """One answer for a link that was never there, was used, or is too old."""
    return render(request, "helplines/invitation_gone.html", status=404)
