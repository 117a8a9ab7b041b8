"""Forms to begin with, each with its subjects: what three kinds of helpline register of a contact (G01, G02, G05)."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from helplines.models import Organisation, Staff
from helplines.tenancy import inside
from registration import service, tree_service
from registration.models import Form, Tree
from registration.shape import Texts
from registration.tree_files import Entry

FOLDER = Path(__file__).with_name("shipped_forms")


class Shipped(NamedTuple):
    """One form as its file gives it: for what kind of helpline, its trees, and its fields as `shape.parse` takes them."""

    key: str
    name: Texts
    trees: list[dict[str, Any]]
    fields: list[dict[str, Any]]

    @property
    def labels(self) -> list[Texts]:
        """What is asked."""
        return [field["label"] for field in self.fields]


@cache
def shipped() -> dict[str, Shipped]:
    """All of them, by their key."""
    found = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
    return {key: Shipped(key, one["name"], one.get("trees", []), one["fields"]) for key, one in found.items()}


@transaction.atomic
def begin(*, organisation: Organisation, form: Shipped, reason: str, author: Staff | None, now: datetime) -> Form:
    """Publish this form for the whole organisation, with its subjects where it has none of that name. Raises ShapeError."""
    with inside(organisation):
        for tree in form.trees:
            if not Tree.objects.filter(organisation=organisation, code=tree["code"]).exists():
                tree_service.make(
                    organisation=organisation, code=tree["code"], name=tree["name"], entries=entries(tree)
                )
    return service.publish_form(
        organisation=organisation, line=None, fields=form.fields, reason=reason, author=author, now=now
    )


def entries(tree: dict[str, Any]) -> list[Entry]:
    return [
        Entry(place, one["code"], one.get("parent", ""), one["label"], is_active=True)
        for place, one in enumerate(tree["subjects"], 2)
    ]
