"""The laws of the house, as far as a program can read them. Every failure says what to do."""

import ast
import re
import statistics
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tests.isolation.routes import every_route

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "helplines", "privacy", "chat", "complaints", "registration")
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 60, 8
# Where rows of ours are written: one place for each kind of change, so that no rule is kept in two ways.
WRITERS = {
    "service.py", "audit.py", "presence.py", "pulse.py", "writer.py", "newcomers.py", "blocks.py", "rows.py",
    "keys.py", "pseudonyms.py", "advice.py", "comebacks.py", "handovers.py", "holding.py", "notes.py", "replies.py",
    "release.py", "tree_service.py", "closing.py", "fixing.py", "requeue.py", "rest.py",
    "retention.py", "rotation.py", "silence.py", "vault.py", "custody.py", "shuffled.py", "requests.py", "outbox.py",
    "faulting.py", "feedback.py", "procedures.py", "mail_servers.py", "rights.py", "copies.py", "downloads.py",
    "consents.py",  # what a visitor was asked before something is opened, and what they answered
    "along.py",  # who reads along with a talk, and what is whispered
    "system_lines.py",  # a line of the system in a talk
}  # fmt: skip
WRITERS_TOO = {
    "config/demo/": "sows the example organisations",
    "helplines/worded.py": "carries out what others put into words",
    "helplines/invitation": "invites a person: account, roles, lines and link together",
    "helplines/sessions.py": "signs a person out elsewhere",
    "helplines/second_factor.py": "takes factors and sessions away together",
    "helplines/proposals.py": "what waits for a second person",
    "privacy/holders.py": "erases what Django, allauth and axes leave behind",
    "helplines/models/": "a model's own `save` calls Django's",
}
WRITES = {
    "save", "create", "acreate", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete", "adelete",
    "aupdate", "create_user", "create_superuser",
}  # fmt: skip
# Tables with something about a person in them: whoever adds one thinks of its retention and erasure.
ABOUT_PEOPLE = {
    "helplines.Staff", "helplines.Membership", "helplines.Assignment", "helplines.AgreementAcceptance",
    "helplines.Policy",  # its author
    "helplines.PolicyProposal",  # who proposed and who decided; kept beside the version, as its author is
    "helplines.Branch",  # an address and a number of a centre, now and then of one person
    "complaints.Report", "complaints.Entry", "complaints.RightsRequest", "complaints.Fault", "complaints.Remark",
    "complaints.FeedbackForm", "chat.TeamCopy",  # its author; struck of everybody, and gone with its talk
    "helplines.Letter",  # to whom it goes, by ids
    "helplines.Invitation",  # let go when it is accepted, withdrawn, or a month after its link ended
    "helplines.CannedReply",  # some are of one counsellor
    "chat.Advice", "chat.AdviceAnswer", "chat.Note",  # sealed with the talk's key; advice goes when the talk ends
    "chat.Reading", "chat.Whisper",  # who read along, until the talk goes; whispers go when nobody reads along any more
    "chat.LegalHold",  # who kept it; goes with the talk
    "chat.Block", "chat.Contact", "chat.Conversation", "chat.Handover", "chat.Message", "chat.Presence",
    "chat.Rest", "chat.Silence",
    "privacy.AuditReview",  # who signed a week off
    "privacy.PseudonymKey",  # whoever holds one can tell who comes again
    "privacy.OpeningRequest",  # who asked and who agreed; what was said is sealed, and goes with the talk
    "privacy.OpeningConsent",  # who asked a visitor, and yes or no; what for is sealed, and goes with the talk
    "privacy.SealedIdentity",  # an address, sealed to people; it goes with its talk
    "privacy.Lot", "privacy.Waiting",  # what somebody said of a talk, on its way to be anonymous
    "registration.Form", "registration.ClosedYear", "registration.Download",  # who published, closed, took along
    "registration.Making",  # a file on its way to who asked for it
    "registration.Draft",  # sealed with the talk's key, and gone with it
    "registration.Waiting", "registration.Registration",  # of nobody in particular; counted and gone in time
    "registration.ShortReport",  # its writer's
    "privacy.AuditEntry",  # ids of who did what; a law keeps it longer than an account
}  # fmt: skip
# Tables of others with something about a person in them: they go with the account, or by themselves.
THEIRS_ABOUT_PEOPLE = {
    "account.EmailAddress", "mfa.Authenticator", "admin.LogEntry", "sessions.Session",
    "axes.AccessAttempt", "axes.AccessFailureLog", "axes.AccessLog",
}  # fmt: skip
THEIRS_ABOUT_NOBODY = {
    "account.EmailConfirmation",  # never written: nobody changes an address here
    "auth.Permission", "auth.Group", "contenttypes.ContentType", "axes.AccessAttemptExpiration",
}  # fmt: skip
ABOUT_NOBODY = {
    "helplines.Organisation", "helplines.Line", "helplines.EmergencyNumber", "helplines.ConfidentialityAgreement",
    "complaints.Procedure", "complaints.Tally", "helplines.MailServer",
    "helplines.OpeningHours", "helplines.Closure", "helplines.ExtraOpening",
    "privacy.OrganisationKey", "privacy.ConversationKey",
    "privacy.Holder",  # a public key of an office
    "privacy.PromiseAlarm", "privacy.PromiseCheck",  # counts, moments and opaque ids
    "privacy.SweepDone",
    "privacy.AuditHead", "privacy.DataPulse", "privacy.KeysPulse",
    "registration.Tree", "registration.Node", "registration.Figure",  # words of the organisation, and counts
    "registration.Published", "registration.SavedReport",  # rounded counts, and which of them are shown
    "chat.RejoinTries",  # a count a line
}  # fmt: skip
UNSAFE = {
    "mark_safe": re.compile(r"\bmark_safe\b"),
    "SafeString": re.compile(r"\bSafeString\b"),
    "pickle": re.compile(r"^\s*(import|from) (pickle|marshal|shelve)\b"),
    "yaml.load": re.compile(r"\byaml\.load\("),
    "SQL put together from pieces": re.compile(r"(execute|raw|RawSQL|extra)\(\s*(f[\"']|[\"'].*[\"']\s*%)"),
}
INLINE = {
    "a style in an element": re.compile(r"<[^>]*\sstyle\s*="),
    "a style sheet in the page": re.compile(r"<style\b"),
    "a handler in an element": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "text that is not escaped": re.compile(r"\|\s*(safe|safeseq)\b|\{%\s*autoescape off"),
}
ELSEWHERE = re.compile(r"https?://(?!www\.w3\.org/|127\.0\.0\.1|localhost|\{\{)[\w.-]+", re.IGNORECASE)
BINARY = {
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".ico",
    ".woff",
    ".woff2",
    ".ttf",
    ".pdf",
    ".zip",
    ".gz",
    ".sqlite3",
    ".mo",
    ".pyc",
}


