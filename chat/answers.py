"""What a visitor answers before a talk: only what was asked, in the words of the questions (B01-B05)."""

from helplines.policies import PolicyValues, Question

NICKNAME_LENGTH = 40


def sort_answers(policy: PolicyValues, answers: dict[str, str], language: str) -> tuple[str, list[dict[str, str]]]:
    """The nickname, and the other answers in the words of the questions; what was not asked is not taken (B04)."""
    nickname, told = "", []
    for question in policy.questions:
        value = answers.get(question.key, "").strip()
        if question.kind == "nickname":
            nickname = value[:NICKNAME_LENGTH]
        elif shown := in_words(question, value, language):
            told.append({"label": best(question.label, language), "value": shown})
    return nickname, told


def in_words(question: Question, value: str, language: str) -> str:
    if question.kind == "text":
        return value
    return next((best(choice.label, language) for choice in question.choices if choice.key == value), "")


def best(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")
