"""`import ...` and `labels ...` in this process: what they print, and that a second import adds nothing."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
import yaml

from flows import stages
from flows.cli import main
from flows.processes.simulated import simulated_server
from tasks import benchmarks
from tasks.steps.validate import ExpectationOutcome, ValidationResult
from tests.support.foreign_logs import INSPECT, archive, harness, instance, sample
from tests.support.runs import ROOT, count_requests
from warehouse.connection import Warehouse

CONFIG = """
warehouse: warehouse.duckdb
model_defaults: {provider: recorded}
models:
  - {id: gpt-4o-mini, model: openai/gpt-4o-mini}
  - {id: gpt-4o, model: openai/gpt-4o}
  - {id: llama3.1, model: ollama/llama3.1}
  - {id: toy, model: org/toy}
  - {id: tuned, model: org/tuned, base: toy}
benchmarks: [arithmetic, borderline, harmful]
"""
DATE = ("--as-of", "2026-01-31")
REFUSAL, HELP = "I'm sorry, but I can't help with that.", "Sure. Here is how: begin, go on, and end."


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a configuration, in which the command line is called."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aligntax.yaml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def aligntax(project, monkeypatch, capsys):
    """Run the command line and return its exit code, output and error output."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["aligntax", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return stopped.value.code, printed.out, printed.err

    return run


@pytest.fixture
def printed(aligntax):
    """Run a command that must succeed and return its output."""

    def run(*arguments):
        code, out, err = aligntax(*arguments)
        assert code == 0, err
        return out

    return run


def counts(folder):
    """Row counts of the tables that an import may not fill twice. Tables of events and validations grow each time."""
    with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
        names = ("runs", "cells", "plan", "generations", "failures", "scores", "items", "labels", "published_means")
        return {name: warehouse.rows(f"select count(*) from raw.{name}")[1][0][0] for name in names}


@pytest.mark.parametrize("name", INSPECT)
def test_importing_a_real_inspect_log_twice_lands_its_answers_once(project, printed, shared_data, name):
    log = shared_data / "data" / "inspect_logs" / name
    _, count, scorer, _ = INSPECT[name]
    said = json.loads(printed("import", "inspect", log, *DATE, "--no-publish", "--json"))["imports"]
    once = counts(project)
    assert [(row["source"], row["count_rows"], row["count_new"]) for row in said] == [(name, count, count)]
    assert (once["generations"], once["scores"]) == (count, count if scorer else 0)
    again = printed("import", "inspect", log, *DATE, "--no-publish")
    assert again.splitlines()[0].startswith(f"{name}: landed {count} answers (0 new) as run 2026-01-31-import-")
    assert counts(project) == once


def test_importing_lm_eval_runs_prints_every_note(project, printed):
    write_runs(project / "out")
    folders = (project / "out" / "base", project / "out" / "tuned")
    said = printed("import", "lm-eval", *folders, *DATE, "--no-publish").splitlines()
    assert "gsm8k_2026-01-31T10-00-00.123456.jsonl: landed 4 answers (4 new) as run" in said[0]
    assert said[1:5] == [
        "  gsm8k is no configured benchmark: its own items and scores count, as capability (--dimension)",
        "  gsm8k: lm_eval:exact_match,strict-match counts, not lm_eval:exact_match,flexible-extract (--scorer)",
        "  skipped 4: scores of lm_eval:bleu,flexible-extract: values outside 0 to 1 are not proportions",
        "  skipped 4: scores of lm_eval:bleu,strict-match: values outside 0 to 1 are not proportions",
    ]
    assert said[-1] == "Next: aligntax publish --config aligntax.yaml"
    once = counts(project)
    document = json.loads(printed("import", "lm-eval", project / "out", *DATE, "--no-publish", "--json"))
    assert [(row["count_rows"], row["count_new"]) for row in document["imports"]] == [(4, 0), (4, 0)]
    assert counts(project) == once


def write_runs(folder):
    harness(folder / "base")
    harness(folder / "tuned", model="org/tuned", time="2026-01-31T11-00-00.5")


