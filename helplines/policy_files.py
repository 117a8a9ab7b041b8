"""A policy as a YAML file: to keep, to compare, and to take in again (ux-goals, policies). Pure.

What is read is text, numbers, lists and names of values, each said once: no tags, and nothing that stands for something else.
"""

from typing import Any

import yaml

from helplines import policies
from helplines.policies import PolicyValues

LARGEST = 256 * 1024


class Unreadable(Exception):
    """The file as a whole cannot be read: `code` says why, `line` where (0: nowhere in particular), `name` about which name."""

    def __init__(self, code: str, line: int = 0, name: str = "") -> None:
        self.code, self.line, self.name = code, line, name
        super().__init__(f"{code}, line {line}")


class Reader(yaml.SafeLoader):
    """Refuses what could make a small file large in memory, and a name that stands twice: one of the two would be lost."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            here = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise Unreadable("alias", here.line + 1)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool | None) or key in found:
                raise Unreadable("twice", key_node.start_mark.line + 1, str(key))
            found[key] = self.construct_object(value_node, deep=deep)
        return found


class Writer(yaml.SafeDumper):
    """Writes a text of several lines as several lines."""


def text_of(writer: Writer, text: str) -> Any:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Writer.add_representer(str, text_of)


def written(values: PolicyValues, head: list[str]) -> str:
    """A file with all values, under some lines of explanation; `read` and `policies.parse` take it back unchanged."""
    body = yaml.dump(policies.dump(values), Dumper=Writer, allow_unicode=True, sort_keys=False, width=100)
    return "".join(f"# {line}\n" for line in head) + body


def read(data: bytes) -> Any:
    """What a file holds, not checked yet. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable("too_large")
    try:
        reader = Reader(data.decode("utf-8-sig"))
        try:
            return reader.get_single_data()
        finally:
            reader.dispose()
    except UnicodeDecodeError:
        raise Unreadable("not_utf8") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        raise Unreadable("not_yaml", mark.line + 1 if mark else 0) from None
    except (RecursionError, ValueError):
        raise Unreadable("not_yaml") from None
