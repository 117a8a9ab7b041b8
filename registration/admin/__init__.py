"""Registration in the administration: forms, trees of subjects, saved reports, and years that are closed."""

from registration.admin import forms, saved, trees, years

__all__ = ["forms", "saved", "trees", "years"]
