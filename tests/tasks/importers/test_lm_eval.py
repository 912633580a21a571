"""Made-up output folders of the LM Evaluation Harness; tests/flows/test_import_commands.py imports real ones."""

from __future__ import annotations

import json
import math

import pytest

from tasks.errors import InputError
from tasks.importers.lm_eval import read_lm_eval
from tests.support.foreign_logs import harness


def test_each_filter_is_a_scorer_of_its_own(tmp_path):
    (log,) = read_lm_eval(harness(tmp_path / "out" / "org__toy").parent)
    samples = list(log.samples())
    assert {(s.model, s.task, s.response is not None) for s in samples} == {("org/toy", "gsm8k", True)}
    by_scorer = {}
    for one in samples:
        for score in one.scores:
            by_scorer.setdefault(score.scorer, []).append(score.value)
    assert by_scorer == {
        "lm_eval:exact_match,strict-match": [1.0] * 4,
        "lm_eval:exact_match,flexible-extract": [1.0, 1.0, 0.0, 0.0],
    }
    assert log.version == "3"
    assert log.skipped == {
        "scores of lm_eval:bleu,strict-match: values outside 0 to 1 are not proportions": 4,
        "scores of lm_eval:bleu,flexible-extract: values outside 0 to 1 are not proportions": 4,
    }


def test_a_likelihood_task_of_a_group_has_choices_and_no_text(tmp_path):
    record = {
        "doc_id": 0,
        "doc": {"question": "Which?"},
        "target": "1",
        "arguments": {f"gen_args_{i}": {"arg_0": "Which?", "arg_1": f" {letter}"} for i, letter in enumerate("AB")},
        "resps": [[["-3.5", "False"]], [["-1.25", "True"]]],
        "filtered_resps": [["-3.5", "False"], ["-1.25", "True"]],
        "filter": "none",
        "metrics": ["acc"],
        "acc": 1.0,
    }
    harness(tmp_path, "mmlu_anatomy", group_subtasks={"mmlu": ["mmlu_other"], "mmlu_other": ["mmlu_anatomy"]})
    next(tmp_path.glob("samples_*")).write_text(json.dumps(record))
    (log,) = read_lm_eval(tmp_path)
    (only,) = log.samples()
    assert (only.task, only.group, only.response, only.choices) == ("mmlu", "mmlu_anatomy", None, ("A", "B"))
    assert [(score.scorer, score.value, score.answer) for score in only.scores] == [("lm_eval:acc", 1.0, "B")]


def test_a_perplexity_task_gives_the_mean_probability_of_the_words_of_a_text(tmp_path):
    record = {
        "doc_id": 0,
        "doc": {"page": "The mill stood."},
        "target": "The mill stood.",
        "arguments": {"gen_args_0": {"arg_0": "The mill stood."}},
        "resps": [["-6.0"]],
        "filtered_resps": ["-6.0"],
        "filter": "none",
        "metrics": ["word_perplexity", "byte_perplexity", "bits_per_byte"],
        "word_perplexity": [-6.0, 3],
        "byte_perplexity": [-1234567.0, 1234567],
        "bits_per_byte": [-6.0, 15],
    }
    harness(tmp_path, "wikitext", higher_is_better={"wikitext": {"word_perplexity": False, "byte_perplexity": False}})
    next(tmp_path.glob("samples_*")).write_text(json.dumps(record))
    (log,) = read_lm_eval(tmp_path)
    (only,) = log.samples()
    assert [(score.scorer, score.value, score.answer) for score in only.scores] == [
        ("lm_eval:word_probability", pytest.approx(math.exp(-2)), "3"),
        ("lm_eval:byte_probability", pytest.approx(math.exp(-1)), "1234567"),
    ]
    assert only.response is None
    assert "lm_eval:word_probability" not in log.lower_is_better


@pytest.mark.parametrize("entry", [12.5, [-6.0, 0], [-6.0], ["much", 3], [6.0, 3], [1e6, 1]])
def test_an_entry_without_a_log_likelihood_is_skipped_and_counted(tmp_path, entry):
    record = {"doc_id": 0, "doc": {}, "target": "", "arguments": {"gen_args_0": {"arg_0": ""}}, "resps": [["-6.0"]]}
    harness(tmp_path, "wikitext")
    samples = next(tmp_path.glob("samples_*"))
    samples.write_text(json.dumps(record | {"metrics": ["word_perplexity"], "word_perplexity": entry}))
    (log,) = read_lm_eval(tmp_path)
    (only,) = log.samples()
    assert only.scores == ()
    ((reason, count),) = log.skipped.items()
    assert (reason.startswith("scores of lm_eval:word_perplexity: "), count) == (True, 1)


def test_results_without_samples_are_named(tmp_path):
    harness(tmp_path)
    (tmp_path / "results_2026-02-01T00-00-00.0.json").write_text("{}")
    (log,) = read_lm_eval(tmp_path)
    assert log.notes == ("skipped results_2026-02-01T00-00-00.0.json: no samples beside it (--log_samples)",)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="--log_samples"):
        read_lm_eval(tmp_path / "empty")
