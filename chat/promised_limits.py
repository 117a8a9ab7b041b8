"""The promises about how often, how long and for whom a talk is refused, each with its check (C03, C06, C07, C08, D06).

What is stored ties no two visits together, so that a limit holds cannot be read from it: it is tried, with a visitor who is
made up for that and is gone again.
"""

from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from chat import newcomers
from chat.models import Block, Conversation, Message
from chat.models.care import FIRST, LAST
from chat.states import Party, State, Why
from helplines import queries
from helplines.models import Line, Organisation
from privacy.promises import Finding, Promise, Proof

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# What is remembered of a policy may be a moment old.
A_MOMENT = timedelta(seconds=5)


def chats(organisation: Organisation) -> list[Line]:
    return list(Line.objects.filter(organisation=organisation).chats().select_related("organisation"))


def refused_lately(why: Why, now: datetime) -> int:
    return Conversation.objects.filter(state=State.REFUSED, end_reason=why, started_at__gt=now - WEEK).count()


def never_one_more(organisation: Organisation, now: datetime) -> Finding:
    """On every line with a limit, a made-up visitor begins as many talks as it allows, and not one more."""
    lines = [(line, queries.policy_for(line, now)) for line in chats(organisation)]
    limited = [(line, policy) for line, policy in lines if policy.contact_limit is not None]
    wrong = tuple(
        f"line:{line.pk}" for line, policy in limited if newcomers.tried(line, policy, now) != policy.contact_limit
    )
    proof: Proof = {"refused": refused_lately(Why.LIMIT, now), "tried": len(limited), "wrong": len(wrong)}
    return Finding(len(wrong), proof, wrong)


def lifts_by_itself(organisation: Organisation, now: datetime) -> Finding:
    """No block lasts longer than was promised when it was made, and none is there a day after it was over."""
    lines, rows = chats(organisation), list(Block.objects.filter(organisation=organisation))
    longer = [row.code for row in rows if row.until > row.at + timedelta(hours=longest_block(lines, row.at)) + A_MOMENT]
    left = [row.code for row in rows if row.until <= now - DAY]
    wrong = tuple(dict.fromkeys([*longer, *left]))
    proof: Proof = {
        "blocks": sum(row.until > now for row in rows),
        "refused": refused_lately(Why.BLOCKED, now),
        "longer": len(longer),
        "left": len(left),
    }
    return Finding(len(wrong), proof, wrong)


def longest_block(lines: list[Line], at: datetime) -> int:
    """In hours; a block does not say of which line it is."""
    moments = (at, at - A_MOMENT)
    return max((queries.policy_for(line, each).block_hours for line in lines for each in moments), default=720)


def clock_as_promised(organisation: Organisation, now: datetime) -> Finding:
    """Both sides of every talk see the minutes that were promised when it began."""
    rows = Conversation.objects.filter(state=State.ACTIVE).select_related("line__organisation", "came_in__organisation")
    talks = list(rows)
    wrong = tuple(row.code for row in talks if row.soft_minutes not in minutes_promised(row))
    return Finding(len(wrong), {"talks": len(talks), "otherwise": len(wrong)}, wrong)


def minutes_promised(row: Conversation) -> set[int]:
    line = row.came_in or row.line
    return {queries.policy_for(line, each).soft_minutes for each in (row.started_at, row.started_at - A_MOMENT)}


def asked_before_the_end(_organisation: Organisation, now: datetime) -> Finding:
    """Every talk of the last day that ended for silence was silent for as long as promised, with the time of both notices."""
    said = Message.objects.filter(conversation=OuterRef("pk")).exclude(party=Party.SYSTEM).order_by("-seq")
    rows = Conversation.objects.filter(ended_by=Party.SYSTEM, end_reason=Why.NO_ANSWER, ended_at__gt=now - DAY)
    ended = list(rows.select_related("line__organisation").annotate(last_at=Subquery(said.values("at")[:1])))
    wrong = tuple(row.code for row in ended if row.last_at and row.ended_at - row.last_at < silence_promised(row))
    return Finding(len(wrong), {"ended": len(ended), "early": len(wrong)}, wrong)


def silence_promised(row: Conversation) -> timedelta:
    """From the last word to the end; no talk ends by itself where nothing was promised of it."""
    ended = row.ended_at or row.started_at
    moments = (ended, ended - FIRST - LAST - A_MOMENT)
    minutes = [each for at in moments if (each := queries.policy_for(row.line, at).silent_minutes)]
    return timedelta(minutes=min(minutes)) + FIRST + LAST - A_MOMENT if minutes else timedelta.max


PROMISES = [
    Promise(
        key="limit",
        ids=("C07", "C08", "D06"),
        field="contact_limit",
        says=_("You can have at most %(value)s talks in 24 hours; a talk that nobody answers does not count."),
        without=_("There is no limit to how often you come."),
        proof=_(
            "Refused in the last seven days: %(refused)s. Lines with a limit, tried just now with a made-up visitor: "
            "%(tried)s. Of these let in one talk too many or too few: %(wrong)s."
        ),
        check=never_one_more,
        counts=frozenset({"refused"}),
    ),
    Promise(
        key="block",
        ids=("C06",),
        field="block_hours",
        says=_("If you are blocked, you can come back after %(value)s hours."),
        proof=_(
            "Blocks now: %(blocks)s. Refused for one in the last seven days: %(refused)s. "
            "Longer than promised: %(longer)s. Not erased after they were over: %(left)s."
        ),
        check=lifts_by_itself,
        counts=frozenset({"blocks", "refused"}),
    ),
    Promise(
        key="soft-end",
        ids=("C03",),
        field="soft_minutes",
        says=_("A talk is meant to end after %(value)s minutes, and you are told in time."),
        proof=_("Talks going on: %(talks)s. With another clock than promised: %(otherwise)s."),
        check=clock_as_promised,
        counts=frozenset({"talks"}),
        counts_are_open=False,
    ),
    Promise(
        key="silence",
        ids=("C03",),
        field="silent_minutes",
        says=_("A talk ends when you are silent for %(value)s minutes. You are asked twice before."),
        without=_("No talk ends by itself, however long you are silent."),
        proof=_("Talks of the last day that ended for silence: %(ended)s. Of these too early: %(early)s."),
        check=asked_before_the_end,
        counts=frozenset({"ended", "early"}),
    ),
]