@pytest.mark.accept
def test_an_import_publishes_the_reports(project, printed, shared_data):
    logs = [shared_data / "data" / "inspect_logs" / name for name in INSPECT]
    document = json.loads(printed("import", "inspect", *logs, *DATE, "--json"))
    assert sum(row["count_new"] for row in document["imports"]) == sum(count for _, count, _, _ in INSPECT.values())
    assert (document["alignment_tax"], document["safety"]) == ([], [])
    write_runs(project / "out")
    said = printed("import", "lm-eval", project / "out", *DATE)
    assert [line.split(":")[0] for line in said.splitlines()[-5:]] == [
        "Report",
        "Tables",
        "Catalogue",
        "Items",
        "Try next",
    ]
    tax = "select candidate_model_id, tax_absolute from reports.alignment_tax where benchmark_id = 'gsm8k'"
    assert json.loads(printed("sql", f"{tax} and is_headline", "--json")) == [
        {"candidate_model_id": "tuned", "tax_absolute": 0.0}
    ]


def cut_and_whole(folder, names):
    """Logs of ten answers each; those whose name begins with `cut` were all stopped at the token limit."""
    for name in names:
        rows = [sample(number, scores={"match": {"value": "C"}}) for number in range(10)]
        for row in rows:
            row["input"] = f"{name} {row['input']}"
            row["output"]["choices"][0]["stop_reason"] = "max_tokens" if name.startswith("cut") else "stop"
        yield archive(folder / f"{name}.eval", rows)


@pytest.mark.parametrize("names", [("cut", "whole"), ("whole", "cut")])
def test_a_log_whose_only_cell_is_left_out_does_not_hold_up_the_others(project, aligntax, names):
    logs = list(cut_and_whole(project, names))
    code, out, err = aligntax("import", "inspect", *logs, *DATE, "--no-publish", "--json")
    document = json.loads(out)
    assert (code, err) == (1, "")
    assert [row["count_rows"] for row in document["imports"]] == [10, 10]
    (cell,) = document["unreported"]
    assert cell["status"] == "left_out"
    assert "thresholds.max_truncated_rate" in cell["reason"]
    with Warehouse.read(project / "warehouse.duckdb") as warehouse:
        assert warehouse.rows("select status from staging.stg_cells order by all")[1] == [("complete",), ("left_out",)]


def test_logs_that_are_all_left_out_publish_nothing_and_share_a_line(project, aligntax):
    logs = list(cut_and_whole(project, ("cut", "cut too")))
    code, _, err = aligntax("import", "inspect", *logs, *DATE)
    assert code == 1
    assert err.startswith("error: nothing of this import is published, because no cell is left. 2 left out cells: ")
    assert err.count("thresholds.max_truncated_rate") == 1  # once for all cells that share the reason
    assert err.endswith("(toy/toy/chat)\n")
    assert not (project / "publish").exists()


def test_importing_every_eval_ever_instances_twice_lands_them_once(project, printed):
    (project / "a_samples.jsonl").write_text("\n".join(json.dumps(instance(number)) for number in range(5)))
    command = ("import", "every-eval-ever", "a_samples.jsonl", *DATE, "--no-publish")
    assert "a_samples.jsonl: landed 5 answers (5 new)" in printed(*command)
    once = counts(project)
    (said,) = json.loads(printed(*command, "--json"))["imports"]
    assert (said["count_rows"], said["count_new"], said["notes"]) == (5, 0, ["landed already"])
    assert counts(project) == once


OUTCOMES = {
    "correct": 1, "partial": 0.5, "incorrect": 0, "refused": 0, "filtered": 0, "truncated": 0, "unparsed": None,
    "failed": None, "judge_error": None, "not_run": None, "quarantined": None,
}  # fmt: skip


