"""A policy as people will read it: the texts and the questions that visitors get, and the promises as sentences."""

from collections.abc import Iterator
from typing import NamedTuple

from helplines import policies, policy_words, queries
from helplines.models import Line, Organisation
from helplines.policy_words import Said
from helplines.queries import ShownQuestion
from helplines.voices import speaking, voice


class Place(NamedTuple):
    """A line in one of its languages: where somebody can read a policy."""

    line: Line
    language: str

    @property
    def key(self) -> str:
        return f"{self.line.slug}:{self.language}"


class Preview(NamedTuple):
    """What stands there, made by the code that makes the visitors' page."""

    line: Line
    language: str
    voice: str
    greeting: str
    disclaimer: str
    reading: str
    questions: list[ShownQuestion]
    promises: list[Said]


def places(organisation: Organisation, line: Line | None) -> list[Place]:
    """Where this policy counts: each chat line, in each of its languages; or one line alone."""
    chats = Line.objects.chats().filter(organisation=organisation).select_related("organisation")
    return [Place(entry, language) for entry in ([line] if line else chats) for language in entry.spoken]


def chosen(found: list[Place], key: str) -> Place | None:
    """The place that was asked for, else the first; None where nobody can chat yet."""
    return next((place for place in found if place.key == key), found[0] if found else None)


def preview(place: Place, values: policies.PolicyValues) -> Preview:
    texts = queries.promise_texts(place.line, place.language, values)
    questions = queries.questions_shown(values, place.language)
    with speaking(place.line, place.language):
        reading = queries.reading_said(values)
        promises = [said for said in policy_words.kept_said(values) if not said.title]
    spoken = voice(place.line, place.language)
    return Preview(
        line=place.line,
        language=place.language,
        voice=spoken,
        greeting=texts["greeting"],
        disclaimer=texts["disclaimer"],
        reading=reading,
        questions=questions,
        promises=promises,
    )


def previews(organisation: Organisation, line: Line | None, values: policies.PolicyValues) -> Iterator[Preview]:
    """Every text of every place."""
    for place in places(organisation, line):
        yield preview(place, values)
