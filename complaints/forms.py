"""The forms of visitors."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST = 4000
OLDEST = timedelta(days=30)
# What the person reads; the names of the law stand in no choice.
WISHES = [
    ("access", gettext_lazy("I want to see what you keep of me.")),
    ("rectification", gettext_lazy("Something is not right. I want it changed.")),
    ("erasure", gettext_lazy("I want you to erase what you keep of me.")),
    ("restriction", gettext_lazy("Keep it, but do not use it for now.")),
    ("portability", gettext_lazy("I want to take my data along in a file.")),
    ("objection", gettext_lazy("I want you to stop using it for something.")),
    ("question", gettext_lazy("I have a question about my privacy.")),
]


def words(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}), **more)


class ReportForm(forms.Form):
    """A complaint, a suggestion or a compliment. Whether to leave an address is a choice to be made, not a box."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you want to tell us?"),
        choices=[
            ("complaint", gettext_lazy("A complaint: something went wrong")),
            ("suggestion", gettext_lazy("A suggestion: something can be better")),
            ("compliment", gettext_lazy("A compliment: something was good")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of these.")},
    )
    text = words(
        gettext_lazy("Your words"),
        help_text=gettext_lazy("You do not have to say who you are. Names of others are not needed either."),
        error_messages={"required": gettext_lazy("Write what you want to tell us.")},
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("Do you want a letter when there is an answer?"),
        choices=[
            ("no", gettext_lazy("No, I stay anonymous. I look with my receipt code whether there is an answer.")),
            ("yes", gettext_lazy("Yes, I leave my e-mail address. You may use it for this alone.")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of these. Both are fine.")},
    )
    contact = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        help_text=gettext_lazy("Only if you chose yes. Who handles your report does not see it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == "yes" and not cleaned.get("contact") and "contact" not in self.errors:
            self.add_error("contact", _("Fill in your e-mail address, or choose no above."))
        if cleaned.get("answer") == "no":
            # Somebody may have typed an address and thought again.
            cleaned["contact"] = ""
        return cleaned


class ReceiptForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Your receipt code"),
        max_length=60,
        help_text=gettext_lazy("Four groups of five letters and digits."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class AddForm(forms.Form):
    text = words(gettext_lazy("What do you want to add?"))


class FaultForm(forms.Form):
    """When it went wrong and what happened; what the browser found goes along only when somebody asks for it."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hour = forms.TypedChoiceField(
        label=gettext_lazy("Around what time"), coerce=int, choices=[(hour, f"{hour:02d}:00") for hour in range(24)]
    )
    text = words(
        gettext_lazy("What happened?"),
        help_text=gettext_lazy("What did you do, and what did you see? You do not have to say who you are."),
        error_messages={"required": gettext_lazy("Write what happened.")},
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = ZoneInfo(zone)
        now = timezone.now().astimezone(self.zone)
        kwargs["initial"] = {"day": now.date(), "hour": now.hour}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, now = cleaned.get("day"), timezone.now()
        if day is not None and "hour" in cleaned:
            at = datetime.combine(day, datetime.min.time(), self.zone).replace(hour=cleaned["hour"])
            if not now - OLDEST <= at <= now + timedelta(hours=1):
                self.add_error("day", _("Choose a day of the last month."))
            cleaned["at"] = at
        return cleaned


class AskForm(forms.Form):
    """What the person asks, and where the answer may go. No name and no number is asked."""

    right = forms.ChoiceField(
        label=gettext_lazy("What do you ask?"),
        choices=WISHES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of these.")},
    )
    text = words(
        gettext_lazy("Your words"),
        help_text=gettext_lazy(
            "What is it about? For instance: a complaint, a talk, a letter. Do not send us an identity card."
        ),
        error_messages={"required": gettext_lazy("Write in a few words what it is about.")},
    )
    contact = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("Our answer goes there. We use it for nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Without an address we cannot answer. You can also send us a mail.")},
    )
