"""A talk that went to another line is kept by the shorter of the two promises (F01)."""

import pytest
import time_machine
from django.utils import timezone

from chat import service
from helplines.tenancy import across_organisations
from privacy.models import ConversationKey
from tests.factories.chat import ActiveConversationFactory, staffed_line
from tests.factories.helplines import LineFactory, PolicyFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("began", "ended"), [(3, 6), (6, 3)])
def test_the_shorter_promise_of_both_lines_counts(began, ended):
    with time_machine.travel("2026-08-15T20:00:00Z", tick=False):
        now_on, [member] = staffed_line(retention_months=ended)
        came_in = LineFactory(organisation=now_on.organisation)
        PolicyFactory(organisation=now_on.organisation, line=came_in, values={"retention_months": began})
        talk = ActiveConversationFactory(line=now_on, came_in=came_in, counsellor=member)
        service.close(conversation=talk, membership=member, why="finished", now=timezone.now())
    with across_organisations():
        expires = ConversationKey.objects.get(conversation=talk.code).expires_at
    # 22:00 in Brussels, in summer and in winter.
    assert expires.isoformat() == "2026-11-15T21:00:00+00:00"
