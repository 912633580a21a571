"""MMLU from its files: 14,042 test questions of 57 subjects with four choices. No item is shipped.

Citation: Hendrycks et al. 2021, "Measuring Massive Multitask Language Understanding", arXiv 2009.03300. Licence: MIT,
as the authors' repository states.
Pitfalls: the letter that a model writes and the letter that it finds most likely differ by points (``scorer:
choice_likelihood`` takes the second), and the format of the prompt moves both. Some labels are wrong, most of them in
virology. The authors' figure is the mean over questions, so that large subjects (professional_law, moral_scenarios)
weigh most. All 895 questions of moral_scenarios have one form.

Files: the authors' ``test/<subject>_test.csv`` without header (with ``dev/`` for worked examples), the data set
``cais/mmlu``, or a cache of it in Arrow, whose file names tell the subject. Verified on Arrow files of four subjects
and on one of the authors' development files in CSV; the other formats on made-up rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import SourceFile, read_files, split_of
from tasks.data_files.records import ENDINGS, Record
from tasks.domain import Benchmark, Dimension, Domain, Example, lettered
from tasks.errors import InputError

_LETTERS = "ABCD"
_CHANCE = 1 / len(_LETTERS)
_HUB_FILES = ("all/test-*", "all/dev-*")
_SHOTS = 5

# As in the authors' categories.py.
_GROUPS = {
    "stem": (
        "abstract_algebra astronomy college_biology college_chemistry college_computer_science college_mathematics "
        "college_physics computer_security conceptual_physics electrical_engineering elementary_mathematics "
        "high_school_biology high_school_chemistry high_school_computer_science high_school_mathematics "
        "high_school_physics high_school_statistics machine_learning"
    ),
    "humanities": (
        "formal_logic high_school_european_history high_school_us_history high_school_world_history "
        "international_law jurisprudence logical_fallacies moral_disputes moral_scenarios philosophy prehistory "
        "professional_law world_religions"
    ),
    "social_sciences": (
        "econometrics high_school_geography high_school_government_and_politics high_school_macroeconomics "
        "high_school_microeconomics high_school_psychology human_sexuality professional_psychology public_relations "
        "security_studies sociology us_foreign_policy"
    ),
    "other": (
        "anatomy business_ethics clinical_knowledge college_medicine global_facts human_aging management marketing "
        "medical_genetics miscellaneous nutrition professional_accounting professional_medicine virology"
    ),
}
_GROUP_OF = {subject: group for group, subjects in _GROUPS.items() for subject in subjects.split()}


def about() -> Benchmark:
    """The benchmark without its items."""
    return Benchmark(
        benchmark_id="mmlu",
        title="MMLU",
        dimension=Dimension.CAPABILITY,
        domain=Domain.KNOWLEDGE,
        scorer="choice",
        metric="accuracy",
        items=(),
        instruction="Choose the one right answer. End with: Answer: X, where X is A, B, C or D.",
        examples=(),
        licence="MIT as stated by the authors' repository",
        citation="Hendrycks et al. 2021, arXiv 2009.03300",
        cluster_meaning="subject",
        pitfalls="Written and most likely letter differ; some labels are wrong; one subject is a single template.",
        chance_score=_CHANCE,
        max_tokens=1024,
        verified="file",
    )


def read(source: Source, _: str | None) -> Contents:
    """The test questions; the development questions become worked examples of their own subject."""
    files = read_files(source, "MMLU questions", hub_files=_HUB_FILES, wanted=_is_wanted)
    rows = [row for file in files for row in _rows(file)]
    asked = [row for row in rows if row["split"] != "dev"]
    if not asked:
        raise InputError(f"{source}: expected test questions of MMLU, found {len(rows)} of the development split.")
    shown: dict[str, list[Example]] = {}
    for row in rows:
        if row["split"] == "dev":
            shown.setdefault(row["subject"], []).append(_example(row))
    return Contents(
        map(_fields, asked),
        examples=tuple(examples[0] for examples in list(shown.values())[:_SHOTS]),
        cluster_examples={subject: tuple(examples[:_SHOTS]) for subject, examples in shown.items()},
    )


OFFICIAL = Official(about=about, read=read, count_items=14_042, count_clusters=57, is_grouping_fixed=True)


def _is_wanted(name: str) -> bool:
    """Test and development questions. The training split holds 100,000 questions of other benchmarks."""
    is_other = "auxiliary_train" in name or split_of(name) in {"train", "val", "validation"}
    return name.endswith(ENDINGS) and not is_other


def _rows(file: SourceFile) -> Iterator[dict[str, Any]]:
    """The questions of a file in any of the formats, with the names of their subject and split."""
    is_headless = file.name.endswith(".csv") and not _is_header(file.cells()[:1])
    if is_headless:
        found = [_from_cells(cells, file.place) for cells in file.cells()]
    else:
        found = [_from_record(record, file.place) for record in file.records()]
    for number, row in enumerate(found):
        subject = row.get("subject") or file.group
        yield {**row, "subject": subject, "split": file.split, "foreign_id": f"{subject}/{number}"}


def _is_header(first: list[list[str]]) -> bool:
    return bool({"question", "input"} & {cell.lower() for cells in first for cell in cells})


def _from_cells(cells: list[str], place: str) -> dict[str, Any]:
    if len(cells) != 6 or cells[5] not in _LETTERS:
        raise InputError(f"{place}: expected question, four choices and a letter, found {cells!r:.80}.")
    return {"question": cells[0], "choices": tuple(cells[1:5]), "target": cells[5]}


def _from_record(record: Record, place: str) -> dict[str, Any]:
    """A row of the data set: a list of choices and the answer's index, or columns of choices and its letter."""
    choices = record.get("choices") or [record.get(letter) for letter in _LETTERS]
    answer = record.get("answer", record.get("target"))
    letter = _LETTERS[answer] if isinstance(answer, int) and 0 <= answer < len(_LETTERS) else answer
    question = record.get("question") or record.get("input")
    if not question or len(choices) != len(_LETTERS) or None in choices or letter not in list(_LETTERS):
        raise InputError(f"{place}: expected question, four choices and an answer, found {dict(record)!r:.120}.")
    return {
        "question": question,
        "choices": tuple(map(str, choices)),
        "target": letter,
        "subject": record.get("subject"),
    }


def _fields(row: Record) -> dict[str, Any]:
    return {
        "question": row["question"],
        "target": row["target"],
        "choices": row["choices"],
        "cluster_id": row["subject"],
        "subset": _GROUP_OF.get(row["subject"], "other"),
        "chance_score": _CHANCE,
        "foreign_id": row["foreign_id"],
    }


def _example(row: Record) -> Example:
    return Example(lettered(row["question"], row["choices"]), row["target"])
