"""Logs of other tools in the raw tables: runs, scores, and failures for missing answers."""

import json
from datetime import date

import pytest

from tasks import benchmarks
from tasks.errors import InputError
from tasks.importers.inspect_ai import read_inspect
from tasks.importers.lm_eval import read_lm_eval
from tasks.scorers import SCORERS
from tasks.settings import Overrides, load_settings
from tasks.steps.land import LogOptions, land_log
from tasks.steps.score import score
from tests.support.foreign_logs import INSPECT, archive, harness, sample
from tests.support.known import known_names
from warehouse.connection import Warehouse

CONFIG = """
model_defaults: {provider: recorded}
models:
  - {id: gpt-4o-mini, model: openai/gpt-4o-mini}
  - {id: gpt-4o, model: openai/gpt-4o}
  - {id: llama3.1, model: ollama/llama3.1}
  - {id: toy, model: org/toy}
benchmarks: [arithmetic]
"""
FACTS = ("runs", "cells", "plan", "generations", "failures", "scores", "items", "benchmark_items", "cell_events")


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "aligntax.yaml"
    path.write_text(CONFIG)
    return load_settings(
        path,
        environment={},
        known=known_names(benchmarks.known(), SCORERS),
        overrides=Overrides(),
        will_send=False,
    )


@pytest.fixture
def warehouse(settings):
    with Warehouse.open(settings.warehouse) as opened:
        yield opened


def land(warehouse, settings, log, **options):
    known = {"arithmetic": benchmarks.load("arithmetic")}
    return land_log(warehouse, settings, known, log, options=LogOptions(**options), as_of_date=date(2026, 1, 31))


def counts(warehouse):
    return {name: warehouse.rows(f"select count(*) from raw.{name}")[1][0][0] for name in FACTS}


@pytest.mark.parametrize("name", INSPECT)
def test_landing_an_inspect_log_twice_adds_its_answers_once(shared_data, settings, warehouse, name):
    path = shared_data / "data" / "inspect_logs" / name
    _, count, scorer, _ = INSPECT[name]
    first = land(warehouse, settings, read_inspect(path))
    once = counts(warehouse)
    assert (first.count_rows, first.count_new, once["scores"]) == (count, count, count if scorer else 0)
    again = land(warehouse, settings, read_inspect(path))
    assert (again.run_id, again.count_rows, again.count_new) == (first.run_id, count, 0)
    assert counts(warehouse) == once
    status = "complete" if scorer else "incomplete"
    assert warehouse.rows("select distinct status from raw.cell_events")[1] == [(status,)]


def test_answers_to_our_questions_get_our_score_in_addition_to_the_score_in_the_log(tmp_path, settings, warehouse):
    ours = benchmarks.load("arithmetic")
    asked = [
        sample(number, input=f"  {item.question}\n", target=item.target, scores={"match": {"value": "I"}})
        for number, item in enumerate(ours.items[:5], start=1)
    ]
    for one, item in zip(asked, ours.items, strict=False):
        one["output"]["choices"][0]["message"] = {"content": f"The answer is {item.target}."}
    foreign = sample(6, input="How tall is the Eiffel Tower?")
    log = read_inspect(archive(tmp_path / "log.eval", [*asked, foreign]))
    landed = land(warehouse, settings, log, benchmark="arithmetic")
    assert "skipped 1: toy: a question that the configured arithmetic does not ask" in landed.notes
    assert score(warehouse, landed.run_id) == 5
    assert warehouse.rows("select scorer, avg(value), count(*) from raw.scores group by scorer order by scorer")[1] == [
        ("inspect:match", 0.0, 5),
        ("numeric", 1.0, 5),
    ]
    assert warehouse.rows("select distinct benchmark_id, scorer, origin from raw.cells")[1] == [
        ("arithmetic", "numeric", "imported")
    ]


def test_items_are_paired_by_question_even_with_shuffled_ids_and_duplicates(tmp_path, settings, warehouse):
    questions = ["a?", "b?", "b?"]
    for name, order, model in (("one", [1, 2, 3], "toy"), ("two", [3, 1, 2], "gpt-4o")):
        asked = [sample(n, input=q, scores={"s": {"value": 1}}) for n, q in zip(order, questions, strict=True)]
        land(warehouse, settings, read_inspect(archive(tmp_path / f"{name}.eval", asked)), model=model)
    pairs = "select count(*) from raw.plan join raw.plan p using (item_id) where plan.run_id < p.run_id"
    assert warehouse.rows(pairs)[1] == [(3,)]


