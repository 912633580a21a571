"""What a judging part is asked, and how its reply is read. A reply that is not on the menu gives no grade.

Tested in tests/tasks/composites/test_hybrid.py.
"""

from __future__ import annotations

from tasks.answers import LONGEST_TEXT
from tasks.composites.contract import Ask, Part
from tasks.domain import Message, Prompt, PromptStyle
from tasks.rubrics import Rubric
from tasks.settings import ModelSettings


def asked_by(rubric: Rubric, judge: ModelSettings, request: str, answer: str = "") -> Ask:
    """A rubric as a question to a judging part, which is always asked with the same seed and so has no repeats."""
    text = rubric.prompt(request[:LONGEST_TEXT], answer[:LONGEST_TEXT])
    prompt = Prompt(PromptStyle.CHAT, messages=(Message("user", text),), max_tokens=rubric.max_tokens)
    return Ask(judge, prompt, 0)


def grade(rubric: Rubric, part: Part) -> str | None:
    """The grade in a reply; None where the judging part was blocked or cut off, or its reply is not on the menu."""
    grades = None if part.status == "filtered" else rubric.read(part.answer)
    return None if grades is None else next(iter(grades.values()))
