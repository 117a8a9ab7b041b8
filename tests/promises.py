"""Lists the promises of the requirements, and for each the tests that show it (`make promises`).

A promise counts as shown when a test carries its id in `@pytest.mark.promise("C02")`.
"""

import ast
import sys
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROWS = TESTS.parent / "docs" / "promises.txt"


def rows(path: Path = ROWS) -> dict[str, str]:
    """Title by id, in the order of the requirements."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split(" ", 1) for line in lines)


def marked(node: ast.AST) -> list[str]:
    """The ids in every `pytest.mark.promise(...)` under this node."""
    calls = [
        part
        for part in ast.walk(node)
        if isinstance(part, ast.Call) and ast.unparse(part.func).endswith("mark.promise")
    ]
    return [str(arg.value) for call in calls for arg in call.args if isinstance(arg, ast.Constant)]


def shown(folder: Path = TESTS) -> dict[str, list[str]]:
    """Names of tests by the id that they show; a mark on a class or module counts for what is in it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        module = ast.parse(path.read_text())
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign):
                name = getattr(node, "name", "every test")
                for promise in marked(node):
                    found[promise].append(f"{path.relative_to(folder)}::{name}")
    return found


def main() -> int:
    known, tests = rows(), shown()
    for promise, title in known.items():
        where = tests.get(promise, [])
        print(f"{promise}  {'shown' if where else '-':5}  {title}")  # noqa: T201
        for name in where:
            print(f"              {name}")  # noqa: T201
    unknown = sorted(set(tests) - set(known))
    print(f"\n{len(set(tests) & set(known))} of {len(known)} promises are shown by a test.")  # noqa: T201
    if unknown:
        print(f"These ids are marked but not in {ROWS.name}: {', '.join(unknown)}")  # noqa: T201
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
