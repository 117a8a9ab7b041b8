"""The form in which a policy is written, as the tests fill it in and send it."""

from typing import Any

from django.test import Client

from tests.factories.helplines import PolicyFactory
from tests.helplines.admin_rooms import House, at, house

AGE = {
    "key": "age",
    "kind": "age",
    "label": {"nl": "Hoe oud ben je?", "en": "How old are you?"},
    "why": {"nl": "Zo passen onze woorden.", "en": "So that our words fit."},
    "choices": [
        {"key": "young", "label": {"nl": "jonger dan 18", "en": "under 18"}},
        {"key": "old", "label": {"nl": "18 of ouder", "en": "18 or over"}},
    ],
}


def promising_house() -> House:
    """An organisation that keeps a talk for six months and asks for an age."""
    made = house("Ours")
    PolicyFactory(organisation=made.organisation, values={"retention_months": 6, "questions": [AGE]})
    return made


def page_of(ours: House, line: bool = False) -> str:
    return (
        at("policy", "publish_line", ours.organisation.pk, ours.line.pk)
        if line
        else at("policy", "publish", ours.organisation.pk)
    )


def filled(client: Client, page: str, **changed: Any) -> dict[str, Any]:
    """The form as it is shown, sent back with a few fields changed."""
    context = client.get(page).context
    given: dict[str, Any] = {}
    for form in (context["form"], context["questions"].management_form, *context["questions"].forms):
        for bound in form:
            names = getattr(bound.field.widget, "codes", None)
            value = bound.value()
            if names:
                given |= {f"{bound.html_name}_{code}": (value or {}).get(code, "") for code in names}
            elif value not in (None, False):
                given[bound.html_name] = value
    return {**given, "step": "check", **changed}


def review(client: Client, page: str, **changed: Any) -> Any:
    return client.post(page, filled(client, page, **changed))


def publish(client: Client, page: str, reviewed: Any, **given: Any) -> Any:
    carried = {name: reviewed.context[name] for name in ("values", "against")}
    return client.post(page, {"step": "publish", **carried, **given})
