"""An organisation that registers, to test in."""

from datetime import UTC, date, datetime
from typing import Any

from helplines.models import Line, Membership
from helplines.tenancy import inside
from registration import service
from registration.outbox import Item, Record
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import LineFactory, MembershipFactory, OrganisationFactory, PolicyFactory
from tests.factories.registration import FormFactory

NOW = datetime(2026, 3, 11, 14, 40, tzinfo=UTC)
FILLED: dict[str, Any] = {"theme": ["pay"], "age": "12-17", "region": "east"}


class Room:
    """One organisation with a chat line, a form, a counsellor and a policy with these values."""

    def __init__(self, **values: Any) -> None:
        self.organisation = OrganisationFactory()
        self.line: Line = LineFactory(organisation=self.organisation)
        self.form = FormFactory(organisation=self.organisation)
        self.member: Membership = MembershipFactory(organisation=self.organisation)
        PolicyFactory(organisation=self.organisation, values=values)

    def inside(self) -> Any:
        return inside(self.organisation)

    def over(self, *, began: datetime = NOW, ended: datetime = NOW, **given: Any) -> Any:
        """A talk that is over."""
        return ActiveConversationFactory(
            line=self.line, counsellor=self.member, state="closed", claimed_at=began, ended_at=ended, **given
        )

    def finish(self, talk: Any, filled: dict[str, Any] = FILLED, kept: Any = (), member: Any = None) -> None:
        with self.inside():
            service.finish(conversation=talk, membership=member or self.member, filled=filled, kept=kept, now=NOW)

    def put(self, *items: Item) -> None:
        service.put(self.organisation.pk, list(items))


def record(line: Line | None, **given: Any) -> Record:
    """A finished registration of March 2026."""
    shown = {
        "line": line.pk if line else None, "channel": "chat", "form": "0.1", "month": date(2026, 3, 1), "moment": "afternoon",
        "minutes": 30, "answers": {"theme": ["pay"]}, "day": date(2026, 3, 11),
        "dimensions": {"subject": "pay", "region": "", "age": "", "role": "", "outcome": ""},
    }  # fmt: skip
    return Record(**{**shown, **given})
