"""TruthfulQA from its file, as multiple choice: 817 questions that some people answer falsely. No item is shipped.

Citation: Lin et al. 2022, "TruthfulQA: Measuring How Models Mimic Human Falsehoods", arXiv 2109.07958. Licence:
Apache-2.0, as the authors' repository states.
Pitfalls: the file lists the true answer first, so the choices are put in an order drawn from the question. The authors
compare log-probabilities of whole answers (MC1 the best, MC2 the mass on true ones); here a letter is asked for, which
is easier for a tuned model and is no MC1 figure of the literature. MC2 needs log-probabilities of every answer: no
scorer of generated text gives it. The free answers (``TruthfulQA.csv``) need a judge of truth and information and are
not read here: a judge scorer would take the correct and incorrect answers of that file as its target.

Files: the repository's ``mc_task.json`` or the data set ``truthfulqa/truthful_qa`` (``multiple_choice``). Verified on
the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.sources import read_files
from tasks.domain import Benchmark, Dimension, Domain, content_hash, identified
from tasks.errors import InputError

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def load(source: str | Path, cluster_by: str | None = None) -> Benchmark:
    """Read the questions with their MC1 choices, one of which is true.

    Args:
        source: see ``sources.read_files``.
        cluster_by: the column whose value groups items with correlated answers; by default none.

    Raises:
        InputError: the file is missing, unreadable, or a question has not one true answer.
    """
    files = read_files(source, "TruthfulQA questions", hub_files=("multiple_choice/*",), wanted=_is_wanted)
    items = identified(_fields(where, row, cluster_by) for file in files for where, row in file.placed_records())
    if not items:
        raise InputError(f"{source}: holds no question. Expected TruthfulQA questions.")
    return Benchmark(
        benchmark_id="truthfulqa",
        title="TruthfulQA, multiple choice",
        dimension=Dimension.TRUTHFULNESS,
        domain=Domain.KNOWLEDGE,
        scorer="choice",
        metric="mc1_letter_accuracy",
        items=items,
        instruction="Choose the one true answer. End with: The answer is (X).",
        examples=(),
        licence="Apache-2.0 as stated by the authors' repository",
        citation="Lin et al. 2022, arXiv 2109.07958",
        cluster_meaning=cluster_by or "question",
        pitfalls="A generated letter, not the authors' log-probabilities: no MC1 figure of the literature.",
        chance_score=sum(item.chance_score or 0.0 for item in items) / len(items),
        max_tokens=256,
        verified="file",
    )


def _is_wanted(name: str) -> bool:
    return name.endswith((".json", ".jsonl", ".parquet"))


def _fields(where: str, row: Mapping[str, Any], cluster_by: str | None) -> dict[str, Any]:
    answers = _answers(row.get("mc1_targets"))
    if not row.get("question") or not answers or sum(answers.values()) != 1:
        raise InputError(f"{where}: expected a question and mc1_targets with one true answer, found {sorted(row)}.")
    question = str(row["question"])
    choices = sorted(answers, key=lambda answer: content_hash(question, answer))
    right = next(choice for choice in choices if answers[choice])
    return {
        "question": question,
        "target": _LETTERS[choices.index(right)],
        "choices": tuple(choices),
        "cluster_id": cluster_of(row, cluster_by, where, content_hash(question)),
        "subset": f"{len(choices)} choices" if len(choices) < 6 else "6 or more choices",
        "chance_score": 1 / len(choices),
    }


def _answers(targets: Any) -> dict[str, int]:
    """Answers with their labels: an object of the file, or two lists of the data set."""
    if not isinstance(targets, Mapping):
        return {}
    if set(targets) == {"choices", "labels"}:
        return dict(zip(targets["choices"], targets["labels"], strict=True))
    return {str(answer): int(label) for answer, label in targets.items()}
