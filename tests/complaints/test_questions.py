"""The questions after a talk: what may be asked, and what is an answer (I01)."""

import pytest

from complaints import questions
from complaints.questions import Answer, QuestionError

YES_NO = [{"nl": "Ja"}, {"nl": "Nee"}]
CHOICE = {"kind": "choice", "label": {"nl": "Goed?"}, "choices": YES_NO}
TEXT = {"kind": "text", "label": {"nl": "Nog iets?"}, "choices": []}


def test_questions_come_back_as_they_were_stored():
    asked = questions.read([CHOICE, TEXT])
    assert questions.read(questions.dump(asked)) == asked
    assert [one.key for one in asked] == ["q0", "q1"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ([{**CHOICE, "kind": "name"}], "unknown_kind"),
        ([{**CHOICE, "choices": YES_NO[:1]}], "choices"),
        ([{**CHOICE, "choices": YES_NO * 6}], "choices"),
        ([{**TEXT, "label": {"nl": " "}}], "empty"),
        ([{**TEXT, "label": {"nl": "x" * 201}}], "too_long"),
        ([TEXT] * 9, "too_many"),
        ({}, "too_many"),
    ],
)
def test_what_cannot_be_asked_is_refused(raw, code):
    with pytest.raises(QuestionError) as refused:
        questions.read(raw)
    assert refused.value.code == code


@pytest.mark.promise("I01")
def test_answering_is_never_needed_and_what_is_unknown_is_no_answer():
    asked = questions.read([CHOICE, TEXT])
    assert questions.answers(asked, {}) == []
    assert questions.answers(asked, {"q0": "c7", "q1": "  ", "talk": "a-code"}) == []
    assert questions.answers(asked, {"q0": "c1", "q1": " Thanks "}) == [Answer("q0", "c1"), Answer("q1", text="Thanks")]


def test_answer_that_is_far_too_long_is_cut():
    [answer] = questions.answers(questions.read([TEXT]), {"q0": "x" * 5000})
    assert len(answer.text) == questions.LONGEST_ANSWER


def test_first_questions_are_in_both_languages():
    labels = [one.label for one in questions.FIRST] + [each.label for one in questions.FIRST for each in one.choices]
    assert {tuple(sorted(label)) for label in labels} == {("en", "nl")}
