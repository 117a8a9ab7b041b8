"""The first pages after signing in: where to go, what to sign, and what the organisation promises."""

from typing import NamedTuple, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from helplines import access, otherwise, policies, policy_words, proposals, queries, reviews, second_factor, service
from helplines.fields import in_language
from helplines.gate import belonging, members, signed_in, to_second_step
from helplines.goals import safe_goal
from helplines.models import ConfidentialityAgreement, Line, Membership, Organisation, Role, Staff


class Place(NamedTuple):
    """Somewhere to go on the start page."""

    organisation: Organisation | None
    name: str
    url: str


@require_safe
@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """Where a person lands after signing in: straight at the one place there is, else a choice. With `?stay` always here."""
    staff = cast(Staff, request.user)
    if not second_factor.is_open_for(request):
        return to_second_step(request)
    memberships = access.memberships_of(staff)
    unsigned = access.unsigned_memberships_of(staff)
    places = list(dict.fromkeys([*map(to_sign, unsigned), *map(to_work, memberships)]))
    if staff.is_superuser:
        places.append(Place(None, _("All organisations of this installation"), reverse("admin:index")))
    if "stay" not in request.GET and len({place.url for place in places}) == 1:
        return redirect(places[0].url)
    order = list(dict.fromkeys(place.organisation for place in places))
    further = [place for membership in memberships for place in to_further_work(membership)]
    places = sorted(dict.fromkeys([*places, *further]), key=lambda place: order.index(place.organisation))
    names = {row.organisation: row.public_name for row in memberships if row.role in service.TALKING}
    return render(request, "helplines/start.html", {"places": places, "memberships": memberships, "names": names})


def to_sign(membership: Membership) -> Place:
    """The agreement that still closes this role (J01)."""
    organisation = membership.organisation
    return Place(organisation, _("Read and accept the agreement"), page_of("agreement", organisation))


def to_work(membership: Membership) -> Place:
    """Where somebody with this role does their work."""
    organisation, role = membership.organisation, membership.role
    if role in {Role.COUNSELLOR, Role.MENTOR}:
        return Place(organisation, _("The desk: talk with visitors"), page_of("desk_of", organisation))
    if role == Role.ADMINISTRATOR:
        return Place(organisation, _("Administration"), reverse("admin:index"))
    if role == Role.MANAGER:
        return Place(organisation, _("The lines now: who is present and who waits"), page_of("team", organisation))
    if role == Role.AUDITOR:
        return Place(organisation, pgettext("of figures", "Reports"), page_of("reports", organisation))
    return Place(organisation, _("What we promise"), page_of("promises", organisation))


FURTHER = (
    ("registrations", gettext_lazy("Registrations"), {Role.COUNSELLOR, Role.MENTOR}),
    ("handling", gettext_lazy("Complaints and suggestions"), {Role.MANAGER, Role.ADMINISTRATOR}),
    ("team_copies", gettext_lazy("Copies of talks for the team"), {Role.COUNSELLOR, Role.MENTOR}),
    ("rights_requests", gettext_lazy("Requests about data"), {Role.ADMINISTRATOR, Role.DPO}),
    ("openings", gettext_lazy("Requests to open an address"), {Role.MANAGER, Role.ADMINISTRATOR, Role.DPO}),
    ("reports", pgettext_lazy("of figures", "Reports"), {Role.MANAGER, Role.ADMINISTRATOR}),
    ("report_files", gettext_lazy("Files taken along"), {Role.DPO}),
    ("busy", gettext_lazy("When it was busy"), {Role.MANAGER, Role.MENTOR}),
    ("missed", gettext_lazy("Missed talks"), {Role.MANAGER, Role.MENTOR}),
    ("audit_week", gettext_lazy("The reads of a week"), {Role.ADMINISTRATOR, Role.DPO, Role.AUDITOR}),
    ("audit", gettext_lazy("Audit log"), {Role.DPO, Role.AUDITOR}),
    ("ledger", gettext_lazy("Promises ledger"), {Role.DPO, Role.AUDITOR}),
)


def to_further_work(membership: Membership) -> list[Place]:
    """What else waits for somebody with this role."""
    organisation = membership.organisation
    return [
        Place(organisation, str(words), page_of(name, organisation))
        for name, words, roles in FURTHER
        if membership.role in roles
    ]


