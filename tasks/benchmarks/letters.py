"""A multiple-choice benchmark asked for the letter alone, so that the first token of an answer is a letter.

A scorer that compares likelihoods reads the first token. A base model continues as the worked examples of its prompt
do. After examples that end in "The answer is (B)." its first token is "The", whatever it knows. So each example is cut
down to its letter, and the instruction asks for nothing else. It is the form in which the authors of MMLU ask
(Hendrycks et al. 2021, arXiv 2009.03300). Knows no particular benchmark.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tasks.domain import Benchmark, Example, Item, UnparsedRule, content_hash
from tasks.errors import UsageError
from tasks.scorers import SCORERS, letter_written, right_letter

_INSTRUCTION = "Choose the one right answer. Answer with its letter alone."
# They show the form to a base model where a benchmark has no worked examples of its own. Each letter is right once.
_FORM = (
    Example("Which colour do blue and yellow paint make?\nA. purple\nB. green\nC. orange\nD. brown", "B"),
    Example("How many days are in a week?\nA. five\nB. six\nC. eight\nD. seven", "D"),
    Example("Which of these is frozen water?\nA. ice\nB. steam\nC. fog\nD. dew", "A"),
    Example("Which animal barks?\nA. the cat\nB. the cow\nC. the dog\nD. the hen", "C"),
)


def as_asked(benchmark: Benchmark, scorer: str | None, count_alternatives: int = 0) -> Benchmark:
    """The benchmark as it is asked for a scorer: for the letter alone, if that reads the first token.

    Raises:
        UsageError: as ``asked_for_letter``.
    """
    rule = SCORERS.get(scorer or benchmark.scorer)
    reads_first = rule is not None and rule.reads == "first_token"
    return asked_for_letter(benchmark, count_alternatives) if reads_first else benchmark


def asked_for_letter(benchmark: Benchmark, count_alternatives: int) -> Benchmark:
    """The benchmark as a scorer of likelihoods asks it: another version, with the same items.

    An answer without a letter among the alternatives says nothing of what a model knows. By default it is left out.

    Args:
        benchmark: what is asked.
        count_alternatives: how many alternatives of the first token are asked for. Fewer can hide a letter, so another
            number is another version, and answers under two numbers are never compared.

    Raises:
        UsageError: an item has no choices, or its target names none of them.
    """
    for item in benchmark.items:
        _check(benchmark, item)
    by_cluster = {name: _shortened(examples) for name, examples in benchmark.cluster_examples.items()}
    asked = replace(
        benchmark,
        instruction=_INSTRUCTION,
        examples=_shortened(benchmark.examples) or _FORM,
        cluster_examples={name: examples for name, examples in by_cluster.items() if examples},
        stop=(),
        max_tokens=1,
        unparsed=UnparsedRule.EXCLUDE,
        version="",
    )
    return replace(asked, version=content_hash(asked.version, count_alternatives, length=12))


def _check(benchmark: Benchmark, item: Item) -> None:
    if right_letter(item) is None:
        raise UsageError(
            f"benchmark {benchmark.benchmark_id!r}: likelihoods of letters need items with choices and one right "
            f"letter; {item.question!r:.60} has the target {item.target!r:.40}. Choose another scorer."
        )


def _shortened(examples: Iterable[Example]) -> tuple[Example, ...]:
    """The examples with the bare letter as answer; one whose answer names no letter is left out."""
    written = ((example.question, letter_written(example.question, example.answer)) for example in examples)
    return tuple(Example(question, letter) for question, letter in written if letter)
