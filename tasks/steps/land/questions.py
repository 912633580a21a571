"""The items of a benchmark by their questions, and which of them a row or a sample from elsewhere asks.

Must not know files, logs or tables. Tested in tests/tasks/steps/land/test_questions.py.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from tasks.domain import Benchmark, Item
from tasks.importers.log import squeezed

# Of a row: the item's id, the question, what stands before it, and its options as JSON; each may be unknown.
Asked: TypeAlias = tuple[str | None, str | None, str | None, str | None]

_MARKS = re.compile(r"[\W_]+")
# In a whole prompt the last question stands behind such a word, and before one that asks for the answer.
_ASKS = re.compile(r"(?:^|\n)[#\s]*(?:Q|Question|Problem|Input|Instruction|Task)\s*:\s*", re.IGNORECASE)
_ANSWERS = re.compile(r"\n[#\s]*(?:A|Answer|Solution|Output|Response)\s*:[^\n]{0,80}\s*\Z", re.IGNORECASE)
_OTHER_ITEM = "rows whose id is another item's, so that their question counts"
_OTHER_QUESTION = "rows left out because their question is not that of their id's item"
_TWINS = "rows left out because several items have their question, and neither id nor options tell them apart"


class Questions:
    """Items by question. White space is folded, so that two editions of a question compare equal."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items: dict[str, list[Item]] = {}
        for item in items:
            self._items.setdefault(squeezed(item.question), []).append(item)

    def __contains__(self, question: str) -> bool:
        return squeezed(question) in self._items

    def items(self, question: str, choices: Callable[[], Sequence[str]] = tuple) -> list[Item]:
        """The items with this question; of several, the ones with these options, where any has them."""
        found = self._items.get(squeezed(question), [])
        if len(found) < 2:
            return found
        wanted = tuple(map(squeezed, choices()))
        return [item for item in found if tuple(map(squeezed, item.choices)) == wanted] or found


class AnsweredItems:
    """Which item each row of a file of answers is about. ``notes`` counts, by reason, the rows that were doubtful.

    Where a row's id and its question contradict each other, the question counts. A row that is about no item of the
    benchmark is left out. ``ignores_questions`` says that what stands in the column of questions is none.
    """

    def __init__(self, benchmark: Benchmark, *, ignores_questions: bool = False) -> None:
        self._name, self._count_items = benchmark.benchmark_id, len(benchmark.items)
        self._no_item = f"rows left out because they are no items of {self._name}"
        self._ignores_questions = ignores_questions
        self._by_id = {item.item_id: item for item in benchmark.items}
        self._by_id |= {item.foreign_id: item for item in benchmark.items if item.foreign_id is not None}
        self._questions = Questions(benchmark.items)
        self._taken: dict[str, int] = {}
        self._strange: set[str] = set()
        self.notes: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        self.count_found = self.count_rows = 0

    @property
    def asks_one_thing(self) -> bool:
        """Whether all rows hold the same text in place of a question, and it is the question of no item."""
        return self.count_rows > 1 and len(self._strange) == 1 and self.notes[_OTHER_QUESTION] == self.count_rows

    def find(self, asked: Asked, repeat: int | None) -> tuple[str, int] | None:
        """The item of the next row and the repeat of its answer; None for a row that is left out.

        Without a repeat, or with one that is taken, it is the next that is free. Identical items take turns.
        """
        self.count_rows += 1
        items = self._items(asked)
        if not items:
            return None
        self.count_found += 1
        item_id = min((item.item_id for item in items), key=lambda each: self._taken.get(each, 0).bit_length())
        taken = self._taken.get(item_id, 0)
        if repeat is None or taken >> repeat & 1:
            repeat = taken.bit_length()
        self._taken[item_id] = taken | 1 << repeat
        return item_id, repeat

    def lines(self) -> list[str]:
        """A sentence for each kind of doubtful row, and one where rows were left out and items have no answer."""
        lines = [f"{reason}: {count} (the first is {self.first[reason]})" for reason, count in self.notes.items()]
        count_open = self._count_items - len(self._taken)
        if self.count_found < self.count_rows and count_open:
            lines.append(
                f"items of {self._name} without an answer: {count_open} of {self._count_items}. If the file is of "
                "another edition, give its items by --items"
            )
        return lines

    def _items(self, asked: Asked) -> list[Item]:
        """The items that a row may be about: one, or several that are alike."""
        key, question, context, choices = asked
        known = self._by_id.get(key) if key is not None else None
        if question is None or self._ignores_questions:
            return [known] if known else self._refused(self._no_item, key)
        tried = (self._questions.items(text, partial(_texts, choices)) for text in _spellings(question, context))
        found = next(filter(None, tried), [])
        if known is not None and known in found:
            return [known]
        return self._by_question(asked, found) if found else self._by_id_alone(asked, known)

    def _by_question(self, asked: Asked, found: list[Item]) -> list[Item]:
        """What a question says, where the id is unknown or another item's."""
        key, question, *_ = asked
        if len({(item.target, item.choices) for item in found}) > 1:
            return self._refused(_TWINS, question)
        if key in self._by_id:
            self._note(_OTHER_ITEM, key)
        return found

    def _by_id_alone(self, asked: Asked, known: Item | None) -> list[Item]:
        """What an id says whose row holds no question of the benchmark as it stands, but perhaps in other words."""
        key, question, context, _ = asked
        if known is None:
            return self._refused(self._no_item, question if key is None else key)
        if _holds(known.question, f"{context or ''} {question}"):
            return [known]
        self._strange.add(question or "")
        return self._refused(_OTHER_QUESTION, key)

    def _refused(self, reason: str, shown: str | None) -> list[Item]:
        self._note(reason, shown)
        return []

    def _note(self, reason: str, shown: str | None) -> None:
        self.notes[reason] += 1
        self.first.setdefault(reason, f"row {self.count_rows}, {' '.join((shown or '').split())[:60]!r}")


def _texts(choices: str | None) -> tuple[str, ...]:
    """The options of a row, if they are a list of texts."""
    found: Any = json.loads(choices) if choices else ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _spellings(question: str, context: str | None) -> Iterator[str]:
    """How a benchmark may hold a question: as it is, behind its context, or as what a whole prompt asks in the end."""
    yield question
    if context:
        yield f"{context} {question}"
    parts = _ASKS.split(question)
    if len(parts) > 1:
        yield _ANSWERS.sub("", parts[-1])


def _holds(question: str, text: str) -> bool:
    """Whether a text is a question, holds it, or is a part of it, apart from case, marks and white space."""
    one, other = (_MARKS.sub("", each.casefold()) for each in (question, text))
    return bool(other) and (one in other or other in one)