@cache
def tracked() -> list[Path]:
    """The files of the project, as git knows them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def product(*suffixes: str) -> list[Path]:
    """Files of the product, without its tests."""
    return [
        path
        for path in tracked()
        if path.suffix in suffixes and path.relative_to(ROOT).parts[0] in (*APPS, "templates")
    ]


def lines_of(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Each line of these files, with where it stands."""
    for path in paths:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            yield f"{named(path)}:{number}", line


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a module with how many lines it has: of code, not of its decorators or its explanation."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            explained = (first.end_lineno or 0) - first.lineno + 1 if told else 0
            yield f"{named(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1 - explained


def python_files() -> list[Path]:
    return [path for path in product(".py") if "migrations" not in path.parts]


def test_modules_stay_short():
    tests = [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == "tests"]
    sources = [*python_files(), *product(".js", ".css"), *tests]
    lengths = {named(path): len(path.read_text().splitlines()) for path in sources}
    long = {name: size for name, size in lengths.items() if size > LONGEST_MODULE}
    assert long == {}, f"Split these: a module has at most {LONGEST_MODULE} lines."


def test_functions_stay_short():
    long = {name: size for path in python_files() for name, size in functions(path) if size > LONGEST_FUNCTION}
    assert long == {}, f"Split these: a function has at most {LONGEST_FUNCTION} lines."


