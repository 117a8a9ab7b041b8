"""The files of a production installation: every name carries a hash, and every import leads to one."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from chat.slim import slim
from helplines import pinning
from tests.chat.loaded import STATIC

IMPORT = re.compile(r"""^(?:import|export)\s(?:[^;"'()]*?\sfrom\s+)?["'](\.[^"']+)["']""", re.MULTILINE)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files, as `manage.py collectstatic` leaves them in production."""
    root = tmp_path_factory.mktemp("static")
    (root / "pinned").mkdir()
    (root / "pinned" / "embed-of-last-year.js").write_text("// of an earlier release")
    storages = {"staticfiles": {"BACKEND": "config.static.HashedFiles"}}
    with override_settings(STATIC_ROOT=root, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_files_collect_in_production(collected: Path):
    assert (collected / "staticfiles.json").is_file()
    assert list(collected.glob("chat/visitor.*.js.gz")) != []


def test_button_that_sites_may_fix_is_laid_beside_the_earlier_ones(collected: Path):
    version = pinning.version_of(pinning.button())
    found = {path.name: path.read_bytes() for path in (collected / "pinned").iterdir()}
    assert found == {
        "embed-of-last-year.js": b"// of an earlier release",
        f"embed-{version}.js": pinning.button(),
    }


def test_modules_import_hashed_modules(collected: Path):
    modules = [path for path in collected.glob("chat/*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    imports = [(path, found) for path in modules for found in IMPORT.findall(path.read_text())]
    assert len(imports) > 20
    plain = [f"{path.name}: {name}" for path, name in imports if not re.search(r"\.[0-9a-f]{12}\.js$", name)]
    missing = [f"{path.name}: {name}" for path, name in imports if not (path.parent / name).is_file()]
    assert (plain, missing) == ([], [])


def test_scripts_and_style_sheets_leave_their_comments_behind(collected: Path):
    served = {file.name: (collected / "chat" / file.name).read_text() for file in STATIC.iterdir()}
    sources = {file.name: file.read_text() for file in STATIC.iterdir()}
    assert served == {name: slim(source) for name, source in sources.items()}
    assert served != sources
    hashed = next(path for path in collected.glob("chat/visitor-exit.*.js") if path.name != "visitor-exit.js")
    assert len(hashed.read_text()) < len(sources["visitor-exit.js"])
