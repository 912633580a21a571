"""Plausible log-probabilities for a text that has already been chosen.

At the letter of a multiple-choice answer the distribution is over the item's letters. The given letter is the most
likely one, and the more clearly competence decided, the larger its lead; if it is wrong, the right letter comes second.
Everywhere else the token is likely and its alternatives are common words. Tokens are pieces of words, so there are more
of them than the usage counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from infra.simulator.stream import Stream

_PIECES = re.compile(r" ?[A-Za-z]+| ?\d{1,3}| ?[^\sA-Za-z\d]|\s")
_ANNOUNCED = re.compile(r"The answer is \(([A-Z])\)|\A ?([A-Z])\Z")

_COMMON = (
    " the", " a", " of", " to", " and", " in", " is", " that", " it", " for", " as", " with", " on", " this", " by",
    " be", " so", " at", " which", " from", " one", " or",
)  # fmt: skip

_LETTERS_MASS = 0.98  # the probability of all letters together; the rest is for other words
_LETTER_SPREAD = 0.7  # standard deviation of the other letters' logits
_LARGEST_GAP = 6.0  # keeps the probability of a certain answer below 1


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. ``alternatives`` are ordered from the most likely and contain the piece itself."""

    text: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Letters:
    """A multiple-choice item's letters, the right one, and how clearly competence decided (in standard deviations)."""

    all: Sequence[str]
    right: str
    margin: float


def scored(text: str, letters: Letters | None, count_top: int, stream: Stream) -> tuple[Token, ...]:
    """Split a text into tokens, each with its log-probability. The tokens joined together are the text.

    Args:
        text: What was answered.
        letters: The letters of a multiple-choice answer that competence decided, else None.
        count_top: Number of alternatives wanted for each token.
        stream: Uniforms that only this request uses.
    """
    announced = _ANNOUNCED.search(text) if letters else None
    tokens = []
    for piece in _PIECES.finditer(text):
        if letters and announced and piece.end() == announced.end(announced.lastindex or 1):
            blank, letter = piece.group()[:-1], piece.group()[-1]
            found = _letter_chances(letter, letters, count_top, stream)
            chances = {blank + word if word in letters.all else word: chance for word, chance in found.items()}
        else:
            chances = _word_chances(piece.group(), count_top, stream)
        ranked = sorted(chances.items(), key=lambda entry: -entry[1])[:count_top]
        top = tuple((word, math.log(chance)) for word, chance in ranked)
        tokens.append(Token(piece.group(), math.log(chances[piece.group()]), top))
    return tuple(tokens)


def _letter_chances(given: str, letters: Letters, count_top: int, stream: Stream) -> dict[str, float]:
    others = [letter for letter in letters.all if letter != given]
    logits = sorted((_LETTER_SPREAD * stream.normal() for _ in others), reverse=True)
    if given != letters.right:  # the right letter comes second
        others.sort(key=lambda letter: letter != letters.right)
    gap = 0.1 + min(2.0 * abs(letters.margin), _LARGEST_GAP)
    weights = {given: math.exp(max(logits, default=0.0) + gap)}
    weights |= {letter: math.exp(logit) for letter, logit in zip(others, logits, strict=True)}
    total = sum(weights.values())
    chances = {letter: _LETTERS_MASS * weight / total for letter, weight in weights.items()}
    # Every letter stays more likely than any other word, so that asking for that many alternatives shows all letters.
    other_mass = min(1 - _LETTERS_MASS, *chances.values())
    return {**_common_words(given, other_mass, count_top), **chances}


def _word_chances(given: str, count_top: int, stream: Stream) -> dict[str, float]:
    chance = 0.55 + 0.449 * math.sqrt(stream.uniform())
    return {given: chance, **_common_words(given, 1 - chance, count_top)}


def _common_words(given: str, mass: float, count: int) -> dict[str, float]:
    """Alternatives whose probability halves from one to the next and adds up to less than ``mass``."""
    return {word: mass * 0.5 ** (rank + 1) for rank, word in enumerate(_COMMON[:count]) if word != given}
