"""Logs of other tools: real ones against their published figures, made-up ones for what the real ones do not hold."""

import json
import math
import zipfile
from statistics import fmean

import pyarrow as pa
import pytest

from tasks.domain import Outcome
from tasks.errors import InputError
from tasks.importers import inspect_ai
from tasks.importers.every_eval_ever import read_every_eval_ever
from tasks.importers.inspect_ai import read_inspect
from tasks.importers.lm_eval import read_lm_eval
from tasks.importers.log import as_value, benchmarks_of

# file: task, model, samples, scorer and its mean as the log's own header has it
INSPECT = {
    "2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval": ("popularity", 10, None, None),
    "2025-02-11T15-18-04-05-00_popularity_mj7khqpMM4GBCfVQozKgzB.eval": ("popularity", 10, "inspect:match", 0.8),
    "2025-05-12T20-28-13-04-00_popularity.json": ("popularity", 3, "inspect:match", 2 / 3),
    "2025-05-12T20-28-26-04-00_security-guide.json": ("security_guide", 3, "inspect:model_graded_fact", 1.0),
    "log_formats.json": ("popularity", 1, "inspect:match", 0.0),
    "mmlu-no-summary-choices.eval": ("inspect_evals/mmlu_0_shot", 1, "inspect:choice", 0.0),
    "mmlu-summary-choices.eval": ("inspect_evals/mmlu_0_shot", 1, "inspect:choice", 0.0),
}


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("name", INSPECT)
def test_inspect_logs_have_the_samples_and_scores_of_their_headers(shared_data, monkeypatch, name, is_streamed):
    if is_streamed:
        monkeypatch.setattr(inspect_ai, "_WHOLE_BYTES", 0)
    task, count, scorer, mean = INSPECT[name]
    log = read_inspect(shared_data / "data" / "inspect_logs" / name)
    samples = list(log.samples())
    assert ({sample.task for sample in samples}, len(samples)) == ({task}, count)
    assert all(sample.response and sample.question and "attachment" not in sample.question for sample in samples)
    assert all(sample.tokens_input and sample.tokens_output for sample in samples)
    values = [score.value for sample in samples for score in sample.scores]
    assert {score.scorer for sample in samples for score in sample.scores} == ({scorer} if scorer else set())
    assert (fmean(values) if values else None) == (pytest.approx(mean) if scorer else None)
    assert not log.skipped


def archive(path, samples, *, compression=zipfile.ZIP_DEFLATED, status="success"):
    header = {"status": status, "eval": {"task": "toy", "model": "org/toy", "task_version": 2}}
    with zipfile.ZipFile(path, "w", compression) as zipped:
        for sample in samples:
            zipped.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
        zipped.writestr("header.json", json.dumps(header))
    return path


def sample(number=1, epoch=1, scores=None, **others):
    output = {"model": "toy", "choices": [{"message": {"content": "7"}, "stop_reason": "stop"}]}
    return {
        "id": number,
        "epoch": epoch,
        "input": "3 + 4?",
        "target": "7",
        "output": output,
        "scores": scores,
        **others,
    }


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("C", [("inspect:s", 1.0, Outcome.CORRECT)]),
        ("P", [("inspect:s", 0.5, Outcome.PARTIAL)]),
        (True, [("inspect:s", 1.0, Outcome.CORRECT)]),
        (float("nan"), [("inspect:s", None, Outcome.NOT_RUN)]),
        ({"a": 1, "b": 0}, [("inspect:s.a", 1.0, Outcome.CORRECT), ("inspect:s.b", 0.0, Outcome.INCORRECT)]),
        ("r", []),
        (7, []),
    ],
)
def test_a_verdict_is_read_or_skipped_with_a_reason_but_never_guessed(tmp_path, value, found):
    log = read_inspect(archive(tmp_path / "log.eval", [sample(scores={"s": {"value": value}})]))
    (only,) = log.samples()
    assert [(score.scorer, score.value, score.outcome) for score in only.scores] == found
    assert sum(log.skipped.values()) == (0 if found else 1)


def test_members_compressed_with_zstandard_are_read(tmp_path):
    path = archive(tmp_path / "log.eval", [sample()], compression=zipfile.ZIP_STORED)
    # Python 3.11 cannot write such members: store the compressed bytes and say afterwards what they are.
    with zipfile.ZipFile(path) as plain:
        members = {info.filename: plain.read(info) for info in plain.infolist()}
    codec = pa.Codec("zstd")
    packed = {name: bytes(codec.compress(content, asbytes=True)) for name, content in members.items()}
    with zipfile.ZipFile(path, "w") as zipped:
        for name, content in packed.items():
            zipped.writestr(name, content)
        for info in zipped.infolist():
            info.compress_type, info.file_size = 93, len(members[info.filename])
    assert [s.response for s in read_inspect(path).samples()] == ["7"]