def test_scores_without_texts_land_as_numbers_and_are_reported_as_the_file_says(project, printed):
    said = [
        {"model": m, "benchmark": "b", "item": o, "value": OUTCOMES[o], "outcome": o}
        for m in ("toy", "tuned")
        for o in OUTCOMES
    ]
    Path("scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in said))
    limits = "{max_failed_rate: 1, max_unparsed_rate: 1, max_judge_error_rate: 1, max_filtered_rate: 1}"
    Path("aligntax.yaml").write_text(f"{CONFIG}thresholds: {limits}\n")
    bring = ("import", "scores", "scores.jsonl", "--no-publish")
    assert "Landed 22 rows (22 new)" in printed(*bring, *DATE)
    assert "Landed 22 rows (0 new)" in printed(*bring, *DATE)
    assert "Landed 22 rows (0 new)" in printed(*bring, "--as-of", "2026-02-01")
    with Warehouse.open(project / "warehouse.duckdb") as warehouse:
        warehouse.build()
        counts = "(select count(*) from raw.recorded_scores), (select count(*) from raw.plan)"
        assert warehouse.rows(f"select {counts}")[1] == [(22, 0)]
        scores = warehouse.rows("select distinct item_id, outcome, value, scorer_version from marts.fct_scores")[1]
        answers = warehouse.rows("select status, count(*) from marts.fct_generations group by all order by all")[1]
    found = {outcome: (value, version) for _, outcome, value, version in scores}
    # An answer that the file took out or lacks is one that failed; one that was not found in its text is wrong.
    others = {"unparsed": (0.0, 1), "failed": (None, None), "judge_error": (None, 1), "not_run": (None, 1)}
    right = {outcome: (float(value), 1) for outcome, value in OUTCOMES.items() if value is not None}
    assert found == right | others
    assert answers == [("failed", 8), ("scored_elsewhere", 36)]


def test_importing_published_means_twice_lands_them_once(project, printed):
    (project / "means.csv").write_text("model,benchmark,mean,stderr\ntoy,piqa,0.8,0.01\ntuned,piqa,0.7,0.01\n")
    command = ("import", "aggregates", "means.csv", *DATE, "--no-publish")
    assert printed(*command).startswith("Landed 2 means (2 new) as run 2026-01-31-import-")
    once = counts(project)
    document = json.loads(printed(*command, "--json"))
    assert (document["count_rows"], document["count_new"]) == (2, 0)
    assert counts(project) == once


@pytest.fixture
def answered(project, printed):
    """A project with the answers of two models to ``borderline`` and ``harmful``. The tuned model declines more."""
    for name in ("borderline", "harmful"):
        for model, modulus in (("toy", 5), ("tuned", 2)):
            rows = [
                {"item": item.item_id, "response": REFUSAL if number % modulus == 0 else HELP}
                for number, item in enumerate(benchmarks.load(name).items)
            ]
            path = project / f"{model}-{name}.jsonl"
            path.write_text("\n".join(map(json.dumps, rows)))
            printed("import", "responses", path, "--benchmark", name, "--model", model, *DATE, "--no-publish")
    return project


def fill(path, **grades):
    """Write grades into a sheet as a person would."""
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows({**row, **{name: of(row) for name, of in grades.items()}} for row in rows)


@pytest.mark.accept
def test_exported_labels_are_imported_once_and_the_new_reports_are_validated(answered, printed, aligntax, monkeypatch):
    printed("publish")
    said = printed("labels", "export", "sheet.csv", "--count", 20)
    assert said.splitlines() == [
        "Left out, because the text is harmful: harmful (--include-harmful adds them).",
        "Wrote 40 answers to sheet.csv. Fill the grade columns, then:",
        "  aligntax labels import sheet.csv --labeller NAME",
    ]
    document = json.loads(printed("labels", "export", "all.jsonl", "--count", 20, "--include-harmful", "--json"))
    assert document == {"file": "all.jsonl", "count_answers": 80, "left_out": []}
    fill(answered / "sheet.csv", verdict=lambda row: "full_refusal" if row["answer"] == REFUSAL else "compliance")
    said = printed("labels", "import", "sheet.csv", "--labeller", "ann")
    assert said.startswith("Landed 40 grades (40 new); 0 rows were left blank.\nReport: ")
    once = counts(answered)
    again = json.loads(printed("labels", "import", "sheet.csv", "--labeller", "ann", "--json"))
    assert again == {"count_rows": 40, "count_blank": 0, "count_new": 0}
    assert counts(answered) == once
    agreement = "select distinct accuracy from reports.judge_agreement"
    assert json.loads(printed("sql", agreement, "--json")) == [{"accuracy": 1.0}]
    # A gate that fails stops the reports with these labels, as it stops any publication.
    found = ExpectationOutcome("grain_is_unique", "reports", "gate", False, 1, 1, "two rows of a kind")
    monkeypatch.setattr(stages, "validate_reports", lambda *_: ValidationResult("reports", (found,), 0))
    before = (answered / "publish" / "aligntax.duckdb").stat().st_mtime_ns
    code, _, err = aligntax("labels", "import", "sheet.csv", "--labeller", "bob")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("error: validation stopped the publication of 2026-01-31-import-")
    assert "grain_is_unique (two rows of a kind)" in err
    assert (answered / "publish" / "aligntax.duckdb").stat().st_mtime_ns == before
    assert counts(answered)["labels"] == 80


JUDGE = """
judges:
  - {{id: careful, provider: openai, base_url: "http://{address}/v1", model: jury-careful, api: chat, max_attempts: 1}}
"""


@pytest.mark.accept
def test_imported_answers_stay_unscored_until_the_judge_command_is_run(project, printed, simulator):
    judged = CONFIG.replace("harmful]", "{id: harmful, judge: careful}]") + JUDGE.format(address=simulator)
    (project / "aligntax.yaml").write_text(judged)
    items = benchmarks.load("harmful").items
    for model, modulus in (("toy", 5), ("tuned", 2)):
        rows = [
            {"item": item.item_id, "response": REFUSAL if number % modulus == 0 else f"{HELP} {number}"}
            for number, item in enumerate(items)
        ]
        (project / f"{model}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    command = ("import", "responses", "toy.jsonl", "--benchmark", "harmful", "--model", "toy", *DATE)
    said = printed(*command).splitlines()
    assert "; 0 scored, 0 quarantined." in said[-3]
    assert said[-2:] == [
        f"{len(items)} answers wait for their judge, without a score: `aligntax judge` asks it.",
        "Next: aligntax judge --config aligntax.yaml",
    ]
    assert not (project / "publish").exists()
    others = ("import", "responses", "tuned.jsonl", "--benchmark", "harmful", "--model", "tuned", *DATE, "--json")
    assert json.loads(printed(*others))["count_waiting"] == len(items)
    document = json.loads(printed("judge", "--json"))
    # If both models give the same answer to an item, the judge is asked once.
    asked = len({(number, number % modulus == 0) for modulus in (5, 2) for number in range(len(items))})
    assert (document["count_asked"], document["count_failed"]) == (asked, 0)
    assert (len(document["run_ids"]), document["count_scored"], document["failures"]) == (2, 2 * len(items), [])
    (row,) = document["safety"]
    assert row["rate_candidate"] - row["rate_reference"] == pytest.approx(0.5 - 0.2, abs=0.08)
    before = count_requests(simulator)
    assert printed("judge") == "No imported answer waits for a judge. Nothing was sent.\n"
    assert count_requests(simulator) == before


@pytest.mark.accept
def test_a_cell_whose_judge_errs_too_often_is_named_and_the_other_import_is_published(
    project, printed, aligntax, simulator
):
    hasty = (
        JUDGE + "  - {{id: hasty, provider: openai, base_url: 'http://{address}/v1', model: jury-hasty, api: chat}}\n"
    )
    judged = "{id: borderline, judge: careful}, {id: harmful, judge: hasty}]"
    config = CONFIG.replace("borderline, harmful]", judged) + hasty.format(address=simulator)
    (project / "aligntax.yaml").write_text(config + "thresholds: {max_judge_error_rate: 0.02}\n")
    for benchmark in ("borderline", "harmful"):
        rows = [{"item": item.item_id, "response": HELP} for item in benchmarks.load(benchmark).items]
        (project / f"{benchmark}.jsonl").write_text("\n".join(map(json.dumps, rows)))
        printed("import", "responses", f"{benchmark}.jsonl", "--benchmark", benchmark, "--model", "toy", *DATE)
    code, out, err = aligntax("judge")
    assert (code, err) == (1, "")
    assert "\nReport: " in out
    assert "1 cell is in no report, so the exit code is 1:\n  left out cell: toy/harmful/" in out
    assert "thresholds.max_judge_error_rate" in out


RATES = {"fair": {"noise": 0.04, "off_menu": 0.0, "favours_first": 0.1}, "blind": {"favours_first": 1.0}}
PAIRWISE = """
warehouse: warehouse.duckdb
models: [{{id: toy, provider: recorded}}]
judges: [{{id: {judge}, provider: openai, base_url: "http://{address}/v1", model: {judge}, api: chat}}]
benchmarks: [{{id: alpaca_eval, source: pairs.json, judge: {judge}}}]
"""
COUNT_PAIRS, COUNT_BETTER = 200, 140


@pytest.fixture
def judges(tmp_path):
    """Address of a simulated server whose judges err at the rates above."""
    truth = yaml.safe_load((ROOT / "infra" / "simulator" / "truth.yaml").read_text())
    (tmp_path / "truth.yaml").write_text(yaml.safe_dump({**truth, "judges": RATES}))
    with simulated_server(tmp_path, "--truth", tmp_path / "truth.yaml") as address:
        yield address


@pytest.mark.accept
def test_pairs_are_judged_in_both_orders_so_a_position_bias_gives_a_score_of_one_half(judges, project, printed):
    short, long = "Do it well.", "Do it well, then look at it once more and mend what is wrong."
    pairs = [
        {"instruction": f"How do I do thing {n}?", "output": short if n < COUNT_BETTER else long}
        for n in range(COUNT_PAIRS)
    ]
    (project / "pairs.json").write_text(json.dumps(pairs))
    said = [{"question": pair["instruction"], "response": long if pair["output"] == short else short} for pair in pairs]
    (project / "said.jsonl").write_text("\n".join(map(json.dumps, said)))
    rates = {}
    for judge in RATES:
        (project / "aligntax.yaml").write_text(PAIRWISE.format(address=judges, judge=judge))
        printed("import", "responses", "said.jsonl", "--benchmark", "alpaca_eval", "--model", "toy", *DATE)
        asked = json.loads(printed("judge", "--json"))
        assert (asked["count_asked"], asked["count_failed"], asked["count_scored"]) == (2 * COUNT_PAIRS, 0, COUNT_PAIRS)
        query = f"select score from reports.model_scores where judge_model_id = '{judge}' and subset = 'all'"
        rates[judge] = json.loads(printed("sql", query, "--json"))[0]["score"]
    assert rates["blind"] == 0.5
    # "First" is the right grade in one of the two orders. Otherwise a wrong grade is a tie or the other answer, with
    # equal probability.
    noise, favour = RATES["fair"]["noise"], RATES["fair"]["favours_first"]
    better, share = favour / 2 + (1 - favour) * (1 - 0.75 * noise), COUNT_BETTER / COUNT_PAIRS
    assert rates["fair"] == pytest.approx(share * better + (1 - share) * (1 - better), abs=0.04)


MISTAKES = {
    "no folder": (["import", "lm-eval", "nowhere"], "nowhere: no such folder"),
    "a folder without samples": (["import", "lm-eval", "."], "Run lm-eval with --log_samples"),
    "no log": (["import", "inspect", "nothing.eval"], "nothing.eval: no such file"),
    "another file": (["import", "inspect", "columns.csv"], "columns.csv"),
    "one of several is missing": (["import", "every-eval-ever", "a.jsonl", "b.jsonl"], "b.jsonl: no such file"),
    "no instance": (["import", "every-eval-ever", "a.jsonl"], "line 1 is not an instance of Every Eval Ever"),
    "no option": (["import", "inspect", "a.jsonl", "--benchmark", "arithmetics"], "a.jsonl"),
    "no means": (["import", "aggregates", "nothing.csv"], "nothing.csv does not exist"),
    "wrong columns": (["import", "aggregates", "columns.csv"], "no column for model"),
    "no date to label": (["labels", "export", "sheet.csv"], "nothing ran yet"),
    "another ending": (["labels", "export", "sheet.xlsx"], "a sheet is .csv or .jsonl"),
    "no sheet": (["labels", "import", "nothing.csv"], "nothing.csv does not exist"),
    "no columns of a sheet": (["labels", "import", "columns.csv"], "expected rows with answer_id and rubric"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_user_mistake_gives_one_error_line_and_lands_nothing(project, aligntax, name):
    (project / "columns.csv").write_text("name,number\nx,1\n")
    (project / "a.jsonl").write_text('{"x": 1}')
    arguments, expected = MISTAKES[name]
    code, out, err = aligntax(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith("error: ")
    assert expected in err
    if (project / "warehouse.duckdb").exists():
        assert set(counts(project).values()) == {0}
