"""Whether the promises are kept, for visitors of an organisation that chose to show it (N04)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from chat.views.around import visitor_page
from chat.views.languages import language_for
from chat.views.safety import way_out
from helplines.gate import line_page
from helplines.models import Line
from helplines.voices import speaking
from privacy import opening_counts, promises


@require_safe
@line_page
def kept(request: HttpRequest, line: Line) -> HttpResponse:
    """Each promise with its proof, as the last check found it; no ids, and no counts of who is at work or talks just now.

    Beside it, or alone, how often an address was opened in the years that are over.
    """
    organisation = line.organisation
    if not (organisation.shows_proof or organisation.shows_openings):
        raise Http404
    language = language_for(request, line)
    with speaking(line, language), timezone.override(organisation.time_zone):
        rows = promises.ledger(organisation, public=True) if organisation.shows_proof else []
        years = opening_counts.published(organisation, timezone.now())
        checked = max((row.check.at for row in rows if row.check), default=None)
        context = {"config": way_out(line, language), "rows": rows, "checked_at": checked, "years": years}
        return visitor_page(request, "chat/kept.html", line, context)
