"""Taking a tree of subjects in: all of a file or nothing. No subject is ever removed, for figures name it."""

from dataclasses import dataclass, field

from django.db import transaction

from helplines.models import Organisation, Staff
from helplines.tenancy import inside
from privacy import audit
from privacy.audit import Event
from registration.models import Node, Tree
from registration.tree_files import Entry

CHUNK = 1000


@dataclass
class Plan:
    """What a file changes: codes that are new, that differ, and that can no longer be chosen."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    same: int = 0


def entries_of(tree: Tree) -> list[Entry]:
    """The tree as it is, in order (needs the organisation's scope)."""
    rows = Node.objects.filter(tree=tree).select_related("parent").order_by("position", "pk")
    return [
        Entry(place, row.code, row.parent.code if row.parent else "", row.label, row.is_active)
        for place, row in enumerate(rows, 2)
    ]


def plan(*, tree: Tree, entries: list[Entry], is_whole: bool) -> Plan:
    """What taking this file in would change; with `is_whole` what is not in it is set aside."""
    with inside(tree.organisation_id):
        there = {entry.code: entry for entry in entries_of(tree)}
    found = Plan()
    for entry in entries:
        before = there.get(entry.code)
        if before is None:
            found.added.append(entry.code)
        elif before[2:] != entry[2:]:
            found.changed.append(entry.code)
        else:
            found.same += 1
    if is_whole:
        kept = {entry.code for entry in entries}
        found.set_aside = [code for code, entry in there.items() if code not in kept and entry.is_active]
    return found


def take_in(*, tree: Tree, entries: list[Entry], is_whole: bool) -> Plan:
    """Store every subject of a file in one transaction; gives what changed."""
    with inside(tree.organisation_id), transaction.atomic():
        Tree.objects.select_for_update().get(pk=tree.pk)
        found = plan(tree=tree, entries=entries, is_whole=is_whole)
        rows = {row.code: row for row in Node.objects.filter(tree=tree)}
        new = [entry for entry in entries if entry.code not in rows]
        Node.objects.bulk_create(
            (Node(organisation_id=tree.organisation_id, tree=tree, code=entry.code) for entry in new), batch_size=CHUNK
        )
        rows = {row.code: row for row in Node.objects.filter(tree=tree)}
        for place, entry in enumerate(entries):
            row = rows[entry.code]
            row.parent, row.label, row.is_active = rows.get(entry.parent), entry.label, entry.is_active
            row.position = place
        for place, code in enumerate(found.set_aside, len(entries)):
            rows[code].is_active, rows[code].position = False, place
        Node.objects.bulk_update(rows.values(), ["parent", "label", "is_active", "position"], CHUNK)
    return found


@transaction.atomic
def make(*, organisation: Organisation, code: str, name: dict[str, str], entries: list[Entry]) -> Tree:
    """A new tree with its subjects. Raises ValidationError."""
    with inside(organisation):
        tree = Tree(organisation=organisation, code=code, name=name)
        tree.full_clean()
        tree.save()
    take_in(tree=tree, entries=entries, is_whole=True)
    return tree


def exported(*, tree: Tree, by: Staff) -> list[Entry]:
    """The tree to be written to a file; that it left is logged. Raises AuditUnavailable."""
    with inside(tree.organisation_id):
        audit.record(organisation=tree.organisation_id, event=Event.EXPORTED, who=by, what=f"subjects-{tree.pk}")
        return entries_of(tree)
