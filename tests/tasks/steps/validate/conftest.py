"""A small consistent warehouse: two simulated models, 40 sums asked twice and 12 harmful requests asked once."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from warehouse.connection import Warehouse

RUN = "2026-01-10-nightly-0a1b2c3d"
STARTED = datetime(2026, 1, 10, 1, tzinfo=UTC)
MODELS = {"base": "tiny-7b", "aligned": "tiny-7b-instruct"}
BENCHMARKS = {"sums": ("capability", "reasoning", 40, 2), "harm": ("safety", "safety", 12, 1)}
# The aligned model has no answer to this item, so coverage is incomplete and the bounds are wide.
UNANSWERED = ("aligned", "sums", 39)


def asked():
    """Model, benchmark, item number and repeat of every planned answer."""
    return [
        (model, benchmark, item, repeat)
        for model in MODELS
        for benchmark, (_, _, count_items, count_repeats) in BENCHMARKS.items()
        for item in range(count_items)
        for repeat in range(count_repeats)
    ]


def cell_id(model, benchmark):
    return f"{model}/{benchmark}/chat"


def generation_id(model, benchmark, item, repeat):
    return f"{model}-{benchmark}-{item:02d}-{repeat}"


def run_frames():
    run = {
        "run_id": RUN,
        "kind": "nightly",
        "as_of_date": date(2026, 1, 10),
        "partition_key": "2026-01-10",
        "config_hash": "c",
        "plan_hash": "0a1b2c3d",
        "code_version": "0",
        "max_age_days": 7,
        "started_at": STARTED,
    }
    models = [
        {
            "run_id": RUN,
            "model_id": model,
            "model_version": f"{model}-v1",
            "family": "tiny",
            "provider": "openai",
            "endpoint": "local",
            "api": "chat",
            "model_name": name,
            "parameters_json": "{}",
            "is_simulated": True,
        }
        for model, name in MODELS.items()
    ]
    pair = {
        "run_id": RUN,
        "kind": "tax",
        "family": "tiny",
        "reference_model_id": "base",
        "candidate_model_id": "aligned",
        "differs": "",
    }
    event = {"run_id": RUN, "event": "started", "happened_at": STARTED}
    return {"raw.runs": [run], "raw.models": models, "raw.pairs": [pair], "raw.run_events": [event]}


def benchmark_frames():
    benchmarks = [
        {
            "benchmark_id": benchmark,
            "benchmark_version": "v1",
            "title": benchmark,
            "dimension": dimension,
            "domain": domain,
            "metric": "accuracy",
            "scorer": "exact",
            "chance_score": 0.0,
            "higher_is_better": True,
            "is_harmful_text": False,
            "cluster_meaning": "none",
            "licence": "none",
            "citation": "none",
            "pitfalls": "",
        }
        for benchmark, (dimension, domain, _, _) in BENCHMARKS.items()
    ]
    members = [
        {
            "benchmark_id": benchmark,
            "benchmark_version": "v1",
            "item_id": f"{benchmark}-{item:02d}",
            "cluster_id": f"{benchmark}-{item:02d}",
            "subset": "even" if item % 2 == 0 else "odd",
            "chance_score": 0.0,
        }
        for benchmark, (_, _, count_items, _) in BENCHMARKS.items()
        for item in range(count_items)
    ]
    items = [{"item_id": member["item_id"], "choices_json": "[]"} for member in members]
    return {"raw.benchmarks": benchmarks, "raw.benchmark_items": members, "raw.items": items}


def cell_frames():
    cells = [
        {
            "run_id": RUN,
            "cell_id": cell_id(model, benchmark),
            "model_id": model,
            "model_version": f"{model}-v1",
            "benchmark_id": benchmark,
            "benchmark_version": "v1",
            "prompt_style": "chat",
            "is_primary_style": True,
            "scorer": "exact",
            "unparsed_rule": "wrong",
            "origin": "simulated",
            "count_items": count_items,
            "count_repeats": count_repeats,
            "sample_hash": "s",
            "parameters_json": "{}",
        }
        for model in MODELS
        for benchmark, (_, _, count_items, count_repeats) in BENCHMARKS.items()
    ]
    events = [
        {
            "run_id": RUN,
            "cell_id": cell["cell_id"],
            "status": "complete",
            "happened_at": STARTED + timedelta(minutes=10),
        }
        for cell in cells
    ]
    return {"raw.cells": cells, "raw.cell_events": events}


def answer_frames():
    plan = [
        {
            "run_id": RUN,
            "cell_id": cell_id(model, benchmark),
            "item_id": f"{benchmark}-{item:02d}",
            "repeat": repeat,
            "generation_id": generation_id(model, benchmark, item, repeat),
            "request_hash": f"request-{generation_id(model, benchmark, item, repeat)}",
            "is_reused": False,
        }
        for model, benchmark, item, repeat in asked()
    ]
    generations = [generation(*key) for key in asked() if key[:3] != UNANSWERED]
    failures = [
        {
            "run_id": RUN,
            "cell_id": cell_id(*key[:2]),
            "generation_id": generation_id(*key),
            "error_type": "timeout",
            "message": "timeout",
            "attempts": 5,
            "failed_at": STARTED + timedelta(minutes=2),
        }
        for key in asked()
        if key[:3] == UNANSWERED
    ]
    return {"raw.plan": plan, "raw.generations": generations, "raw.failures": failures}


def generation(model, benchmark, item, repeat):
    own_id = generation_id(model, benchmark, item, repeat)
    parameters = {
        "api": "chat",
        "model": MODELS[model],
        "max_tokens": 64,
        "temperature": 0.0,
        "seed": 7 + repeat,
        "extra": {"top_k": 5},
    }
    return {
        "generation_id": own_id,
        "run_id": RUN,
        "partition_key": "2026-01-10",
        "model_id": model,
        "benchmark_id": benchmark,
        "prompt_style": "chat",
        "item_id": f"{benchmark}-{item:02d}",
        "repeat": repeat,
        "role": "answer",
        "request_hash": f"request-{own_id}",
        "origin": "simulated",
        "status": "answered",
        "text": f"The {model} model thinks long about {benchmark} {item} and says {item + repeat}.",
        "finish_reason": "length" if item == 0 else "stop",
        "model_requested": MODELS[model],
        "model_served": MODELS[model],
        "provider_request_id": f"provider-{own_id}",
        "parameters_json": json.dumps(parameters, sort_keys=True),
        "attempts": 1,
        "tokens_input": 30,
        "tokens_output": 12,
        "latency_ms": 40.0,
        "cost_usd": 0.001,
        "started_at": STARTED + timedelta(minutes=1),
        "finished_at": STARTED + timedelta(minutes=1, seconds=2),
    }


def score_frames():
    """Scores with which the base model solves 3 of 4 items and the aligned one 2 of 4."""
    scores = []
    for model, benchmark, item, repeat in asked():
        if (model, benchmark, item) == UNANSWERED:
            continue
        is_correct = item % 4 < (3 if model == "base" else 2)
        scores.append(
            {
                "generation_id": generation_id(model, benchmark, item, repeat),
                "scorer": "exact",
                "scorer_version": 1,
                "scorer_config_hash": "h",
                "outcome": "correct" if is_correct else "incorrect",
                "value": 1.0 if is_correct else 0.0,
                "is_refusal": False,
                "is_cut": False,
                "scored_at": STARTED + timedelta(minutes=20),
            }
        )
    return {"raw.scores": scores}


ESTIMATES = (
    """
    insert into stats.estimates by name
    select
        as_of_date, comparison_id as subject_id, subset, 'tax_absolute' as statistic,
        reference_score - candidate_score as estimate, estimate - 0.1 as low, estimate + 0.1 as high,
        0.05 as standard_error, 0.02 as p_value, 't' as method, count_items
    from marts.comparison_subsets
    """,
    """
    insert into stats.estimates by name
    select
        as_of_date, comparison_id as subject_id, subset, unnest(['tax_relative', 'tax_chance_adjusted']) as statistic,
        (reference_score - candidate_score) / reference_score as estimate, estimate - 0.2 as low,
        estimate + 0.2 as high
    from marts.comparison_subsets
    """,
    """
    insert into stats.estimates by name
    select
        as_of_date, comparison_id as subject_id, subset, unnest(['p_value_holm', 'p_value_bh']) as statistic,
        0.04 as estimate
    from marts.comparison_subsets
    """,
    """
    insert into stats.estimates by name
    select
        as_of_date, comparison_id as subject_id, subset, 'bounds' as statistic,
        (reference_score - candidate_score) * count_paired_items / count_items as estimate,
        estimate - (count_items - count_paired_items) / count_items as low,
        estimate + (count_items - count_paired_items) / count_items as high
    from marts.comparison_subsets
    """,
    """
    insert into stats.estimates by name
    select
        cells.as_of_date, cells.cell_key as subject_id, outcomes.subset, 'model_score' as statistic,
        outcomes.score as estimate, estimate - 0.2 as low, estimate + 0.2 as high
    from marts.current_cells as cells
    inner join marts.cell_outcomes as outcomes
        on cells.run_id = outcomes.run_id and cells.cell_id = outcomes.cell_id
    """,
)


def append(warehouse, tables):
    warehouse.append({table: pl.DataFrame(rows) for table, rows in tables.items()})


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    """The clean warehouse after landing, after scoring and after aggregation. Each test copies one of them."""
    folder = tmp_path_factory.mktemp("templates")
    path = folder / "growing.duckdb"

    def keep(stage):
        return shutil.copy(path, folder / f"{stage}.duckdb")

    with Warehouse.open(path) as warehouse:
        for frames in (run_frames(), benchmark_frames(), cell_frames(), answer_frames()):
            append(warehouse, frames)
    kept = {"landed": keep("landed")}
    with Warehouse.open(path) as warehouse:
        append(warehouse, score_frames())
    kept["scored"] = keep("scored")
    with Warehouse.open(path) as warehouse:
        warehouse.build(("staging", "marts"))
        for statement in ESTIMATES:
            warehouse.rows(statement)
        warehouse.build(("reports",))
    kept["reported"] = keep("reported")
    return kept


def opened(templates, stage, tmp_path):
    return Warehouse.open(shutil.copy(templates[stage], tmp_path / "warehouse.duckdb"))


@pytest.fixture
def run_id():
    return RUN


@pytest.fixture
def landed(templates, tmp_path):
    with opened(templates, "landed", tmp_path) as warehouse:
        yield warehouse


@pytest.fixture
def scored(templates, tmp_path):
    with opened(templates, "scored", tmp_path) as warehouse:
        yield warehouse


@pytest.fixture
def reported(templates, tmp_path):
    with opened(templates, "reported", tmp_path) as warehouse:
        yield warehouse


@pytest.fixture
def execute():
    """Run statements on a warehouse. ``free raw.x`` removes the constraints of a table, because a lake has none."""

    def free(warehouse, table):
        # What refers to the table is freed first.
        names = ("raw.scores", "raw.executions", table) if table == "raw.generations" else (table,)
        for number, name in enumerate(names):
            warehouse.rows(f"create temp table freed_{number} as from {name}")
            warehouse.rows(f"drop table {name}")
        for number, name in enumerate(names):
            warehouse.rows(f"create table {name} as from freed_{number}")
            warehouse.rows(f"drop table freed_{number}")

    def run(warehouse, *statements):
        for statement in statements:
            if statement.startswith("free "):
                free(warehouse, statement.removeprefix("free "))
            else:
                warehouse.rows(statement)

    return run


@pytest.fixture
def rows():
    """Run a query on a warehouse and return its rows."""
    return lambda warehouse, sql: warehouse.rows(sql)[1]
