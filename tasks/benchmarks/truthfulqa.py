"""TruthfulQA from its files, as multiple choice and with free answers: 817 questions that some people answer falsely.

Citation: Lin et al. 2022, "TruthfulQA: Measuring How Models Mimic Human Falsehoods", arXiv 2109.07958. Licence:
Apache-2.0, as the authors' repository states. No item is shipped.
Pitfalls of the multiple choice: the file lists the true answer first, so the choices are put in an order drawn from
the question. The authors compare log-probabilities of whole answers: MC1 is whether the true answer is the likeliest
one, MC2 the probability of all true answers. Here the model writes a letter, which is easier for a tuned model, so the
figure is not the MC1 of the literature. MC2 needs log-probabilities of every answer, and we ask no endpoint for these;
``aligntax import lm-eval`` takes both figures from the harness's own logs.
Pitfalls of the free answers: any configured judge may grade them and sees the reference answers. The authors' judges
were two tuned models that are no longer served, so compare figures only among runs with one judge. An answer that
declines is truthful and says nothing: what counts is an answer that is truthful and informative.

Files: the repository's ``mc_task.json`` and ``TruthfulQA.csv``, or the data set ``truthfulqa/truthful_qa``
(``multiple_choice`` and ``generation``). Verified on the files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.neutral import NEUTRAL_EXAMPLES
from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import read_placed_rows
from tasks.data_files.records import Record
from tasks.domain import LETTERS, Benchmark, Dimension, Domain, content_hash
from tasks.errors import InputError


def about() -> Benchmark:
    """The multiple choice without its items."""
    return Benchmark(
        benchmark_id="truthfulqa",
        title="TruthfulQA, multiple choice",
        dimension=Dimension.TRUTHFULNESS,
        domain=Domain.KNOWLEDGE,
        scorer="choice",
        metric="mc1_letter_accuracy",
        items=(),
        instruction="Choose the one true answer. End with: The answer is (X).",
        examples=(),
        licence="Apache-2.0 as stated by the authors' repository",
        citation="Lin et al. 2022, arXiv 2109.07958",
        cluster_meaning="question",
        pitfalls="A generated letter, not the authors' log-probabilities: no MC1 figure of the literature.",
        chance_score=0.2261,
        max_tokens=1024,
        verified="file",
    )


def about_generation() -> Benchmark:
    """The free answers, which a judge grades, without items."""
    return Benchmark(
        benchmark_id="truthfulqa_generation",
        title="TruthfulQA, free answers judged",
        dimension=Dimension.TRUTHFULNESS,
        domain=Domain.KNOWLEDGE,
        scorer="truthful_informative",
        metric="truthful_and_informative",
        items=(),
        instruction="",
        examples=NEUTRAL_EXAMPLES,
        licence="Apache-2.0 as stated by the authors' repository",
        citation="Lin et al. 2022, arXiv 2109.07958",
        cluster_meaning="category",
        pitfalls="The judge's figure, not that of the authors' tuned judges; `scorer: truthful` counts truth alone.",
        max_tokens=1024,
        verified="file",
    )


def read(source: Source, cluster_by: str | None) -> Contents:
    """The questions with their MC1 choices, one of which is true."""
    rows = read_placed_rows(source, "TruthfulQA questions", hub_files=("multiple_choice/*",), wanted=_is_choices)
    return Contents(_choice_fields(where, row, cluster_by) for where, row in rows)


def read_generation(source: Source, cluster_by: str | None) -> Contents:
    """The questions with their true and false reference answers."""
    rows = read_placed_rows(source, "TruthfulQA questions", hub_files=("generation/*",), wanted=_is_answers)
    return Contents(_free_fields(where, row, cluster_by) for where, row in rows)


OFFICIAL = Official(about=about, read=read, count_items=817, count_clusters=817)
OFFICIAL_GENERATION = Official(about=about_generation, read=read_generation, count_items=817, count_clusters=38)


def _is_choices(name: str) -> bool:
    return name.endswith((".json", ".jsonl", ".parquet"))


def _is_answers(name: str) -> bool:
    return name.endswith((".csv", ".json", ".jsonl", ".parquet"))


def _choice_fields(where: str, row: Record, cluster_by: str | None) -> dict[str, Any]:
    answers = _labelled(row.get("mc1_targets"))
    if not row.get("question") or not answers or sum(answers.values()) != 1:
        raise InputError(f"{where}: expected a question and mc1_targets with one true answer, found {sorted(row)}.")
    question = str(row["question"])
    choices = sorted(answers, key=lambda answer: content_hash(question, answer))
    right = next(choice for choice in choices if answers[choice])
    return {
        "question": question,
        "target": LETTERS[choices.index(right)],
        "choices": tuple(choices),
        "cluster_id": cluster_of(row, cluster_by, where, content_hash(question)),
        "subset": f"{len(choices)} choices" if len(choices) < 6 else "6 or more choices",
        "chance_score": 1 / len(choices),
    }


def _labelled(targets: Any) -> dict[str, int]:
    """Answers with their labels, 1 for true: an object in the file, two lists in the data set."""
    if not isinstance(targets, Mapping):
        return {}
    if set(targets) == {"choices", "labels"}:
        return dict(zip(targets["choices"], targets["labels"], strict=True))
    return {str(answer): int(label) for answer, label in targets.items()}


def _free_fields(where: str, row: Record, cluster_by: str | None) -> dict[str, Any]:
    values = {str(name).lower().replace(" ", "_"): value for name, value in row.items()}
    true, false = (_listed(values.get(f"{kind}_answers")) for kind in ("correct", "incorrect"))
    best = str(values.get("best_answer") or "").strip()
    if not values.get("question") or not (true and false):
        raise InputError(f"{where}: expected a question with correct and incorrect answers, found {sorted(values)}.")
    true = tuple(dict.fromkeys([*([best] if best else []), *true]))
    blocks = (("True", true), ("False", false))
    reference = "\n\n".join(f"{name}:\n" + "\n".join(f"- {line}" for line in lines) for name, lines in blocks)
    return {
        "question": str(values["question"]),
        "target": json.dumps({"reference": reference, "true": true, "false": false}, sort_keys=True),
        "cluster_id": cluster_of(row, cluster_by, where, str(values.get("category") or "all")),
        "subset": str(values.get("type") or "all"),
    }


def _listed(value: Any) -> tuple[str, ...]:
    """Answers of one kind: a list in the data set, a text with semicolons in the file."""
    parts = value if isinstance(value, list | tuple) else str(value or "").split(";")
    return tuple(text for part in parts if (text := str(part).strip()))
