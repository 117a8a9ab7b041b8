"""Fields for what an organisation writes itself: one text per language, and the list of its languages."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def best_language(texts: dict[str, str] | None, language: str | None = None, fallback: str = "nl") -> str:
    """The language to show: this one (the active one when None) if it is filled, else the fallback, else any; or ""."""
    filled = [code for code, text in (texts or {}).items() if text]
    # A formal voice is not a language: nobody writes a text in nl-formal (helplines/voices.py).
    wanted = language or (get_language() or "").partition("-")[0] or fallback
    return next((code for code in (wanted, fallback, *filled) if code in filled), "")


def in_language(texts: dict[str, str] | None, language: str | None = None, fallback: str = "nl") -> str:
    """The text in the best language there is; "" where there is none."""
    return (texts or {}).get(best_language(texts, language, fallback), "")


class LocalisedWidget(forms.MultiWidget):
    """One input for each language an organisation may write in."""

    template_name = "helplines/parts/localised_widget.html"

    def __init__(self, *, long: bool = False, attrs: dict[str, Any] | None = None) -> None:
        self.long = long
        self.codes = [code for code, _name in settings.CONTENT_LANGUAGES]
        kind = forms.Textarea if long else forms.TextInput
        inner = {"rows": 5} if long else {}
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            code: kind(attrs={**inner, "lang": code}) for code in self.codes
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[str]:
        texts = value if isinstance(value, dict) else {}
        return [texts.get(code, "") for code in self.codes]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        names = dict(settings.CONTENT_LANGUAGES)
        for code, part in zip(self.codes, context["widget"]["subwidgets"], strict=True):
            part["language_name"], part["language_code"] = names[code], code
        return context


class LocalisedFormField(forms.MultiValueField):
    """Gives `{language: text}` with the filled languages only; a required one needs at least one language."""

    def __init__(self, *, long: bool = False, max_length: int | None = None, **kwargs: Any) -> None:
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        kwargs.setdefault("widget", LocalisedWidget(long=long))
        fields = [forms.CharField(required=False, max_length=max_length) for _entry in settings.CONTENT_LANGUAGES]
        super().__init__(fields=fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, str]:
        codes = [code for code, _name in settings.CONTENT_LANGUAGES]
        return {code: text.strip() for code, text in zip(codes, data_list, strict=False) if text and text.strip()}

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = {code: text for code, text in (initial or {}).items() if text} if isinstance(initial, dict) else {}
        return before != self.compress(data or [])


class LocalisedField(models.JSONField):
    """A text in several languages, stored as `{"nl": "…", "en": "…"}`; an organisation's own words are rows."""

    def __init__(self, *args: Any, long: bool = False, text_length: int | None = None, **kwargs: Any) -> None:
        self.long, self.text_length = long, text_length
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "long": self.long, "text_length": self.text_length}

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        known = dict(settings.CONTENT_LANGUAGES)
        good = isinstance(value, dict) and all(code in known and isinstance(text, str) for code, text in value.items())
        if not good:
            raise ValidationError(_("Give one text per language."), code="languages")

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.pop("widget", None)
        ours = {"form_class": LocalisedFormField, "long": self.long, "max_length": self.text_length}
        # A default that is called would hide a copy of itself in the form, which several inputs cannot be compared with.
        ours["show_hidden_initial"] = False
        return models.Field.formfield(self, **{**ours, **kwargs})


class LanguagesField(models.JSONField):
    """The languages of an organisation or line, the first one being its own: `["nl", "en"]`."""

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.pop("widget", None)
        return forms.TypedMultipleChoiceField(
            choices=settings.CONTENT_LANGUAGES,
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            initial=self.default() if callable(self.default) else None,
        )
