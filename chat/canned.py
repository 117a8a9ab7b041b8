"""The canned replies that a counsellor can use in a talk, in the words of its line and its language."""

from typing import Any

from django.utils import timezone

from chat.models import Conversation
from chat.queries import public_name
from helplines import queries, wording
from helplines.fields import best_language
from helplines.models import CannedReply, Membership

MOST = 500


def replies(conversation: Conversation, membership: Membership) -> dict[str, Any]:
    """A `replies` frame: every reply for this talk with its values filled in; those of the line and one's own come first."""
    line = conversation.line
    policy = queries.policy_for(line, timezone.now())
    name = public_name(membership, line.pk) or ""
    values: dict[str, dict[str, str]] = {}
    rows = CannedReply.objects.usable_by(membership, line).order_by("name", "pk")[:MOST]
    found = []
    for row in rows:
        language = best_language(row.texts, conversation.language, line.organisation.first_language)
        if language and language not in values:
            values[language] = queries.reply_values(line, language, policy, name)
        if language:
            found.append(
                {
                    "name": row.name,
                    "level": row.level,
                    "language": language,
                    "is_other": language != conversation.language,
                    "text": wording.fill(row.texts[language], values[language]),
                }
            )
    return {"kind": "replies", "talk": conversation.code, "replies": found}
