"""Forms, what was registered with them, and what was published of it."""

from registration.models.downloads import Download, Making, Purpose, Trouble
from registration.models.forms import Form, Node, Tree
from registration.models.records import ClosedYear, Draft, Figure, Registration, ShortReport, Waiting
from registration.models.reports import Published, SavedReport

__all__ = [
    "ClosedYear",
    "Download",
    "Draft",
    "Figure",
    "Form",
    "Making",
    "Node",
    "Published",
    "Purpose",
    "Registration",
    "SavedReport",
    "ShortReport",
    "Tree",
    "Trouble",
    "Waiting",
]
