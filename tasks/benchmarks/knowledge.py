"""Questions of general knowledge with four choices, made from small tables of facts in ``data/knowledge.yaml``.

Citation: facts and questions written down for this project. Licence: Apache-2.0, like the code.
Pitfalls: wrong choices are answers to other questions of the topic, so they are of the right kind but rarely hard. The
topic is the cluster, because a model tends to know all of a table or none of it. A blind guess is right one time in
four.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.benchmarks.draw import Draw
from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Benchmark, Dimension, Domain, Example
from tasks.identity import make_items

_LETTERS = "ABCD"
_CHANCE = 1 / len(_LETTERS)


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one."""
    return Benchmark(
        benchmark_id="knowledge",
        title="General knowledge, four choices",
        dimension=Dimension.CAPABILITY,
        domain=Domain.KNOWLEDGE,
        scorer="choice",
        metric="accuracy",
        items=make_items(fields for name, topic in read_data("knowledge").items() for fields in _items(name, topic)),
        instruction="Choose the one right answer. End with: The answer is (X).",
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="topic",
        pitfalls="Easy for strong models; wrong choices come from the same topic.",
        chance_score=_CHANCE,
        max_tokens=640,
        verified="own",
    )


def _items(name: str, topic: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    facts = {str(key): str(value) for key, value in topic["facts"].items()}
    draw = Draw(f"knowledge/{name}")
    for (key, right), place in zip(facts.items(), _places(draw, len(facts)), strict=True):
        wrong = draw.some(sorted(set(facts.values()) - {right}), len(_LETTERS) - 1)
        yield {
            "question": topic["question"].format(key=key),
            "target": _LETTERS[place],
            "choices": (*wrong[:place], right, *wrong[place:]),
            "cluster_id": name,
            "subset": topic["area"],
            "chance_score": _CHANCE,
        }


def _places(draw: Draw, count: int) -> list[int]:
    """The places of the right answers. Each block of four uses every letter once, so no letter is a better guess."""
    blocks = -(-count // len(_LETTERS))
    return [place for _ in range(blocks) for place in draw.shuffled(range(len(_LETTERS)))][:count]


_EXAMPLES = (
    Example(
        "Which colour do blue and yellow paint make?\nA. purple\nB. green\nC. orange\nD. brown", "The answer is (B)."
    ),
    Example("How many days are in a week?\nA. five\nB. six\nC. eight\nD. seven", "The answer is (D)."),
    Example(
        "Which of these is frozen water?\nA. ice\nB. steam\nC. fog\nD. dew",
        "The answer is (A).",
    ),
    Example("Which animal barks?\nA. the cat\nB. the cow\nC. the dog\nD. the hen", "The answer is (C)."),
)
