"""The forms of who handles requests about data."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import rights_rules
from complaints.forms import words
from complaints.models import AskedRight, CameBy, IdentityCheck, RightsEnding, RightsRequest
from complaints.rights_rules import Check, Right


class WriteInForm(forms.Form):
    """A request that came by mail, letter or call, written in by who got it."""

    right = forms.ChoiceField(
        label=gettext_lazy("What is asked?"), choices=[("", gettext_lazy("Choose one")), *AskedRight.choices]
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How did it come?"),
        choices=[("", gettext_lazy("Choose one")), *(one for one in CameBy.choices if one[0] != CameBy.PAGE)],
    )
    day = forms.DateField(
        label=gettext_lazy("On which day?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The four weeks count from this day."),
    )
    text = words(gettext_lazy("What is it about?"), required=False)
    contact = forms.CharField(
        label=gettext_lazy("Where does the answer go?"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("An e-mail address, or another way to reach the person."),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = ZoneInfo(zone)
        kwargs.setdefault("initial", {"day": timezone.now().astimezone(self.zone).date()})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, today = cleaned.get("day"), timezone.now().astimezone(self.zone).date()
        if day is not None:
            at = datetime.combine(day, datetime.min.time(), self.zone)
            # Days, not hours: late in the evening, and over a change of the clock, the same days are good.
            if not today - rights_rules.OLDEST <= day <= today:
                self.add_error("day", _("Choose a day of the last three months, today at the latest."))
            cleaned["at"] = at
        return cleaned


class CheckForm(forms.Form):
    """How the person showed who they are: one of a few, and no room for a copy or a number."""

    made = forms.ChoiceField(label=gettext_lazy("How did the person show who they are?"))

    def __init__(self, *args: Any, asked: RightsRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = {one.value for one in rights_rules.checks_for(Right(asked.right))}
        choices = [one for one in IdentityCheck.choices if one[0] in fitting]
        self.fields["made"].choices = [("", gettext_lazy("Choose one")), *choices]  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """How it ended."""

    ending = forms.ChoiceField(label=gettext_lazy("How did it end?"))
    note = forms.CharField(
        label=gettext_lazy("What you did, for who asks later"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It goes with the words of the request, a month after the end."),
    )

    def __init__(self, *args: Any, asked: RightsRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = Check(asked.check_made) if asked.check_made else None
        fitting = {one.value for one in rights_rules.endings_for(Right(asked.right), made)}
        choices = [one for one in RightsEnding.choices if one[0] in fitting]
        self.fields["ending"].choices = [("", gettext_lazy("Choose one")), *choices]  # type: ignore[attr-defined]
