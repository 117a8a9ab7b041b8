"""What is wrong with a file or a form, in plain words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from registration.shape import Problem
from registration.tree_files import Fault

FAULTS: Mapping[str, Any] = {
    "too_large": _("This file is larger than 4 MB. Split it."),
    "too_many": _("These are too many: at most %(most)s."),
    "not_utf8": _("We cannot read the letters in this file. Save it as “CSV UTF-8” and try again."),
    "not_csv": _("This is not a CSV file. Save it as “CSV UTF-8” and try again."),
    "not_json": _("This is not a JSON file."),
    "empty": _("This file is empty."),
    "no_subjects": _("Give a list of subjects here."),
    "no_subject": _("This is no subject: give a code and a label."),
    "unknown_column": _("We do not know this column. We know: %(known)s."),
    "column_missing": _("This column is missing. Start from a file that you downloaded here."),
    "column_twice": _("This column stands here twice."),
    "too_many_cells": _("This row has more cells than the head has columns."),
    "yes_or_no": _("Write yes or no."),
    "not_a_key": _("Use small letters, digits and dashes, such as age-group."),
    "no_words": _("Write this in at least one language."),
    "too_long": _("This text is too long: at most %(longest)s characters."),
    "unknown_language": _("We do not know this language."),
    "twice": _("This code stands in row %(other)s already."),
    "no_parent": _("There is no subject with the code “%(parent)s”."),
    "circle": _("This subject stands under itself."),
    "too_deep": _("There are too many levels here: at most %(most)s."),
}
PROBLEMS: Mapping[str, Any] = {
    **FAULTS,
    "not_a_list": _("Give a list of fields."),
    "no_fields": _("Give at least one field."),
    "two_of_one": _("Only one field can count as “%(dimension)s”."),
    "two_reports": _("A form has at most one short report."),
    "unknown": _("We do not know this value."),
    "unknown_kind": _("Choose a kind from the list."),
    "too_few_options": _("“%(key)s” needs at least two options."),
    "no_options_here": _("“%(key)s” has no options: its kind needs none."),
    "tree_needed": _("Choose a tree for “%(key)s”."),
    "no_tree_here": _("“%(key)s” has no tree: its kind needs none."),
    "cannot_count_as": _("“%(key)s” cannot count as this."),
    "never_in_a_report": _("A short report is in no report."),
    "required_for_what": _("“%(key)s” is needed: say for which report."),
    "narrow_band": _("A band of ages in “%(key)s” is at least three years wide."),
    "late_band": _("The last band of ages in “%(key)s” begins at 80 at the latest: a rare age tells who it is."),
    "no_bands": _("Write the ages in “%(key)s” as 12-17 or 65-."),
    "not_a_range": _("“%(key)s” needs a lowest and a highest number, and at most 60 steps between."),
    "same_key": _("“%(key)s” stands here twice. Each one needs a short name of its own."),
    "not_texts": _("Write this in at least one language."),
    "not_a_number": _("Give a whole number."),
    "empty": _("Write this in at least one language."),
    "other_meaning": _("“%(key)s” meant something else in an earlier version. Choose another short name."),
    "tree_unknown": _("There is no tree “%(tree)s” with subjects in it."),
}


def fault_said(fault: Fault) -> str:
    return str(FAULTS[fault.code]) % fault.params


def problem_said(problem: Problem) -> str:
    return str(PROBLEMS.get(problem.code, _("This value cannot be used."))) % problem.params
