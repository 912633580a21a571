"""`aligntax import responses` from the configuration to the tables: clusters by a column, programs in the sandbox."""

from __future__ import annotations

import dataclasses
import json

import pytest
import yaml
from typer.testing import CliRunner

from flows.cli.app import app
from tasks.sandbox import NoSandbox, open_sandbox
from tasks.scorers import SCORERS
from warehouse.connection import Warehouse

SUMS = {"dimension": "capability", "domain": "reasoning", "scorer": "numeric", "metric": "accuracy"}
TASKS = [
    {
        "task_id": f"Test/{n}",
        "prompt": f'def plus(number):\n    """The number plus {n}."""\n',
        "entry_point": "plus",
        "canonical_solution": f"    return number + {n}\n",
        "test": f"def check(candidate):\n    assert candidate(2) == {2 + n}\n",
    }
    for n in range(3)
]


def imported(folder, benchmark, answers):
    """The warehouse after importing rows, or pairs of a question and a response."""
    config = {
        "warehouse": str(folder / "warehouse.duckdb"),
        "model_defaults": {"provider": "recorded"},
        "models": [{"id": "org/toy"}],
        "benchmarks": [benchmark],
        "thresholds": dict.fromkeys(
            ("max_truncated_rate", "max_filtered_rate", "max_unparsed_rate", "max_failed_rate")
        ),
    }
    (folder / "aligntax.yaml").write_text(yaml.safe_dump(config))
    rows = [row if isinstance(row, dict) else dict(zip(("question", "response"), row, strict=True)) for row in answers]
    (folder / "answers.jsonl").write_text("\n".join(map(json.dumps, rows)))
    asked = ["import", "responses", str(folder / "answers.jsonl"), "--benchmark", benchmark["id"], "--model", "org/toy"]
    for arguments in ([*asked, "--no-publish", "--as-of", "2026-01-31"], ["build"]):
        done = CliRunner().invoke(app, [*arguments, "--config", str(folder / "aligntax.yaml")], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return Warehouse.read(folder / "warehouse.duckdb")


@pytest.mark.parametrize(
    ("cluster_by", "clusters", "least", "most"), [(None, 40, 0.080, 0.081), ("topic", 8, 0.13, 0.19)]
)
def test_standard_errors_are_clustered_by_the_configured_column(tmp_path, cluster_by, clusters, least, most):
    """Half of the answers are right, and the five answers of a topic are all right or all wrong.

    By topic the 40 answers are worth 8. The standard deviation is 0.506: 0.506 / sqrt(40) is 0.080, and
    0.506 / sqrt(8) is 0.18.
    """
    rows = [{"question": f"How much is {n} + 1?", "answer": str(n + 1), "topic": f"t{n // 5}"} for n in range(40)]
    (tmp_path / "sums.jsonl").write_text("\n".join(map(json.dumps, rows)))
    define = {**SUMS, "fields": {"question": "question", "target": "answer"}}
    benchmark = {"id": "sums", "source": str(tmp_path / "sums.jsonl"), "define": define, "cluster_by": cluster_by}
    answers = [(row["question"], row["answer"] if int(row["topic"][1:]) % 2 else "0") for row in rows]
    with imported(tmp_path, benchmark, answers) as warehouse:
        (found,) = warehouse.rows(
            "select score, count_clusters, standard_error from reports.model_scores where subset = 'all'"
        )[1]
        assert found[:2] == (0.5, clusters)
        assert least < found[2] < most
        described = warehouse.rows("select cluster_meaning, verified from marts.dim_benchmark")[1]
        assert described == [(cluster_by or "item", "format")]


def programs(folder, answers, tasks=TASKS):
    """A warehouse with programs that were recorded for the first tasks, and run in the sandbox."""
    (folder / "HumanEval.jsonl").write_text("\n".join(map(json.dumps, tasks[: len(answers)])))
    return imported(folder, {"id": "humaneval", "source": str(folder / "HumanEval.jsonl")}, answers)


def one_program(folder):
    return programs(folder, [(TASKS[0]["prompt"], "    return number + 0\n")])


@pytest.fixture
def back_end():
    """The name of what the sandbox uses here."""
    try:
        with open_sandbox() as sandbox:
            return sandbox.back_end.name
    except NoSandbox as none:
        pytest.skip(str(none))


def test_recorded_programs_are_run_in_the_sandbox_and_scored(tmp_path, back_end):
    right, wrong, cheat = "    return number + 0\n", "    return number\n", "    import os\n    os._exit(0)\n"
    answers = [(task["prompt"], text) for task, text in zip(TASKS, (right, wrong, cheat), strict=True)]
    with programs(tmp_path, answers) as warehouse:
        found = warehouse.rows(
            "select benchmark_items.foreign_id, executions.verdict, executions.back_end, scores.outcome "
            "from raw.executions join marts.fct_scores as scores using (generation_id) "
            "join raw.benchmark_items using (item_id) order by 1"
        )[1]
        assert found == [
            ("Test/0", "pass", back_end, "correct"),
            ("Test/1", "assert", back_end, "incorrect"),
            ("Test/2", "exit", back_end, "incorrect"),
        ]
        assert warehouse.rows("select score from reports.model_scores where subset = 'all'")[1] == [
            (pytest.approx(1 / 3),)
        ]


@pytest.mark.accept
@pytest.mark.usefixtures("back_end")
@pytest.mark.parametrize(
    ("line", "is_beside"), [("assert candidate(2) == 2", False), ("assert candidate is plus", True)]
)
def test_an_item_shows_that_its_test_runs_in_the_program_s_process(tmp_path, line, is_beside):
    task = {**TASKS[0], "test": f"def check(candidate):\n    {line}\n"}
    with programs(tmp_path, [(task["prompt"], "    return number\n")], [task]):
        asked = ["item", "Test/0", "--live", "--config", str(tmp_path / "aligntax.yaml")]
    assert ("runs in the program's own process" in CliRunner().invoke(app, asked).output) is is_beside
    assert json.loads(CliRunner().invoke(app, [*asked, "--json"]).output)["is_beside"] is is_beside


@pytest.mark.usefixtures("back_end")
def test_rescoring_runs_the_programs_that_a_mended_rule_makes(tmp_path, monkeypatch):
    one_program(tmp_path).close()
    mended = dataclasses.replace(SCORERS["code"], version=99, program_rule=99)
    monkeypatch.setitem(SCORERS, "code", mended)
    done = CliRunner().invoke(app, ["rescore", "--scorer", "code", "--config", str(tmp_path / "aligntax.yaml")])
    assert (done.exit_code, "1 answers scored by code" in done.output) == (0, True), done.output
    with Warehouse.read(tmp_path / "warehouse.duckdb") as warehouse:
        assert warehouse.rows("select distinct scorer_version, value from marts.fct_scores")[1] == [(99, 1.0)]
        assert len(warehouse.rows("select runner from raw.executions")[1]) == 2


@pytest.mark.usefixtures("back_end")
def test_programs_can_be_run_again_and_both_verdicts_stay(tmp_path):
    with one_program(tmp_path) as warehouse:
        name = warehouse.path
    with Warehouse.open(name) as warehouse:  # as if a busy machine had ended it
        warehouse.rows("update raw.executions set verdict = 'timeout'")
        warehouse.rows("update raw.scores set value = 0, outcome = 'incorrect'")
    command = ["execute", "--again", "--benchmark", "humaneval", "--config", str(tmp_path / "aligntax.yaml")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "1 programs pass now and did not, 0 passed and do not" in done.output
    with Warehouse.read(name) as warehouse:
        assert warehouse.rows("select verdict from raw.executions order by executed_at")[1] == [("timeout",), ("pass",)]
        assert warehouse.rows("select value from raw.scores order by scored_at")[1] == [(0.0,), (1.0,)]
        assert warehouse.rows("select score from reports.model_scores where subset = 'all'")[1] == [(1.0,)]
    done = CliRunner().invoke(app, [*command[:3], "humanevil", *command[4:]])
    assert "humaneval" in str(done.exception)
    done = CliRunner().invoke(app, ["execute", *command[4:], "--json"])
    assert json.loads(done.output)["count_executed"] == 0


def test_imported_answers_that_were_blocked_or_cut_off_are_known_by_any_word_for_it(tmp_path):
    ends = ("stop", "MAX_TOKENS", "SAFETY", "content_filter: SPII")
    entry = {**SUMS, "fields": {"question": "q", "target": "a"}}
    (tmp_path / "items.jsonl").write_text(
        "".join(json.dumps({"q": f"1 + {n}", "a": f"{n + 1}"}) + "\n" for n in range(4))
    )
    benchmark = {"id": "sums", "define": entry, "source": str(tmp_path / "items.jsonl")}
    answers = [
        {"question": f"1 + {n}", "response": None if end == "SAFETY" else "I think", "stop_reason": end}
        for n, end in enumerate(ends)
    ]
    with imported(tmp_path, benchmark, answers) as warehouse:
        found = dict(
            warehouse.rows(
                "select finish_word, outcome from marts.fct_scores join raw.generations using (generation_id)"
            )[1]
        )
    assert found == dict(zip(ends, ("unparsed", "truncated", "filtered", "filtered"), strict=True))


def test_reasoning_and_the_words_for_an_ending_are_kept_and_a_null_that_ended_is_an_answer(tmp_path):
    rows = [{"question": f"What is {n} + 1?", "answer": str(n + 1)} for n in range(5)]
    (tmp_path / "sums.jsonl").write_text("\n".join(map(json.dumps, rows)))
    define = {**SUMS, "fields": {"question": "question", "target": "answer"}}
    said = [
        {"response": "1", "reasoning_content": "0 and 1.", "finish_reason": "eos"},
        {"response": None, "reasoning_content": "1 and", "finish_reason": "MAX_TOKENS"},
        {"response": None, "finish_reason": "SAFETY"},
        {"response": None, "finish_reason": None},
        {"response": "5", "finish_reason": "because"},
    ]
    answers = [{"question": row["question"], **each} for row, each in zip(rows, said, strict=True)]
    with imported(
        tmp_path, {"id": "sums", "source": str(tmp_path / "sums.jsonl"), "define": define}, answers
    ) as warehouse:
        landed = warehouse.rows(
            "select status, text, reasoning_text, finish_reason, finish_word from raw.generations order by all"
        )[1]
        assert landed == [
            ("answered", "", "1 and", "length", "MAX_TOKENS"),
            ("answered", "1", "0 and 1.", "stop", "eos"),
            ("answered", "5", None, "unknown", "because"),
            ("filtered", "", None, "content_filter", "SAFETY"),
        ]
        outcomes = warehouse.rows("select outcome, count(*) from marts.fct_scores group by all order by all")[1]
        assert outcomes == [("correct", 2), ("failed", 1), ("filtered", 1), ("truncated", 1)]
