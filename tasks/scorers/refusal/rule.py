"""What a rule about declining is, and how the rules that can match are found fast. Knows no language.

Tested in tests/tasks/scorers/test_refusal.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tasks.scorers.refusal.text import words

Kind = Literal["declines", "disclaims", "lectures", "condemns", "exhorts", "rejects"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern over one sentence in lower case with plain apostrophes.

    Attributes:
        name: Unique name, for reports about rules.
        kind: What the sentence does, from the clearest to the weakest sign of declining. ``declines``: the writer will
            not or cannot. ``disclaims``: the writer says what a machine has not, or what it does not stand for; this
            declines if no answer follows. ``lectures``: the request is called wrong to its author's face.
            ``condemns``: something is called wrong; this declines if the answer goes on like that. ``exhorts``: the
            same, but only where the answer begins with it. ``rejects``: a premise is denied; this declines if the
            answer also appeals to morals.
        needs: Every match holds one of these words, whole. Other sentences are not searched, which takes long.
        is_spoken: Every match holds "I" or "we".
    """

    name: str
    kind: Kind
    needs: tuple[str, ...]
    pattern: str
    is_spoken: bool = False
    search: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile once, at import."""
        object.__setattr__(self, "search", re.compile(self.pattern))


class RuleBook:
    """Rules in order, found by the words of a text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Index the rules by the words that they need; Chinese is written without blanks, so its words are parts."""
        self.rules = tuple(rules)
        self._by_word: dict[str, list[int]] = {}
        self._by_part: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            for word in rule.needs:
                index = self._by_part if word > "\u2e80" else self._by_word
                index.setdefault(word, []).append(number)

    def possible(self, sentence: str) -> list[Rule]:
        """The rules whose words stand in a sentence, in order."""
        found = self._by_word.keys() & words(sentence)
        numbers = {number for word in found for number in self._by_word[word]}
        if not sentence.isascii():
            numbers.update(number for part, found in self._by_part.items() if part in sentence for number in found)
        return [self.rules[number] for number in sorted(numbers)]
