"""What a judging part is asked, and how it is read: strictly, so that a word off the menu is no verdict."""

from __future__ import annotations

from tasks.composites.contract import Ask, Part
from tasks.domain import Message, Prompt, PromptStyle
from tasks.rubrics import Rubric
from tasks.scorers import LONGEST_TEXT
from tasks.settings import ModelSettings


def asked_by(rubric: Rubric, judge: ModelSettings, request: str, answer: str = "") -> Ask:
    """A rubric as a question. A judge is an instrument with one seed, so it has no repeats."""
    text = rubric.prompt(request[:LONGEST_TEXT], answer[:LONGEST_TEXT])
    prompt = Prompt(PromptStyle.CHAT, messages=(Message("user", text),), max_tokens=rubric.max_tokens)
    return Ask(judge, prompt, 0)


def grade(rubric: Rubric, part: Part) -> str | None:
    """The one grade of a rubric; None where the judging part was blocked, cut off before it, or left the menu."""
    grades = None if part.status == "filtered" else rubric.read(part.text or "")
    return None if grades is None else next(iter(grades.values()))