def test_errors_and_missing_repeats_become_failures_and_a_missing_score_becomes_not_run(tmp_path, settings, warehouse):
    given = {"s": {"value": 1}}
    asked = [
        sample(1, 1, given),
        sample(1, 2, given),
        sample(2, 1, given, input="other?"),
        sample(3, 1, given, input="third?", error={"message": "the server said 500"}),
        sample(3, 2, None, input="third?"),
    ]
    land(warehouse, settings, read_inspect(archive(tmp_path / "log.eval", asked)))
    assert warehouse.rows("select message from raw.failures order by 1")[1] == [
        ("the server said 500",),
        ("the source holds no answer",),
    ]
    assert warehouse.rows("select outcome, count(*) from raw.scores group by 1 order by 1")[1] == [
        ("correct", 3),
        ("not_run", 1),
    ]
    assert warehouse.rows("select count_items, count_repeats from raw.cells")[1] == [(3, 2)]


def test_the_cell_of_a_log_that_was_cut_short_is_incomplete(tmp_path, settings, warehouse):
    land(
        warehouse,
        settings,
        read_inspect(archive(tmp_path / "log.eval", [sample(scores={"s": {"value": 1}})], status="error")),
    )
    assert warehouse.rows("select status, reason from raw.cell_events")[1] == [
        ("incomplete", "the log's status is error, with 1 of unknown samples")
    ]


def test_each_lm_eval_answer_has_a_score_for_both_filters(tmp_path, settings, warehouse):
    for log in read_lm_eval(harness(tmp_path / "out")):
        landed = land(warehouse, settings, log)
    assert (landed.count_rows, landed.count_new) == (4, 4)
    assert warehouse.rows("select scorer, count(*), avg(value) from raw.scores group by 1 order by 1")[1] == [
        ("lm_eval:exact_match,flexible-extract", 4, 0.5),
        ("lm_eval:exact_match,strict-match", 4, 1.0),
    ]
    assert warehouse.rows("select scorer from raw.cells")[1] == [("lm_eval:exact_match,strict-match",)]


def test_for_an_unknown_model_the_error_shows_the_entry_to_add_and_nothing_lands(tmp_path, settings, warehouse):
    log = read_lm_eval(harness(tmp_path / "out", model="org/other"))[0]
    with pytest.raises(InputError, match=r"- \{id: other, provider: recorded, model: org/other\}"):
        land(warehouse, settings, log)
    assert set(counts(warehouse).values()) == {0}


def test_a_bad_line_near_the_end_of_a_log_lands_nothing(tmp_path, settings, warehouse):
    folder = harness(tmp_path / "out")
    with next(folder.glob("samples_*")).open("a") as file:
        file.write('\n{"doc_id": 1}')
    with pytest.raises(InputError, match=r"line 9 is not a sample of lm-eval \(KeyError"):
        land(warehouse, settings, read_lm_eval(folder)[0])
    assert set(counts(warehouse).values()) == {0}


def test_a_scorer_with_a_value_outside_0_to_1_is_no_proportion_anywhere(tmp_path, settings, warehouse):
    values = [{"bleu": {"value": bleu}, "match": {"value": 1}} for bleu in (0.0, 37.5, 0.5)]
    asked = [sample(number, input=f"{number}?", scores=scores) for number, scores in enumerate(values, start=1)]
    landed = land(warehouse, settings, read_inspect(archive(tmp_path / "log.eval", asked)))
    assert warehouse.rows("select scorer, count(*) from raw.scores group by all")[1] == [("inspect:match", 3)]
    assert "skipped 1: scores of inspect:bleu: values outside 0 to 1 are not proportions" in landed.notes


def test_further_responses_are_answers_where_ours_scores_them_and_else_counted(tmp_path, settings, warehouse):
    item = benchmarks.load("arithmetic").items[0]
    record = {
        "doc_id": 0,
        "doc": {"question": item.question},
        "target": item.target,
        "arguments": {"gen_args_0": {"arg_0": item.question, "arg_1": {}}},
        "resps": [[f"It is {item.target}.", "No idea.", f"{item.target}"]],
        "exact_match": 1.0,
    }
    other = record | {"doc": {"question": "How tall is the Eiffel Tower?"}}
    for name, content in (("arithmetic", record), ("towers", other)):
        folder = harness(tmp_path / name, name)
        next(folder.glob("samples_*")).write_text(json.dumps(content))
        landed = land(warehouse, settings, read_lm_eval(folder)[0])
    found = "select benchmark_id, repeat, text from raw.generations order by all"
    assert [row[:2] for row in warehouse.rows(found)[1]] == [
        ("arithmetic", 0),
        ("arithmetic", 1),
        ("arithmetic", 2),
        ("towers", 0),
    ]
    assert any(note.startswith("skipped 2: towers: further responses") for note in landed.notes)


def test_two_documents_under_one_id_are_two_items(tmp_path, settings, warehouse):
    folder = harness(tmp_path / "out")
    path = next(folder.glob("samples_*"))
    records = [json.loads(line) | {"doc_id": 0} for line in path.read_text().splitlines()]
    path.write_text("\n".join(map(json.dumps, records)))
    landed = land(warehouse, settings, read_lm_eval(folder)[0])
    assert landed.count_rows == 4
    assert warehouse.rows("select count(distinct item_id), max(repeat) from raw.generations")[1] == [(4, 0)]
