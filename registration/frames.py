"""What the form at the desk is told, in the language of who fills it in."""

from collections.abc import Collection
from typing import Any

from helplines.fields import in_language
from helplines.models import Organisation
from helplines.personal_marks import CERTAIN, Mark
from registration import shape
from registration.models import Form, Node, Tree
from registration.queries import path_of


def form_frame(form: Form, language: str) -> dict[str, Any]:
    organisation = form.organisation
    return {"fields": [field_frame(field, organisation, language) for field in form.asked]}


def field_frame(field: shape.Field, organisation: Organisation, language: str) -> dict[str, Any]:
    def said(texts: dict[str, str]) -> str:
        return in_language(texts, language, organisation.first_language)

    return {
        "key": field.key,
        "kind": field.kind,
        "label": said(field.label),
        "help": said(field.help),
        "required": field.required,
        "options": [{"key": option.key, "label": said(option.label)} for option in field.options],
        "tree": field.tree,
        "low": field.low,
        "high": field.high,
    }


def tree_frame(tree: Tree, language: str) -> dict[str, Any]:
    """What can be chosen, in order, each with the words from the top down to it."""
    rows = list(Node.objects.filter(tree=tree).values_list("pk", "parent", "code", "label", "is_active"))
    parents = {pk: parent for pk, parent, *_rest in rows}
    words = {row[0]: in_language(row[3], language, tree.organisation.first_language) for row in rows}
    paths = {row[0]: path_of(row[0], parents) for row in rows}
    nodes = [
        {"key": code, "label": " › ".join(words[step] for step in paths[pk])}
        for pk, _parent, code, _label, is_active in rows
        if is_active
    ]
    return {"tree": tree.code, "nodes": nodes}


def mark_frames(marks: Collection[Mark]) -> list[dict[str, Any]]:
    """Each thing once, however often it stands there."""
    seen = {mark.text: mark for mark in reversed(list(marks))}
    return [{"kind": one.kind, "text": one.text, "certain": one.kind in CERTAIN} for one in reversed(seen.values())]