def test_an_error_is_no_answer_and_a_limit_is_a_cut_answer(tmp_path):
    cut = sample(2)
    cut["output"]["choices"][0]["stop_reason"] = "max_tokens"
    path = archive(tmp_path / "log.eval", [sample(1, error={"message": "429"}), cut], status="cancelled")
    log = read_inspect(path)
    broken, kept = log.samples()
    assert (broken.response, broken.error, kept.finish_reason) == (None, "429", "length")
    assert log.unfinished == "the log's status is cancelled"


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"status": "success"}', b'{"eval": {"model": 1}}', b"PK\x03\x04"])
def test_what_is_no_log_is_refused_with_its_path(tmp_path, content):
    path = tmp_path / "log.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"log\.json"):
        read_inspect(path)


def harness(folder, task="gsm8k", model="org/toy", time="2026-01-31T10-00-00.123456", **results):
    folder.mkdir(parents=True, exist_ok=True)
    records = [
        {
            "doc_id": number,
            "doc": {"question": f"{number} + 1?"},
            "target": str(number + 1),
            "arguments": {"gen_args_0": {"arg_0": "shots", "arg_1": {"until": ["\n"]}}},
            "resps": [[f"It is {number + 1}."]],
            "filtered_resps": [str(number + 1)],
            "filter": chosen,
            "metrics": ["exact_match", "bleu"],
            "exact_match": float(chosen == "strict-match" or number < 2),
            "bleu": 37.5,
        }
        for chosen in ("strict-match", "flexible-extract")
        for number in range(4)
    ]
    (folder / f"samples_{task}_{time}.jsonl").write_text("\n".join(map(json.dumps, records)))
    (folder / f"results_{time}.json").write_text(json.dumps({"model_name": model, "versions": {task: 3}, **results}))
    return folder


def test_lm_eval_samples_carry_each_filter_as_a_scorer_of_its_own(tmp_path):
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
        "scores of lm_eval:bleu,strict-match: values outside 0 to 1 are no proportions": 4,
        "scores of lm_eval:bleu,flexible-extract: values outside 0 to 1 are no proportions": 4,
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


def test_a_text_that_is_weighed_whole_has_the_mean_probability_of_its_words(tmp_path):
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
def test_what_weighs_no_text_is_skipped_and_said(tmp_path, entry):
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


def instance(number, **others):
    return {
        "schema_version": "0.2.1",
        "model_id": "org/toy",
        "evaluation_name": "sums",
        "sample_id": str(number),
        "interaction_type": "single_turn",
        "input": {"raw": f"{number} + 1?", "reference": [str(number + 1)], "choices": None},
        "output": {"raw": [str(number + 1)]},
        "answer_attribution": [{"extracted_value": str(number + 1)}],
        "evaluation": {"score": 1.0, "is_correct": True},
        **others,
    }


def test_every_eval_ever_instances_are_found_through_their_aggregate(tmp_path):
    records = [
        instance(1),
        instance(1),
        instance(2, evaluation={"score": 87.0, "is_correct": False}),
        instance(3, error="timeout"),
        instance(4, output=None, messages=[{"role": "user", "content": "?"}, {"role": "assistant", "content": "5"}]),
    ]
    (tmp_path / "a_samples.jsonl").write_text("\n".join(map(json.dumps, records)))
    aggregate = tmp_path / "a.json"
    aggregate.write_text(json.dumps({"detailed_evaluation_results": {"file_path": "data/x/a_samples.jsonl"}}))
    log = read_every_eval_ever(aggregate)
    samples = list(log.samples())
    assert [(s.item, s.repeat, s.response) for s in samples] == [
        *(("1", 0, "2"), ("1", 1, "2"), ("2", 0, "3"), ("3", 0, None), ("4", 0, "5"))
    ]
    assert samples[2].scores[0].value == 0.0
    assert list(log.skipped.values()) == [1]
    (tmp_path / "a_samples.jsonl").unlink()
    with pytest.raises(InputError, match="an aggregate whose items are not here"):
        read_every_eval_ever(aggregate)


@pytest.mark.parametrize(
    ("task", "first"), [("inspect_evals/mmlu_0_shot", "mmlu"), ("leaderboard_bbh_snarks", "bbh"), ("gsm8k", "gsm8k")]
)
def test_a_task_proposes_benchmarks_of_ours(task, first):
    assert first in list(benchmarks_of(task))


def test_a_value_is_a_proportion():
    assert [as_value(raw) for raw in (None, "0.5", True, "no")] == [None, 0.5, 1.0, 0.0]
    for raw in (-1, 2, "maybe", [1], 10**400):
        with pytest.raises(ValueError, match="proportions"):
            as_value(raw)
