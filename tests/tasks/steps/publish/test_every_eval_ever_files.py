"""A cell as Every Eval Ever wants it; tests/flows/test_targets.py reads the files of a whole run back."""

import json
from datetime import date
from uuid import UUID

import pytest

from tasks.importers.every_eval_ever import read_every_eval_ever
from tasks.settings import PublishSettings
from tasks.steps.publish.every_eval_ever_files import write_exchange_files

CELL = {
    "run_id": "r", "cell_id": "c", "cell_key": "0123456789abcdef0123456789abcdef", "evaluated_date": date(2026, 1, 31),
    "model_id": "lab/../model:1", "benchmark_id": "quiz", "prompt_style": "chat", "attack": "none",
    "origin": "endpoint", "scorer": "exact", "scorer_version": "1", "judge_model_id": None, "unparsed_rule": "wrong",
    "metric": "accuracy", "higher_is_better": True, "score": 0.5, "score_low": 0.1, "score_high": 0.9,
    "standard_error": 0.2, "se_method": "cr2_bm", "count_items": 2, "coverage": 1.0, "title": "A quiz",
    "family": "f", "stage": "aligned", "method": None, "base_model_id": None, "endpoint": "here",
}  # fmt: skip
ANSWER = {
    "item_id": "i1", "value": 1.0, "outcome": "correct", "answer": "4", "cluster_id": "k", "subset": "all",
    "question": "What is 2 + 2?", "choices_json": '["3", "4"]', "target": "4", "response": "It is 4.",
    "reasoning": "Two and two.", "tokens_input": 5, "tokens_output": 3, "tokens_reasoning": 1, "latency_ms": 12.5,
}  # fmt: skip
UNPUBLISHED = {
    **ANSWER, "item_id": "i2", "value": 0.0, "outcome": "incorrect", "answer": None, "question": None,
    "choices_json": "d41d8cd98f00b204e9800998ecf8427e", "target": None, "response": None, "reasoning": None,
    "tokens_input": None, "latency_ms": None,
}  # fmt: skip


class Tables:
    """Stands for a publication with one cell of two answers."""

    def __init__(self):
        self.identity = {"publication_id": "2026-01-31-0123", "as_of_date": "2026-01-31"}

    def named_rows(self, name, **_):
        return {"exported_cells": [CELL], "exported_answers": [ANSWER, UNPUBLISHED]}[name]


@pytest.fixture
def folder(settings):
    wanted = PublishSettings(folder=settings.folder, every_eval_ever={"organization": "Example Lab"})
    return write_exchange_files(Tables(), wanted)


def test_our_importer_reads_values_answers_and_texts_back(folder):
    (aggregate,) = folder.rglob("*.json")
    first, second = read_every_eval_ever(aggregate).samples()
    assert (first.model, first.task, first.item, first.question) == ("lab/../model:1", "quiz", "i1", "What is 2 + 2?")
    assert (first.response, first.reasoning, first.choices, first.target) == (
        *("It is 4.", "Two and two.", ("3", "4"), "4"),
    )
    assert (first.tokens_input, first.tokens_output, first.latency_ms, first.group) == (5, 3, 12.5, "all")
    assert [sample.scores[0].value for sample in (first, second)] == [1.0, 0.0]
    assert (second.question, second.response, second.choices, second.tokens_input) == ("i2", None, (), None)


def test_the_same_rows_of_another_organization_are_other_files(folder, settings):
    wanted = PublishSettings(folder=settings.folder, every_eval_ever={"organization": "Another Lab"})
    (aggregate,) = write_exchange_files(Tables(), wanted).rglob("*.json")
    assert json.loads(aggregate.read_text())["source_metadata"]["source_organization_name"] == "Another Lab"
    assert folder not in aggregate.parents


def test_an_aggregate_stands_where_the_project_keeps_it_and_names_its_answers(folder):
    (aggregate,) = folder.rglob("*.json")
    assert aggregate.parent == folder / "data" / "quiz" / "lab_.." / "model_1"
    assert UUID(aggregate.stem).version == 4
    document = json.loads(aggregate.read_text())
    assert (folder / document["detailed_evaluation_results"]["file_path"]).exists()
    details = document["evaluation_results"][0]["score_details"]
    assert (details["score"], details["uncertainty"]["confidence_interval"]["upper"]) == (0.5, 0.9)
    assert document["source_metadata"]["source_organization_name"] == "Example Lab"
