import pytest
from django import forms
from django.core.exceptions import ValidationError

from helplines.fields import in_language
from helplines.models import Line, Organisation


class LineTexts(forms.ModelForm):
    class Meta:
        model = Line
        fields = ["button", "opening"]


class Languages(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["languages"]


@pytest.mark.parametrize(
    ("texts", "language", "fallback", "expected"),
    [
        ({"nl": "dag", "en": "hello"}, "en", "nl", "hello"),
        ({"nl": "dag", "en": ""}, "en", "nl", "dag"),
        ({"fr": "salut", "de": "tag"}, "en", "de", "tag"),
        ({"fr": "salut"}, "en", "nl", "salut"),
        ({}, "en", "nl", ""),
        (None, "en", "nl", ""),
    ],
)
def test_text_is_given_in_the_best_language_there_is(texts, language, fallback, expected):
    assert in_language(texts, language, fallback) == expected


def test_form_has_one_labelled_input_for_each_language():
    shown = str(LineTexts(instance=Line(button={"nl": "Praat met ons"}))["button"])
    assert shown.count("<label") == shown.count("<input") == 4
    assert 'value="Praat met ons"' in shown
    assert 'lang="nl"' in shown


def sent_as(form, name, texts):
    names = form.fields[name].widget.widgets_names
    codes = form.fields[name].widget.codes
    return {f"{name}{part}": texts.get(code, "") for part, code in zip(names, codes, strict=True)}


def test_form_keeps_the_filled_languages_only():
    sent = sent_as(LineTexts(), "button", {"nl": " Praat ", "en": "  ", "fr": "Parle"})
    form = LineTexts(sent, instance=Line())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["button"] == {"nl": "Praat", "fr": "Parle"}


def test_form_knows_what_changed():
    line = Line(button={"nl": "Praat"})
    form = LineTexts(instance=line)
    same = LineTexts(sent_as(form, "button", {"nl": "Praat"}), instance=line)
    other = LineTexts(sent_as(form, "button", {"nl": "Praat", "en": "Talk"}), instance=line)
    assert [same.changed_data, other.changed_data] == [[], ["button"]]


def test_form_refuses_a_text_that_is_too_long():
    form = LineTexts(instance=Line())
    form = LineTexts(sent_as(form, "button", {"nl": "x" * 41}), instance=Line())
    assert list(form.errors) == ["button"]


@pytest.mark.parametrize("value", [["nl"], {"xx": "a"}, {"nl": 3}, "dag"])
def test_field_refuses_what_is_no_text_per_language(value):
    with pytest.raises(ValidationError):
        Line._meta.get_field("opening").clean(value, None)


def test_languages_are_chosen_from_the_list():
    good, bad, none = (Languages({"languages": chosen}) for chosen in (["nl", "fr"], ["xx"], []))
    assert good.is_valid()
    assert good.cleaned_data["languages"] == ["nl", "fr"]
    assert [list(form.errors) for form in (bad, none)] == [["languages"], ["languages"]]
