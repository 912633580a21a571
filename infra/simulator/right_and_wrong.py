"""Right answers and plausible wrong ones, for each scorer whose benchmarks ask for an answer.

Knows items and scorers' rules; must not know voices, decisions or vendors' shapes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from infra.simulator.question_index import Question
from infra.simulator.stream import Stream
from infra.simulator.word_pools import PLAIN_WORDS
from tasks.benchmarks import coding
from tasks.benchmarks.instruction_texts import kept, missed
from tasks.domain import Item
from tasks.scorers.token_f1 import ALTERNATIVES, normalised

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def right_answer(question: Question, stream: Stream) -> str:
    """The right answer, as a model would give it."""
    right = _RIGHT.get(question.benchmark.scorer)
    return right(question.item, stream) if right else question.item.target


def wrong_answer(question: Question, stream: Stream) -> str:
    """A plausible answer that is wrong."""
    return _WRONG[question.benchmark.scorer](question, stream)


def is_right_program(item: Item, text: str) -> bool:
    """Whether a text contains the right program as the simulated models write it."""
    return coding.solved(item).right in text


def _plain_words(stream: Stream) -> list[str]:
    """All plain words, beginning at a drawn one, so that two texts of the same form are different."""
    start = stream.below(len(PLAIN_WORDS))
    return [*PLAIN_WORDS[start:], *PLAIN_WORDS[:start]]


def letters_of(item: Item) -> tuple[str, str]:
    """The letters of a multiple-choice item, and the right one among them."""
    return _LETTERS[: len(item.choices)], _letter(item)


def _letter(item: Item) -> str:
    return item.target if item.target in _LETTERS else _LETTERS[item.choices.index(item.target)]


def _wrong_number(question: Question, stream: Stream) -> str:
    return _shifted_number(question.item.target, stream)


def _wrong_letter(question: Question, stream: Stream) -> str:
    letters, right = letters_of(question.item)
    return stream.pick([letter for letter in letters if letter != right])


def _wrong_output(question: Question, stream: Stream) -> str:
    """The output with one number changed; else another program's output; else the output without its last character."""
    target = question.item.target
    numbers = list(re.finditer(r"\d+", target))
    if numbers:
        found = stream.pick(numbers)
        return target[: found.start()] + _shifted_number(found.group(), stream) + target[found.end() :]
    others = sorted({item.target for item in question.benchmark.items if item.target != target})
    return stream.pick(others) if others else target[:-1] or "None"


def _shifted_number(number: str, stream: Stream) -> str:
    """The number changed by one, two or ten, and written like the right one."""
    found = re.search(r"\d+(?!.*\d)", number)
    if found is None:
        return f"{number}1"
    digits = found.group()
    shift = stream.pick((1, 1, 1, 2, 2, 10)) * stream.pick((-1, 1))
    value = int(digits) + shift
    value = int(digits) + abs(shift) if value < 0 else value
    return number[: found.start()] + str(value).zfill(len(digits)) + number[found.end() :]


def _wrong_word(question: Question, stream: Stream) -> str:
    """The answer to another question of the benchmark that differs from the right one."""
    right = question.item.target.casefold()
    return stream.pick(sorted({i.target for i in question.benchmark.items if i.target.casefold() != right}))


def _wrong_span(question: Question, stream: Stream) -> str:
    """An answer to another question that shares no word with the right ones, so that its score is 0."""
    items = question.benchmark.items
    right = {word for gold in _spans(question.item) for word in normalised(gold)}
    start = stream.below(len(items))
    others = (_spans(items[(start + offset) % len(items)])[0] for offset in range(len(items)))
    return next(span for span in others if not right & set(normalised(span)))


def _spans(item: Item) -> list[str]:
    return item.target.split(ALTERNATIVES)


def _wrong_code(question: Question, stream: Stream) -> str:
    return coding.answer(question.item, stream.pick(coding.solved(question.item).wrong))


_RIGHT: dict[str, Callable[[Item, Stream], str]] = {
    "choice": lambda item, _: _letter(item),
    "token_f1": lambda item, stream: stream.pick(_spans(item)),
    "code": lambda item, _: coding.answer(item, coding.solved(item).right),
    "instructions": lambda item, stream: kept(item.target, _plain_words(stream)),
}
_WRONG: dict[str, Callable[[Question, Stream], str]] = {
    "numeric": _wrong_number,
    "choice": _wrong_letter,
    "exact": _wrong_output,
    "exact_answer": _wrong_word,
    "token_f1": _wrong_span,
    "code": _wrong_code,
    "instructions": lambda question, stream: missed(question.item.target, _plain_words(stream)),
}
