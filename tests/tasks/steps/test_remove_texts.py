"""Which texts a policy removes, and which ones something still needs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tasks.steps.remove_texts import RemovalPolicy, RemovedTexts, removable_texts, remove_texts
from warehouse.connection import Warehouse

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=100)
POLICY = RemovalPolicy(30, NOW, "prune", ("bleu",))
RUN = {
    "kind": "adhoc", "as_of_date": date(2026, 2, 21), "partition_key": "", "config_hash": "c", "plan_hash": "p",
    "code_version": "0.2", "max_age_days": 7,
}  # fmt: skip
ANSWER = {
    "run_id": "r", "partition_key": "", "model_id": "m", "benchmark_id": "b", "prompt_style": "chat", "item_id": "i",
    "repeat": 0, "role": "answer", "request_hash": "h", "origin": "endpoint", "status": "answered", "text": "a text",
    "model_requested": "m", "parameters_json": "{}", "attempts": 1, "finished_at": OLD, "prompt_hash": "asked",
}  # fmt: skip
SCORE = {
    "scorer": "exact", "scorer_version": 1, "scorer_config_hash": "", "outcome": "correct", "value": 1.0,
    "is_refusal": False, "is_cut": False, "scored_at": OLD,
}  # fmt: skip
CELL = {
    "run_id": "r", "model_id": "m", "model_version": "v", "benchmark_id": "b", "benchmark_version": "1",
    "prompt_style": "chat", "is_primary_style": True, "unparsed_rule": "wrong", "origin": "endpoint",
    "count_items": 1, "count_repeats": 1, "sample_hash": "s", "parameters_json": "{}",
}  # fmt: skip
# Answers of old runs: the scorer of their cell, and whether it has scored them.
ANSWERS = {
    "scored": ("exact", True),
    "unscored": ("exact", False),
    "by words": ("bleu", True),
    "quarantined": ("exact", False),
    "young": ("exact", True),
    "imported late": ("exact", True),
}


@pytest.fixture(scope="module")
def pruned(tmp_path_factory):
    """A warehouse after a removal, what was announced, and what was removed."""
    runs = [{**RUN, "run_id": "r", "started_at": OLD}, {**RUN, "run_id": "late", "started_at": NOW, "kind": "import"}]
    changed = {"young": {"finished_at": NOW}, "imported late": {"run_id": "late"}, "unscored": {"prompt_hash": "open"}}
    answers = [{**ANSWER, "generation_id": name, **changed.get(name, {})} for name in ANSWERS]
    answers += [
        {**ANSWER, "generation_id": f"{role} of {name}", "role": role, "parent_generation_id": name}
        for role in ("judge", "part")
        for name in ("scored", "unscored")
    ]
    judgment = {
        "rubric": "r", "rubric_version": 1, "judge_model_id": "j", "judge_version": "1", "judge_order": 0,
        "run_id": "r", "planned_at": OLD,
    }  # fmt: skip
    failure = {"run_id": "r", "cell_id": "c", "generation_id": "g", "error_type": "server", "attempts": 1}
    with Warehouse.open(tmp_path_factory.mktemp("texts") / "warehouse.duckdb") as warehouse:
        warehouse.append(
            {
                "raw.runs": runs,
                "raw.generations": answers,
                "raw.cells": [{**CELL, "cell_id": scorer, "scorer": scorer} for scorer in ("exact", "bleu")],
                "raw.plan": [
                    {"run_id": "r", "cell_id": scorer, "item_id": name, "repeat": 0, "generation_id": name,
                     "request_hash": "h", "is_reused": False}
                    for name, (scorer, _) in ANSWERS.items()
                ],
                "raw.scores": [
                    {**SCORE, "generation_id": name, "scorer": scorer}
                    for name, (scorer, is_scored) in ANSWERS.items()
                    if is_scored
                ],
                "raw.judgments": [
                    {**judgment, "answer_generation_id": name, "generation_id": f"judge of {name}"}
                    for name in ("scored", "unscored")
                ],
                "raw.quarantine": [
                    {"generation_id": "quarantined", "run_id": "r", "expectation": "e", "reason": "r",
                     "quarantined_at": OLD}
                ],
                "raw.failures": [
                    {**failure, "message": "words", "failed_at": OLD},
                    {**failure, "message": "words", "failed_at": NOW},
                ],
                "raw.prompts": [{"prompt_hash": name, "prompt": "a prompt"} for name in ("asked", "open", "other")],
            }
        )  # fmt: skip
        announced = removable_texts(warehouse, POLICY)
        yield warehouse, announced, remove_texts(warehouse, POLICY)


def test_old_texts_go_unless_something_needs_them(pruned):
    warehouse, _, _ = pruned
    left = "select generation_id from raw.generations where text <> '' order by all"
    assert [name for (name,) in warehouse.rows(left)[1]] == [
        "by words",
        "imported late",
        "judge of unscored",
        "part of unscored",
        "unscored",
        "young",
    ]


def test_hash_and_length_of_a_removed_text_stay(pruned):
    kept = "select text_hash = hash('a text'), count_characters, texts_removed_at from raw.generations"
    assert pruned[0].rows(f"{kept} where generation_id = 'scored'")[1] == [(True, 6, NOW)]


def test_the_words_of_old_failures_go_and_their_types_stay(pruned):
    rows = pruned[0].rows("select message, error_type from raw.failures order by failed_at")[1]
    assert rows == [("", "server"), ("words", "server")]


def test_a_prompt_stays_as_long_as_an_answer_to_it(pruned):
    assert pruned[0].rows("select prompt_hash from raw.prompts order by all")[1] == [("asked",), ("open",), ("other",)]
    with pruned[0].transaction():
        pruned[0].query("remove_texts", frames={"removed": pruned[0].frame_of(_OTHERS)}, now=NOW)
    assert [texts.kind for texts in remove_texts(pruned[0], POLICY)] == ["prompt"]
    assert pruned[0].rows("select prompt_hash from raw.prompts order by all")[1] == [("open",), ("other",)]


_OTHERS = "select generation_id from raw.generations where prompt_hash = 'asked'"


def test_what_is_removed_is_announced_returned_and_logged(pruned):
    warehouse, announced, removed = pruned
    assert announced == [RemovedTexts("answer", 2, 12), RemovedTexts("failure", 1, 5)]
    assert removed == [
        RemovedTexts("answer", 2, 12),
        RemovedTexts("judge", 1, 6),
        RemovedTexts("part", 1, 6),
        RemovedTexts("failure", 1, 5),
    ]
    logged = "select kind, count_texts, count_characters, policy, older_than_days from raw.text_removals"
    assert warehouse.rows(f"{logged} where kind <> 'prompt'")[1] == [
        (texts.kind, texts.count_texts, texts.count_characters, "prune", 30) for texts in removed
    ]