def test_half_of_the_functions_are_very_short():
    median = statistics.median(size for path in python_files() for _name, size in functions(path))
    assert median <= MEDIAN_FUNCTION, f"The median function has {median} lines; take some apart."


@pytest.mark.parametrize("what", UNSAFE)
def test_code_holds_nothing_unsafe(what):
    found = [where for where, line in lines_of(python_files()) if UNSAFE[what].search(line)]
    assert found == [], f"No {what} in the product: bind parameters, or let the template escape."


@pytest.mark.parametrize("name", ["print", "eval", "exec", "compile", "__import__"])
def test_code_calls_nothing_unsafe(name):
    """A command of `manage.py` talks to somebody at a terminal; nothing else prints."""
    found = [
        f"{named(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        if name != "print" or "management" not in path.parts
    ]
    assert found == [], f"No {name}() in the product; what must be known is logged."


@pytest.mark.parametrize("what", INLINE)
def test_templates_hold_nothing_that_the_content_policy_forbids(what):
    found = [where for where, line in lines_of(product(".html", ".svg")) if INLINE[what].search(line)]
    assert found == [], f"Move {what} to a file under static; data for a script goes through json_script."


def test_pages_name_no_other_site():
    sources = product(".html", ".js", ".css", ".svg")
    found = [f"{where} {hit[0]}" for where, line in lines_of(sources) for hit in ELSEWHERE.finditer(line)]
    assert [entry for entry in found if "example." not in entry] == [], "A visitor's browser asks nobody but us."


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def test_every_table_says_whether_it_is_about_people():
    known = {model._meta.label for model in our_models()}
    assert known ^ (ABOUT_PEOPLE | ABOUT_NOBODY) == set(), (
        "List it in ABOUT_PEOPLE or ABOUT_NOBODY, and see to erasure."
    )


def test_every_table_of_others_says_whether_it_is_about_people():
    known = {model._meta.label for model in apps.get_models() if model._meta.app_label not in APPS}
    assert known ^ (THEIRS_ABOUT_PEOPLE | THEIRS_ABOUT_NOBODY) == set(), "Say how erasure reaches it."


def test_every_table_of_an_organisation_has_the_wall():
    owned = [model for model in our_models() if hasattr(model, "organisation_id")]
    bare = [model._meta.label for model in owned if not hasattr(model.objects, "with_scopes_disabled")]
    assert bare == [], "Give it `objects: ClassVar = tenant_manager(...)`."


def test_every_view_says_for_whom_it_is():
    assert [str(route) for route in every_route() if not route.kind] == [], "Decorate it with one of helplines/gate.py."


