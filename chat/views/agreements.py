"""The privacy statement of a line: who answers for it, what it promises, and every version with its date (A09, N03-N08)."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from chat.views.around import visitor_page
from chat.views.languages import language_for
from chat.views.safety import way_out
from helplines import policy_words, queries, reviews
from helplines.gate import line_page
from helplines.models import Line
from helplines.policies import PolicyValues
from helplines.reviews import Edition
from helplines.voices import speaking
from privacy import promises

# What visitors read in words of the policy itself; what has a number, they read as it is proved.
FLAGS = ("identity_holders", "may_ask_name", "keyed_on", "queue")


@require_safe
@line_page
def agreements(request: HttpRequest, line: Line) -> HttpResponse:
    """The version in force, or with `?version=2` another one; a version that there never was is not found."""
    language, now = language_for(request, line), timezone.now()
    editions = reviews.editions(line)
    chosen = chosen_of(request, editions, now)
    with speaking(line, language), timezone.override(line.organisation.time_zone):
        context = {
            "config": way_out(line, language),
            "editions": list(reversed(editions)),
            "chosen": chosen,
            "current": reviews.in_force(editions, now),
            "looked": reviews.last_looked(line.organisation),
            "now": now,
            **promised(line, language, chosen.starts if chosen else now),
        }
        return visitor_page(request, "chat/agreements.html", line, context)


def chosen_of(request: HttpRequest, editions: list[Edition], now: datetime) -> Edition | None:
    asked = request.GET.get("version")
    if asked is None:
        return reviews.in_force(editions, now)
    for edition in editions:
        if str(edition.number) == asked:
            return edition
    raise Http404


def promised(line: Line, language: str, at: datetime) -> dict[str, Any]:
    """What counted at a moment: our sentences with its values, and the organisation's own text as it was then."""
    values = queries.policy_for(line, at)
    return {
        "said": sentences(values),
        "texts": queries.promise_texts(line, language, values),
        "said_in": queries.promise_languages(line, language, values),
    }


def sentences(values: PolicyValues) -> list[str]:
    with_number = [one for one in promises.promises() if one.public and one.field]
    flags = [sentence for field in FLAGS for sentence in policy_words.say(field, getattr(values, field))]
    return [one.said(one.value(values)) for one in with_number] + flags
