"""What is stored of coming back: how often a line was tried with words that do not fit."""

from typing import ClassVar

from django.db import models

from helplines.models import Line, Organisation
from helplines.tenancy import tenant_manager


class RejoinTries(models.Model):
    """How many wrong tries one line had since a moment. Not by whom: that is not known."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    line = models.OneToOneField(Line, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    wrong = models.PositiveIntegerField(default=0)

    objects: ClassVar = tenant_manager(models.QuerySet)

    def __str__(self) -> str:
        return f"{self.line_id}: {self.wrong}"
