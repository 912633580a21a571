"""Scoring speed: microseconds of CPU per answer for each scorer, over made-up answers of realistic length.

``python -m tests.support.benches.scoring FOLDER`` prints ``{scorer: microseconds}`` as JSON; ``is_refusal`` is the
check that every answer gets in addition.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from typing import Any

from tasks.domain import Item
from tasks.scorers import SCORERS, is_refusal

BAR_MICROSECONDS = 100
BARRED = ("choice", "exact", "numeric", "is_refusal", "refuses", "complies")
COUNT_BARRED, COUNT_OTHERS = 100_000, 2_000
COUNT_TEXTS = 1_000  # different texts, because a few repeated ones would stay in every cache

CHOICES = ("a first option", "the second one", "something else", "none of these")
CONSTRAINTS = [{"kind": "words", "at_least": 20}, {"kind": "keyword", "word": "because", "at_least": 1}]
SPANS = '[["the second one"], ["second", "one"]]'
TARGETS = {"numeric": "42", "instructions": json.dumps(CONSTRAINTS), "exact": "42", "bbh": "(B)"}
TARGETS |= dict.fromkeys(("drop_f1", "drop_em", "squad_f1", "squad_em", "rouge_l", "bleu"), SPANS)
TARGETS |= dict.fromkeys(("gsm8k", "gsm8k_strict", "gsm8k_flexible"), "42")
ENDINGS = (
    "The answer is ({letter}).", "Answer: {letter}", "So the answer is ({letter}).", "#### {number}",
    "That makes {number} in all.", "Output: {number}", "```\n{number}\n```", "I cannot help with that.", "",
)  # fmt: skip
WORDS = ("because", "the", "question", "gives", "two", "numbers", "and", "asks", "for", "their", "sum", "in", "order")


def texts(seed: int) -> list[str]:
    """Ten to 150 words in sentences, then an ending in one of the usual forms."""
    draw = random.Random(seed)
    made = []
    for ending in islice(cycle(ENDINGS), COUNT_TEXTS):
        sentences = [
            " ".join(draw.choices(WORDS, k=draw.randint(5, 15))).capitalize() + "." for _ in range(draw.randint(2, 10))
        ]
        made.append(" ".join(sentences) + "\n" + ending.format(letter=draw.choice("ABCD"), number=draw.randint(1, 99)))
    return made


def first_tokens(seed: int) -> list[str]:
    """Facts about the first token of each answer, for the scorers that read them."""
    draw = random.Random(seed)
    words = [" A", " B", " C", " D", " The", " I", *(f" {word}" for word in WORDS)]
    return [json.dumps({word: -draw.expovariate(0.5) for word in words}) for _ in range(COUNT_TEXTS)]


def microseconds(rule: Callable[[str], Any], answers: list[str], count: int) -> float:
    """CPU time per answer. The first answer is not counted, because it includes imports."""
    rule(answers[0])
    started = time.process_time()
    for answer in islice(cycle(answers), count):
        rule(answer)
    return (time.process_time() - started) / count * 1e6


def rules() -> Iterable[tuple[str, Callable[[str], Any], list[str]]]:
    said, tokens = texts(1), first_tokens(1)
    yield "is_refusal", is_refusal, said
    for name, scorer in SCORERS.items():
        item = Item("i", "How many?", TARGETS.get(name, "B"), "c", "s", CHOICES if "choice" in name else ())
        yield (
            name,
            lambda text, scorer=scorer, item=item: scorer.score(item, text),
            (tokens if scorer.reads == "first_token" else said),
        )


def main() -> None:
    found = {
        name: microseconds(rule, answers, COUNT_BARRED if name in BARRED else COUNT_OTHERS)
        for name, rule, answers in rules()
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
