"""The only way from an address to a talk, a form or a report for a person; absent and forbidden give the same answer."""

from datetime import datetime

from django.http import Http404

from chat import access as talks
from chat.models import Conversation
from chat.queries import lines_of
from chat.states import State
from chat.wire import RefusedError
from helplines.models import Line, LineKind, Membership, Role
from registration.models import Download, Form, Making, Tree

BY_HAND = (LineKind.TELEPHONE, LineKind.EMAIL)
MENTORS = (Role.MENTOR,)
REGISTERED = (State.ACTIVE, State.CLOSED, State.ABANDONED)


def own_talk(membership: Membership, code: str) -> Conversation:
    """A talk that is or was last this counsellor's, and that began. Raises Http404."""
    try:
        conversation = talks.own_talk(membership, code)
    except RefusedError:
        raise Http404 from None
    if conversation.state not in REGISTERED:
        raise Http404
    return conversation


def form_for(line: Line) -> Form | None:
    """The form that is asked on a line now: its own, else its organisation's (needs the scope)."""
    found: Form | None = Form.objects.asked_on(line).first()
    return found


def line_by_hand(membership: Membership, slug: str) -> Line:
    """A telephone or e-mail line of the organisation, in use and with a form. Raises Http404."""
    found = next((line for line in lines_by_hand(membership) if line.slug == slug), None)
    if found is None:
        raise Http404
    return found


def lines_by_hand(membership: Membership) -> list[Line]:
    rows = Line.objects.filter(organisation=membership.organisation_id, is_active=True, kind__in=BY_HAND)
    return [line for line in rows.select_related("organisation") if form_for(line) is not None]


def tree(membership: Membership, code: str) -> Tree:
    """A tree of subjects of the organisation. Raises Http404."""
    found: Tree | None = Tree.objects.filter(organisation=membership.organisation_id, code=code).first()
    if found is None:
        raise Http404
    return found


def report_file(membership: Membership, number: int) -> Download:
    """A file that this member may see. Raises Http404."""
    rows = Download.objects.visible_to(membership).select_related("organisation", "by")
    found: Download | None = rows.filter(number=number).first() if number < 2**31 else None
    if found is None:
        raise Http404
    return found


def making(row: Download, now: datetime) -> Making | None:
    """The job of a file that takes long, while it is on its way or its bytes are kept (needs the scope)."""
    found: Making | None = Making.objects.filter(download=row, asked_at__gt=now - Making.LASTS).defer("data").first()
    return found


def guided_writer(mentor: Membership, key: str) -> Membership:
    """A counsellor of a line that this mentor guides, by the number in a form. Raises Http404."""
    if mentor.role not in MENTORS or not (key.isdecimal() and len(key) < 19):
        raise Http404
    found = next((one for one in guided(mentor) if one.pk == int(key)), None)
    if found is None:
        raise Http404
    return found


def guided(mentor: Membership) -> list[Membership]:
    """The counsellors in force who work on a line that this mentor guides."""
    mine = {line.pk for line in lines_of(mentor)}
    rows = Membership.objects.in_force().filter(organisation=mentor.organisation_id, role=Role.COUNSELLOR)
    people = rows.select_related("staff", "organisation").order_by("staff__first_name", "pk")
    return [one for one in people if mine & {line.pk for line in lines_of(one)}]