def writes(path: Path) -> Iterator[tuple[int, str]]:
    """Calls that write a row: `objects`-like writes, and `update` with names (a dictionary's takes none)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            is_update = name == "update" and bool(node.keywords) and not node.args
            is_super = isinstance(node.func.value, ast.Call) and ast.unparse(node.func.value.func) == "super"
            if (name in WRITES or is_update) and not is_super:
                yield node.lineno, ast.unparse(node.func)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "WordedUpdate":
            yield node.lineno, "WordedUpdate"


def test_rows_are_written_in_few_places():
    found = [
        f"{named(path)}:{number} {call}"
        for path in python_files()
        if path.name not in WRITERS and not named(path).startswith(tuple(WRITERS_TOO))
        for number, call in writes(path)
    ]
    assert found == [], "Write rows in service.py (presence.py, writer.py, keys.py), or say in WRITERS_TOO why not."


def unexplained(path: Path) -> Iterator[str]:
    """Where a module lifts the wall without a comment on that line or the one before."""
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        lifts = "across_organisations()" in line and not line.lstrip().startswith("def ")
        if lifts and not any("#" in near for near in lines[max(0, number - 1) : number + 1]):
            yield f"{named(path)}:{number + 1}"


def test_whoever_lifts_the_wall_says_why():
    silent = [where for path in python_files() for where in unexplained(path)]
    assert silent == [], "Say on this line, or on the one before, why no single wall can hold this."


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{named(path)} → {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert broken == [], "Mend the link, or write the page."


# The address of an index belongs to the machine that installs, never to the project.
INDEX = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|\bindex-url\s*=", re.IGNORECASE)


def test_no_file_names_an_index_of_packages():
    here = Path(__file__).name
    sources = [path for path in tracked() if path.name != here and path.suffix not in BINARY]
    found = [where for where, line in lines_of(sources) if INDEX.search(line)]
    assert found == [], "Leave the address of the index to the machine that installs."


def entries(path: Path) -> dict[str, bool]:
    """Each package of a lock file, with whether it has hashes."""
    blocks = re.split(r"\n(?=[a-z0-9])", "\n" + path.read_text(), flags=re.IGNORECASE)
    found = [(re.match(r"([\w.-]+)(?:\[[^]]*\])?==", block.strip()), "--hash=sha256:" in block) for block in blocks]
    return {normal(match[1]): hashed for match, hashed in found if match}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(path: Path) -> set[str]:
    """What is asked for by name in a list of requirements."""
    lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    return {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines if line and not line.startswith("-")}


@pytest.mark.parametrize("name", ["requirements", "requirements-pdf", "requirements-dev"])
def test_every_package_is_locked_with_hashes(name):
    locked = entries(ROOT / f"{name}.lock")
    assert [package for package, hashed in locked.items() if not hashed] == [], "Make the lock file again, with hashes."
    assert wanted(ROOT / f"{name}.in") - set(locked) == set(), "Make the lock file again: it lacks what is asked for."


def test_lock_of_the_tests_has_the_lock_of_the_product():
    names = ("requirements", "requirements-pdf", "requirements-dev")
    product_lock, extra, dev_lock = (set(entries(ROOT / f"{name}.lock")) for name in names)
    assert (product_lock | extra) - dev_lock == set(), (
        "Make requirements-dev.lock again: the tests must see what the product sees."
    )


def test_no_binary_is_tracked():
    found = [named(path) for path in tracked() if path.suffix in BINARY or b"\0" in path.read_bytes()[:8000]]
    assert found == [], "Make it from text when it is needed; a binary cannot be read in a review."


def test_project_is_described_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"
    assert project["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").is_file()


SAMPLES = {
    "mark_safe": "return mark_safe(text)",
    "SafeString": "SafeString(text)",
    "pickle": "import pickle",
    "yaml.load": "yaml.load(text)",
    "SQL put together from pieces": 'cursor.execute(f"SELECT {name}")',
    "a style in an element": '<p class="a" style="color: red">',
    "a style sheet in the page": "<style>",
    "a handler in an element": '<a href="/" onclick="go()">',
    "a script in the page": '<script type="module">',
    "text that is not escaped": "{{ text|safe }}",
}


@pytest.mark.parametrize("what", {**UNSAFE, **INLINE})
def test_each_rule_knows_what_it_looks_for(what):
    assert {**UNSAFE, **INLINE}[what].search(SAMPLES[what])


def test_other_site_is_known_from_our_own():
    lines = ["https://cdn.example.org/a.js", "http://127.0.0.1:8000/", 'xmlns="http://www.w3.org/2000/svg"']
    assert [bool(ELSEWHERE.search(line)) for line in lines] == [True, False, False]


def test_write_is_known_from_a_dictionary(tmp_path):
    source = tmp_path / "sample.py"
    source.write_text(
        "rows.update(name=1)\nnames.update({'a': 1})\nrow.save()\nsuper().save()\nLine.objects.create()\n"
    )
    assert list(writes(source)) == [(1, "rows.update"), (3, "row.save"), (5, "Line.objects.create")]
