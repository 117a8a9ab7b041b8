"""All that the program itself says to visitors, gathered from the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation
from django.utils.translation.template import templatize

from complaints.models.reports import ReportKind, ReportOutcome, ReportState
from helplines import policy_words
from privacy.models.promises import Verdict

ROOT = Path(__file__).resolve().parent.parent
# Where visitors say something of the help that they got.
VISITOR_PAGES = (
    "visitor", "complaints", "receipt", "rights", "fault", "feedback", "security", "parts/feedback", "parts/field",
)  # fmt: skip
# What the chat says to people who work here; all else that it says, it says to visitors.
FOR_STAFF = re.compile(
    r"chat/(counting|strings/desk\w*|views/(desk|team|load|copies|replies|erase|hold|opening)|models/\w+)\.py$"
    r"|templates/chat/(parts/)?(desk|team|missed|load|own_replies|copies|reply_form|erase|hold|opening)\w*\.html$"
)
PROMISES = ROOT / "privacy/promised.py"  # visitors may read these too
# Beyond the chat: the example page of an organisation, and what visitors say of the help that they got.
ELSEWHERE = (
    "templates/demo/site.html",
    *(f"templates/complaints/{name}.html" for name in VISITOR_PAGES),
    *(f"templates/complaints/letters/report-{name}.txt" for name in ("read", "answered")),
    *(f"templates/complaints/letters/report-{name}_subject.txt" for name in ("read", "answered")),
)
ELSEWHERE_MODULES = ("complaints/forms.py", "complaints/views/visitor.py")


def for_visitors(pattern: str) -> Iterator[Path]:
    """The files of this pattern that speak to visitors."""
    for path in sorted(ROOT.glob(pattern)):
        if not FOR_STAFF.search(path.relative_to(ROOT).as_posix()):
            yield path


def said_in(path: Path) -> set[str]:
    """What a module has translated, by whatever name it calls gettext."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    named = [
        call for call in calls if isinstance(call.func, ast.Name) and call.func.id in {"_", "gettext", "gettext_lazy"}
    ]
    return {str(ast.literal_eval(call.args[0])) for call in named}


def said_to_visitors() -> set[str]:
    beyond = [ROOT / name for name in ELSEWHERE_MODULES]
    modules = [said_in(path) for path in (*for_visitors("chat/**/*.py"), PROMISES, *beyond)]
    templates = [*for_visitors("templates/chat/**/*.html"), *(ROOT / name for name in ELSEWHERE)]
    return set().union(*modules, *(template_strings(path) for path in templates))


def said_to_strangers() -> set[str]:
    """Beyond any line: the pages of an address that leads nowhere, and what stands around every page."""
    pages = ("400", "403", "403_csrf", "404", "429", "500", "landing", "base")
    return set().union(*(template_strings(ROOT / f"templates/{name}.html") for name in pages))


def said_of_promises() -> set[str]:
    """What other modules say in the words that visitors read of a policy, of hours and of opened addresses."""
    paths = [ROOT / f"{name}.py" for name in ("helplines/otherwise", "helplines/queries", "privacy/opening_counts")]
    modules = [said_in(path) for path in (*paths, *ROOT.glob("*/promised*.py"))]
    flags = [sentence for name in ("may_ask_name", "queue") for sentence in policy_words.FLAGS[name]]
    chosen = [*policy_words.CHOSEN["identity_holders"].values(), *policy_words.PICKS["keyed_on"].values()]
    verdicts = [verdict.label for verdict in Verdict]
    lazy = [*flags, *chosen, *verdicts, policy_words.SENTENCES["identity_holders"]]
    with translation.override(None):
        return set().union(*modules, {str(sentence) for sentence in lazy})


def said_of_reports() -> set[str]:
    """How it stands with a complaint, as its sender reads it."""
    lazy = [label for choices in (ReportKind, ReportState, ReportOutcome) for label in choices.labels]
    with translation.override(None):
        return {str(label) for label in lazy}


def visitor_words() -> set[str]:
    """All that the program can say to a visitor."""
    return said_of_reports() | said_to_visitors() | said_to_strangers() | said_of_promises()


def template_strings(path: Path) -> set[str]:
    """What stands in the tags for translation, as Django itself gathers it."""
    code = templatize(path.read_text(), origin=str(path))
    found = re.findall(r"""(?:_|gettext)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""", code)
    return {str(ast.literal_eval(literal)) for literal in found}
