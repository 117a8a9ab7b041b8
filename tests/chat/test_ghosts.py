"""Who began and hung up keeps the place, and makes the line busy for nobody (A04, goal H4)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chat import picture, queries
from chat.models import STALE, Conversation
from helplines.tenancy import inside
from tests.factories.chat import ActiveConversationFactory, ConversationFactory, staffed_line

pytestmark = pytest.mark.django_db


@pytest.mark.promise("A04")
@pytest.mark.parametrize(("away", "state"), [(timedelta(seconds=19), "busy"), (STALE, "open")])
def test_line_is_open_again_when_who_waits_is_away_for_longer_than_a_moment(away, state):
    line, [_member] = staffed_line(capacity=1)
    now = timezone.now()
    ConversationFactory(line=line, visitor_connected=False, visitor_seen_at=now - away)
    with inside(line.organisation):
        assert queries.availability_of(line, now).state == state
        assert picture.board(line.organisation_id, now).states[line.slug] == state
        assert Conversation.objects.waiting().count() == 1


@pytest.mark.parametrize("ago", [0, 19, 20, 300])
@pytest.mark.parametrize("factory", [ConversationFactory, ActiveConversationFactory])
def test_row_and_query_have_one_rule_of_who_takes_room(factory, ago):
    now = timezone.now()
    row = factory(visitor_seen_at=now - timedelta(seconds=ago))
    with inside(row.organisation):
        assert Conversation.objects.taking_room(now).filter(pk=row.pk).exists() is row.takes_room(now)
