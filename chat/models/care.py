"""What is stored to look after people: how long a counsellor rests, and how far a silent talk is from its end."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from chat.models.talks import Conversation
from helplines.models import Membership, Organisation
from helplines.tenancy import tenant_manager

# From the first notice to the last one, and from the last one to the end.
FIRST, LAST = timedelta(minutes=2), timedelta(seconds=75)


class Rest(models.Model):
    """Until when a pausing counsellor rests, and whether the desk should be present again by itself then.

    Why is not asked and not kept, and the row goes with the rest: nobody can count who rested how often.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    membership = models.OneToOneField(Membership, models.CASCADE, related_name="+")
    until = models.DateTimeField()
    returns = models.BooleanField(default=False)

    objects: ClassVar = tenant_manager(models.QuerySet)

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.until}"


class Silence(models.Model):
    """How a talk with a silent visitor stands: nothing asked (0), asked (1), asked a last time (2), and what comes when.

    `seq` is the number of the talk's last message when it was asked: a message after it means that nobody is silent. `since` is
    the last sign of life that was no message, or when the counsellor gave more time; `is_off`: this talk never ends by itself.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="+")
    step = models.PositiveSmallIntegerField(default=0)
    seq = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    is_off = models.BooleanField(default=False)

    objects: ClassVar = tenant_manager(models.QuerySet)

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.step}"

    def told(self, now: datetime) -> dict[str, Any]:
        """The step, and the seconds that are left at the least."""
        if not self.step or self.due_at is None:
            return {"step": 0, "seconds": None}
        left = self.due_at - now + (LAST if self.step == 1 else timedelta(0))
        return {"step": self.step, "seconds": max(0, int(left.total_seconds()))}