def page_of(name: str, organisation: Organisation) -> str:
    return reverse(name, kwargs={"organisation": organisation.slug})


@require_http_methods(["GET", "HEAD", "POST"])
@belonging
def agreement(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The newest confidentiality agreement, to read and to accept; before that nothing else opens (J01)."""
    staff = cast(Staff, request.user)
    if request.method == "POST" and request.POST.get("accept"):
        try:
            service.accept_agreement(organisation=organisation, staff=staff, number=number_in(request))
        except service.AgreementMoved:
            messages.warning(request, _("There is a newer version. Please read this one."))
        else:
            return redirect(next_page(request))
    elif request.method == "POST":
        messages.warning(request, _("Tick the box first if you accept the agreement."))
    return agreement_page(request, organisation, queries.newest_agreement(organisation))


def agreement_page(
    request: HttpRequest, organisation: Organisation, newest: ConfidentialityAgreement | None
) -> HttpResponse:
    accepted = newest.acceptances.filter(staff=cast(Staff, request.user)).first() if newest else None
    text = in_language(newest.text, fallback=organisation.first_language) if newest else ""
    context = {
        "organisation": organisation,
        "agreement": newest,
        "text": text,
        "accepted": accepted,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    with timezone.override(organisation.time_zone):
        return render(request, "helplines/agreement.html", context)


def number_in(request: HttpRequest) -> int:
    """The version that was on the screen; 0 for what is no number."""
    given = request.POST.get("number", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def next_page(request: HttpRequest) -> str:
    """Where somebody was going, if that is a page of ours."""
    return safe_goal(request, request.POST.get("next", "")) or reverse("start")


ANSWER_FOR_IT = {Role.ADMINISTRATOR, Role.DPO}


@require_http_methods(["GET", "HEAD", "POST"])
@members()
def promises(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What the organisation promises, as the program keeps it: for everybody who works there (N04).

    With a POST who answers for it says that they looked and leave it so (N05).
    """
    organisation = membership.organisation
    if request.method == "POST":
        if not (access.has_role(request.user, organisation, ANSWER_FOR_IT) and request.POST.get("looked")):
            raise Http404
        service.review_promises(organisation=organisation, by=membership.staff, now=timezone.now())
        messages.success(request, _("Noted: you looked at the promises, and they stay as they are."))
        return redirect("promises", organisation.slug)
    lines = Line.objects.filter(organisation=organisation).chats().select_related("organisation")
    context = {
        "organisation": organisation,
        "themes": policy_words.themes_said(queries.organisation_policy(organisation)),
        "lines": [line_promises(line) for line in lines],
        "versions": queries.versions(organisation),
        "now": timezone.now(),
        "answers": membership.role in {Role.ADMINISTRATOR, Role.DPO, Role.AUDITOR},
        "reads_feedback": membership.role in {Role.ADMINISTRATOR, Role.MANAGER, Role.DPO},
        "keeps_keys": membership.role in {Role.ADMINISTRATOR, Role.MANAGER, Role.DPO},
        "takes_part": membership.role != Role.AUDITOR,
        "may_review": access.has_role(request.user, organisation, ANSWER_FOR_IT),
        "review_due": reviews.is_due(organisation, timezone.now()),
        "looked": reviews.last_looked(organisation),
        "handles_reports": membership.role in {Role.ADMINISTRATOR, Role.MANAGER},
        "waits": membership.role in proposals.MAY_CONFIRM and proposals.waiting(organisation),
    }
    with timezone.override(organisation.time_zone):
        return render(request, "helplines/promises.html", context)


def line_promises(line: Line) -> dict[str, object]:
    """The hours of a line, and what it does otherwise than its organisation."""
    language = translation.get_language()
    base, own = queries.organisation_policy(line.organisation), queries.policy_for(line)
    differs = policies.differences(base, own)
    return {
        "line": line,
        "hours": queries.hours_in_words(line, language),
        "differently": otherwise.otherwise_in_words(line, language, timezone.now()),
        "texts": queries.promise_texts(line, language, own),
        "otherwise": policy_words.kept_said(own, [change.field for change in differs]),
        "versions": queries.versions(line.organisation, line),
    }
