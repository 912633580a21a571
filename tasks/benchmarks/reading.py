"""Questions on short invented passages; the answer is a few words of the passage.

Citation: passages and questions written for this project, in ``data/reading.yaml``. Licence: Apache-2.0, like the code.
Pitfalls: ``target`` holds one right answer, or several with " | " between them. A right answer in a whole sentence
loses precision, so a talkative model loses points. Only the passage answers its questions. The passage is the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Benchmark, Dimension, Domain, Example
from tasks.identity import make_items


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one."""
    return Benchmark(
        benchmark_id="reading",
        title="Short passages, short answers",
        dimension=Dimension.CAPABILITY,
        domain=Domain.READING,
        scorer="token_f1",
        metric="f1",
        items=make_items(fields for name, passage in read_data("reading").items() for fields in _items(name, passage)),
        instruction='Answer the question with a few words of the passage and nothing else, after "Answer:".',
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="passage",
        pitfalls="A right answer in a whole sentence loses precision.",
        max_tokens=128,
        stop=("\n\n", "\nQuestion:"),  # the answer is one line; base models go on below it
        verified="own",
    )


def _items(name: str, passage: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for question, answer in passage["questions"].items():
        yield {
            "question": f"{passage['text']}\n\n{question}",
            "target": str(answer),
            "cluster_id": name,
            "subset": passage["subject"],
            "chance_score": 0.0,
        }


_EXAMPLES = (
    Example(
        (
            "The well of Tarn was dug by a miller called Ned. He struck water on the ninth day. The bucket is made of "
            "ash, and a goat turns the wheel.\n\nWho dug the well?"
        ),
        "a miller called Ned",
    ),
    Example(
        (
            "Lotte keeps nine hens behind the school. Each hen has the name of a river. On Sundays she sells the eggs "
            "to the inn for a jar of jam.\n\nWhat is each hen named after?"
        ),
        "a river",
    ),
    Example(
        (
            "The clock of Bree strikes only once a day, at noon. Its other hammers were melted down for spoons. A "
            "widow winds it every Monday.\n\nWhen is the clock wound?"
        ),
        "every Monday",
    ),
)
