"""Where the chat lines of the example are: on the page of their organisation, and on a page of their own."""

from typing import NamedTuple

from django.conf import settings

from helplines.models import Line
from helplines.tenancy import across_organisations


class ExampleSite(NamedTuple):
    """Where one chat line of the example can be found."""

    organisation: str
    slug: str
    name: str
    page: str
    chat: str


def example_sites() -> list[ExampleSite]:
    """The example page and the full-page chat of every chat line."""
    with across_organisations():  # the list of all examples is for everybody
        lines = list(Line.objects.chats().select_related("organisation"))
    return [example_site(line) for line in lines]


def example_site(line: Line) -> ExampleSite:
    where = f"/{line.organisation.slug}/{line.slug}/"
    return ExampleSite(
        line.organisation.name,
        line.slug,
        line.name,
        f"{settings.DEMO_SITE_ORIGIN}/demo{where}",
        f"{settings.ORIGIN}{where}",
    )
