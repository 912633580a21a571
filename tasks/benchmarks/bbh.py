"""BIG-Bench Hard from its files: 6,511 questions of 27 tasks that language models once did worse than people.

Citation: Suzgun et al. 2022, "Challenging BIG-Bench Tasks and Whether Chain-of-Thought Can Solve Them", arXiv
2210.09261. Licence: MIT, as the authors' repository states. Its canary asks to keep the items out of training corpora;
no item is shipped.
Pitfalls: the figure of the paper is the mean over 23 tasks, where the tasks that come in three sizes are averaged
first; it is not the mean over questions. Exact match is strict on format: "(B) Tuesday" is wrong where "(B)" is right,
so an aligned model that writes more loses points. A few questions occur twice, and a few have malformed options. The
chance score differs by task, and is 0 where the answer is free text.

Files: the repository's ``bbh/<task>.json``, with ``cot-prompts/<task>.txt`` beside it for worked examples, or the data
set ``lukaemon/bbh``. Verified on all 27 task files. The form of the worked examples (a canary, a rule, a description
and three times "Q: ... A: ...") was compared with copies of three prompt files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import SourceFile, read_files
from tasks.data_files.records import ENDINGS
from tasks.domain import Benchmark, Dimension, Domain, Example
from tasks.errors import InputError

_OPTIONS = re.compile(r"^(?:\(([A-Z])\)|- )", re.MULTILINE)
_TWO_WORDS = frozenset({"boolean_expressions", "sports_understanding", "web_of_lies"})  # True or False, yes or no
_WORKED = re.compile(r"\n\nQ: |\A.*?^Q: ", re.DOTALL | re.MULTILINE)


def about() -> Benchmark:
    """The benchmark without its items."""
    return Benchmark(
        benchmark_id="bbh",
        title="BIG-Bench Hard",
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer="bbh",
        metric="accuracy",
        items=(),
        instruction="Think step by step, then end with: So the answer is X. Options are answered by letter, as in (A).",
        examples=(),
        licence="MIT as stated by the authors' repository",
        citation="Suzgun et al. 2022, arXiv 2210.09261",
        cluster_meaning="task",
        pitfalls="The paper averages 23 tasks, not questions; exact match is hard on format; chance differs by task.",
        chance_score=0.2625,
        max_tokens=1024,
        verified="file",
    )


def read(source: Source, _: str | None) -> Contents:
    """The questions of a task's file or of the folder of all tasks, with the worked examples of each task."""
    files = list(read_files(source, "BBH tasks", hub_files=("*/test-*",), wanted=_is_wanted))
    return Contents(
        (fields for file in files if not file.name.endswith(".txt") for fields in _items(file)),
        cluster_examples={file.stem: tuple(_examples(file.text)) for file in files if file.name.endswith(".txt")},
    )


OFFICIAL = Official(about=about, read=read, count_items=6_511, count_clusters=27, is_grouping_fixed=True)


def _is_wanted(name: str) -> bool:
    """Tasks and their worked examples, without the recorded answers that the repository holds too."""
    return "outputs" not in name and (name.endswith(ENDINGS) or "cot-prompts/" in name)


def _items(file: SourceFile) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(file.records()):
        question, target = record.get("input"), record.get("target")
        if not isinstance(question, str) or not isinstance(target, str) or "prediction" in record:
            raise InputError(f"{file.place}: expected rows of input and target, found {sorted(record)}.")
        yield {
            "question": question,
            "target": target.strip(),
            "cluster_id": file.group,
            "subset": file.group,
            "chance_score": _chance(file.group, question),
            "foreign_id": f"{file.group}/{number}",
        }


def _chance(task: str, question: str) -> float:
    """One over the number of options. The last letter counts, because some options share a line with others."""
    if task in _TWO_WORDS:
        return 1 / 2
    found = _OPTIONS.findall(question.partition("Options:")[2])
    count = max((ord(letter) - ord("A") + 1 for letter in found if letter), default=len(found))
    return 1 / count if count else 0.0


def _examples(text: str) -> Iterator[Example]:
    """The worked examples of a prompt file: a canary, a description, then "Q: ... A: ..." with blank lines between."""
    for section in _WORKED.split(text)[1:]:
        question, _, answer = section.partition("\nA: ")
        yield Example(question.strip(), answer.strip())
