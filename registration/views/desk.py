"""The registration form: in the desk beside the talk, and on a page of its own for what is left and what goes by hand."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from chat.queries import DESK_ROLES
from chat.wire import RefusedError
from helplines.gate import members
from helplines.models import Line, Membership
from registration import access, coarse, frames, queries, retention, service
from registration.answers import REPORT_LENGTH
from registration.service import NotFinished, NothingAsked, Outdated, Told, YearClosed
from registration.strings import strings

LARGEST = 64 * 1024
MONTHS_BY_HAND = 3
STATUS = {"malformed": 400, "not_here": 404, "closed": 409, "going_on": 409, "too_long": 413}


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends: to keep it, to finish it, or to hand in what was done by hand."""

    do: str
    filled: dict[str, Any]
    version: int = 0
    kept: list[str] = []
    line: str = ""
    month: str = ""
    hour: int = 0
    minutes: int = 0


decoder = msgspec.json.Decoder(Sent)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*DESK_ROLES)
def talk(request: HttpRequest, membership: Membership, talk: str) -> HttpResponse:
    """The form of one own talk with what is filled in; or keep or finish it."""
    conversation = access.own_talk(membership, talk)
    if request.method != "POST":
        return JsonResponse(talk_frame(conversation, membership))
    sent = read(request)
    now = timezone.now()

    def save() -> dict[str, Any]:
        version = service.save_draft(
            conversation=conversation, membership=membership, filled=sent.filled, version=sent.version
        )
        return {"version": version, "marks": marks_of(conversation, membership, sent.filled)}

    def finish() -> dict[str, Any]:
        service.finish(conversation=conversation, membership=membership, filled=sent.filled, kept=sent.kept, now=now)
        return {"done": True, "left": len(queries.to_finish(membership, now))}

    return answered({"save": save, "finish": finish}.get(sent.do, malformed))


@require_http_methods(["GET", "HEAD", "POST"])
@members(*DESK_ROLES)
def by_hand(request: HttpRequest, membership: Membership) -> HttpResponse:
    """A contact by telephone or e-mail: the page, with `?line=` its form, and handing it in."""
    if request.method == "POST":
        return answered(lambda: handed_in(read(request), membership))
    if "line" in request.GET:
        return JsonResponse(hand_frame(access.line_by_hand(membership, request.GET["line"])))
    return render(request, "registration/by_hand.html", hand_page(membership, timezone.now()))


@require_safe
@members(*DESK_ROLES)
def tree(request: HttpRequest, membership: Membership, tree: str) -> HttpResponse:
    """The subjects of a tree that can be chosen."""
    return JsonResponse(frames.tree_frame(access.tree(membership, tree), translation.get_language()))


@require_safe
@members(*DESK_ROLES)
def to_finish(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What this counsellor has still to register."""
    found = queries.to_finish(membership, timezone.now())
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"left": len(found)})
    page = {**shared(membership), "talks": found, "by_hand": access.lines_by_hand(membership)}
    with timezone.override(membership.organisation.time_zone):
        return render(request, "registration/to_finish.html", page)


@require_safe
@members(*DESK_ROLES)
def finish_later(request: HttpRequest, membership: Membership, talk: str) -> HttpResponse:
    """One talk of before, with its form, apart from the desk."""
    conversation = access.own_talk(membership, talk)
    page = {**shared(membership), "talk": conversation, "guest": {"config": config_of(membership)}}
    return render(request, "registration/finish.html", page)


def read(request: HttpRequest) -> Sent:
    try:
        return decoder.decode(request.body) if len(request.body) <= LARGEST else Sent("", {})
    except (msgspec.DecodeError, ValueError):
        return Sent("", {})


def malformed() -> dict[str, Any]:
    raise RefusedError("malformed")


def answered(do: Callable[[], dict[str, Any]]) -> HttpResponse:
    """What came of it, as the form is told."""
    try:
        return JsonResponse(do())
    except RefusedError as refused:
        return JsonResponse({"why": refused.why}, status=STATUS.get(refused.why, 400))
    except Outdated as found:
        told = {"why": "conflict", "filled": found.content, "version": found.version}
        return JsonResponse(told, status=409)
    except NotFinished as found:
        told = {"missing": found.checked.missing, "wrong": found.checked.wrong}
        return JsonResponse({"why": "incomplete", **told, "marks": frames.mark_frames(found.marks)}, status=422)
    except (YearClosed, NothingAsked) as refusal:
        why = "year_closed" if isinstance(refusal, YearClosed) else "nothing_asked"
        return JsonResponse({"why": why}, status=409)


def talk_frame(conversation: Any, membership: Membership) -> dict[str, Any]:
    form = access.form_for(conversation.line)
    try:
        filled, version, is_done = service.draft_of(conversation, membership)
    except RefusedError:
        filled, version, is_done = {}, 0, True  # the talk is gone, and its draft with it
    told = service.told_of(conversation, timezone.now())
    return {
        "talk": conversation.code,
        "form": frames.form_frame(form, translation.get_language()) if form else None,
        "filled": filled,
        "version": version,
        "done": is_done,
        "line": conversation.line.name,
        "moment": told.moment,
        "minutes": told.minutes,
        "marks": marks_of(conversation, membership, filled) if form and not is_done else [],
    }


def marks_of(conversation: Any, membership: Membership, filled: dict[str, Any]) -> list[dict[str, Any]]:
    return frames.mark_frames(service.marks_of(conversation, membership, filled))


def hand_frame(line: Line) -> dict[str, Any]:
    form = access.form_for(line)
    return {"form": frames.form_frame(form, translation.get_language()) if form else None, "line": line.name}


def handed_in(sent: Sent, membership: Membership) -> dict[str, Any]:
    now = timezone.now()
    line = access.line_by_hand(membership, sent.line)
    if sent.month not in {month.isoformat() for month in months_by_hand(membership, now)}:
        raise RefusedError("malformed")
    if not (0 <= sent.hour < 24 and 0 <= sent.minutes <= 24 * 60):
        raise RefusedError("malformed")
    told = Told(
        date.fromisoformat(sent.month),
        coarse.hour_code(sent.hour),
        coarse.rounded(sent.minutes, coarse.STEPS[0]),
    )
    service.by_hand(line=line, membership=membership, told=told, filled=sent.filled, kept=sent.kept, now=now)
    return {"done": True}


def months_by_hand(membership: Membership, now: datetime) -> list[date]:
    """This month and the two before it; the day is not asked, for it is not kept."""
    today = now.astimezone(ZoneInfo(membership.organisation.time_zone)).date()
    return [retention.months_before(today, count) for count in range(MONTHS_BY_HAND)]


def hand_page(membership: Membership, now: datetime) -> dict[str, Any]:
    local = now.astimezone(ZoneInfo(membership.organisation.time_zone))
    page = {**shared(membership), "lines": access.lines_by_hand(membership), "months": months_by_hand(membership, now)}
    return {**page, "hours": range(24), "hour": local.hour}


def shared(membership: Membership) -> dict[str, Any]:
    return {
        "membership": membership,
        "organisation": membership.organisation,
        "registration_config": config_of(membership),
    }


def config_of(membership: Membership) -> dict[str, Any]:
    """Where the form finds what, and its words."""
    slug = membership.organisation.slug
    return {
        "talk": reverse("registration_talk", args=[slug, "TALK"]),
        "tree": reverse("registration_tree", args=[slug, "TREE"]),
        "by_hand": reverse("registration_by_hand", args=[slug]),
        "to_finish": reverse("registrations", args=[slug]),
        "report_length": REPORT_LENGTH,
        "strings": strings(),
    }
