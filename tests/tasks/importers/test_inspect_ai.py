"""Logs of Inspect: real ones against the figures in their headers, made-up ones for what the real ones do not hold."""

from __future__ import annotations

import zipfile
from statistics import fmean

import pyarrow as pa
import pytest

from tasks.domain import Outcome
from tasks.errors import InputError
from tasks.importers import inspect_ai
from tasks.importers.inspect_ai import read_inspect
from tests.support.foreign_logs import INSPECT, archive, sample


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
def test_a_score_is_read_or_skipped_with_a_reason(tmp_path, value, found):
    log = read_inspect(archive(tmp_path / "log.eval", [sample(scores={"s": {"value": value}})]))
    (only,) = log.samples()
    assert [(score.scorer, score.value, score.outcome) for score in only.scores] == found
    assert sum(log.skipped.values()) == (0 if found else 1)


def test_archive_members_compressed_with_zstandard_are_read(tmp_path):
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


def test_an_error_leaves_no_answer_and_a_token_limit_has_its_word(tmp_path):
    cut = sample(2)
    cut["output"]["choices"][0]["stop_reason"] = "max_tokens"
    path = archive(tmp_path / "log.eval", [sample(1, error={"message": "429"}), cut], status="cancelled")
    log = read_inspect(path)
    broken, kept = log.samples()
    assert (broken.response, broken.error, kept.finish_word) == (None, "429", "max_tokens")
    assert log.unfinished == "the log's status is cancelled"


@pytest.mark.parametrize(
    ("kind", "error", "word"),
    [
        ("token", None, "limit: token"),
        ("message", None, "limit: message"),
        ("time", "stopped by the limit on time", "limit: time"),
        ("cost", "stopped by the limit on cost", "limit: cost"),
        (None, None, "stop"),
    ],
)
def test_a_limit_cuts_an_answer_off_unless_it_is_one_of_time_or_money(tmp_path, kind, error, word):
    limited = sample(1, limit={"type": kind, "limit": 5} if kind else None)
    (found,) = read_inspect(archive(tmp_path / "log.eval", [limited])).samples()
    assert (found.error, found.finish_word) == (error, word)
    assert (found.response is None) == (error is not None)


def test_a_stop_reason_that_nobody_gave_is_none(tmp_path):
    unsaid = sample(1)
    unsaid["output"]["choices"][0]["stop_reason"] = "unknown"
    (found,) = read_inspect(archive(tmp_path / "log.eval", [unsaid])).samples()
    assert found.finish_word is None


@pytest.mark.parametrize(
    ("message", "reasoning"),
    [
        ({"content": "7"}, None),
        ({"content": "7", "reasoning": "3 and 4."}, "3 and 4."),
        ({"content": [{"type": "reasoning", "reasoning": "attachment://a"}, {"type": "text", "text": "7"}]}, "Long."),
        (
            {"content": [{"type": "reasoning", "reasoning": "", "summary": "Adds."}, {"type": "text", "text": "7"}]},
            "Adds.",
        ),
        ({"content": [{"type": "reasoning", "reasoning": "", "redacted": True}, {"type": "text", "text": "7"}]}, None),
    ],
)
def test_reasoning_is_kept_apart_from_the_answer(tmp_path, message, reasoning):
    thinking = sample(1, attachments={"a": "Long."})
    thinking["output"]["choices"][0]["message"] = message
    (found,) = read_inspect(archive(tmp_path / "log.eval", [thinking])).samples()
    assert (found.response, found.reasoning) == ("7", reasoning)


@pytest.mark.parametrize(
    ("value", "scores"),
    [
        (["C", "I", "C", "C"], [("inspect:s", 0.75)]),
        ([True, False], [("inspect:s", 0.5)]),
        ({"a": "C", "b": 0.5}, [("inspect:s.a", 1.0), ("inspect:s.b", 0.5)]),
        (["C", "?"], []),
        ([], []),
        (7, []),
        (None, [("inspect:s", None)]),
    ],
)
def test_a_score_is_a_value_a_list_of_them_or_several_by_name(tmp_path, value, scores):
    log = read_inspect(archive(tmp_path / "log.eval", [sample(1, scores={"s": {"value": value}})]))
    (found,) = log.samples()
    assert [(score.scorer, score.value) for score in found.scores] == scores
    assert sum(log.skipped.values()) == (not scores)


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"status": "success"}', b'{"eval": {"model": 1}}', b"PK\x03\x04"])
def test_a_file_that_is_not_a_log_is_refused_with_its_path(tmp_path, content):
    path = tmp_path / "log.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"log\.json"):
        read_inspect(path)


def test_a_sample_that_is_a_bomb_is_refused_by_name(tmp_path):
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as log:
        log.writestr("header.json", '{"eval": {"model": "m", "task": "t"}}')
        log.writestr("samples/1_epoch_1.json", b" " * 20_000_000)
    with pytest.raises(InputError, match=r"samples/1_epoch_1.json: [0-9,]+ packed bytes unpack to more than"):
        list(read_inspect(path).samples())
