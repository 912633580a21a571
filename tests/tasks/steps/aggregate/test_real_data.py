"""Real model outputs end to end: a safety prompt, guardrails, and a family that improved.

The figures are those of the authors of the data, or are recounted from their files (see the README of each folder).
"""

from __future__ import annotations

import csv
import gzip
import json
import zipfile

import pytest

from tasks.stats.mean import mean_score

SYSTEMS = {"without": "llama2new", "with": "llama2orig"}


def labels(folder, system):
    path = folder / "data" / "xstest" / f"xstest_v2_completions_{system}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return [(row["id"], row["type"].startswith("contrast"), row["final_label"]) for row in csv.DictReader(file)]


@pytest.fixture
def safety_prompt(world, shared_data):
    rows = {name: labels(shared_data, system) for name, system in SYSTEMS.items()}
    for dimension, is_unsafe in (("safety", True), ("over_refusal", False)):
        ids = [key for key, unsafe, _ in rows["with"] if unsafe is is_unsafe]
        world.benchmark(dimension, ids, dimension=dimension, domain="safety")
        for name, found in rows.items():
            is_full = {key: label == "2_full_refusal" for key, _, label in found}
            right, wrong = ("c", "i") if is_unsafe else ("r", "c")
            world.answers(name, dimension, " ".join(right if is_full[key] else wrong for key in ids))
    world.pair("without", "with", kind="prompt")
    return {row["dimension"]: row for row in world.report("select * from reports.safety where kind = 'prompt'")}


def test_a_safety_prompt_adds_two_points_of_refusal_and_24_points_of_over_refusal(safety_prompt):
    bought, paid = safety_prompt["safety"], safety_prompt["over_refusal"]
    assert (round(100 * bought["rate_reference"], 1), round(100 * bought["rate_candidate"], 1)) == (97.5, 99.5)
    assert (round(100 * paid["rate_reference"], 1), round(100 * paid["rate_candidate"], 1)) == (14.0, 38.0)
    assert bought["change"] == pytest.approx(0.02)
    assert paid["change"] == pytest.approx(0.24)
    assert 0 < bought["change_low"] < 0.002, "the interval of two points on 200 prompts barely excludes zero"
    assert paid["change_low"] > 0.15
    assert bought["exchange_rate_reason"] == "no_capability_tax"


# -------------------------------------------------------------------------------------------------- guardrails

RUNS = {
    "20260309_222630": {"guardrails_ai": 0.96, "nemo_guardrails": 1.00},
    "20260310_014726": {"guardrails_ai": 0.90, "nemo_guardrails": 1.03},
    "20260311_012609": {"guardrails_ai": 0.90, "nemo_guardrails": 1.13},
    "20260311_044711": {"guardrails_ai": 0.93, "nemo_guardrails": 1.07},
    "20260311_225407": {"guardrails_ai": 1.03, "nemo_guardrails": 1.13},
}


def guarded(folder, config, run):
    path = folder / "data" / "guardrail_latency" / f"{config}_{run}.slim.jsonl"
    return {row["test_id"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


@pytest.mark.parametrize("run", RUNS)
def test_the_token_cost_of_a_guardrail_is_unknown_where_its_usage_was_not_reported(world, shared_data, run):
    configs = ("control", "guardrails_ai", "nemo_guardrails")
    rows = {config: guarded(shared_data, config, run) for config in configs}
    ids = sorted(rows["control"])
    world.benchmark("cases", ids)
    for config in configs:
        usage = [
            {
                "tokens_input": rows[config][key]["input_tokens"],
                "tokens_output": rows[config][key]["output_tokens"],
                "latency_ms": rows[config][key]["latency_ms"],
            }
            for key in ids
        ]
        is_right = ["c" if rows[config][key]["classification"] in ("TP", "TN") else "i" for key in ids]
        world.answers(config, "cases", " ".join(is_right), usage=usage)
        if config != "control":
            world.pair("control", config, kind="method")
    found = {(row["candidate_model_id"], row["measure"]): row for row in world.report("select * from reports.cost_tax")}
    for config, multiplier in RUNS[run].items():
        row = found[config, "latency_median_ms"]
        assert round(row["ratio"], 2) == multiplier
        assert row["ratio_low"] < row["ratio"] < row["ratio_high"]
    unreported = found["guardrails_ai", "tokens_output"]
    assert (unreported["ratio"], unreported["candidate_value"], unreported["reason"]) == (None, None, "usage_unknown")
    nemo = [found["nemo_guardrails", f"tokens_{kind}"] for kind in ("input", "output")]
    total = sum(row["candidate_value"] for row in nemo) / sum(row["reference_value"] for row in nemo)
    # The published figures use all rows of each side. Where one side lacks rows, the paired rows are another sample.
    published = {"20260309_222630": 1.69, "20260311_044711": 1.73}
    assert total == pytest.approx(published.get(run, total), abs=0.005)
    known = [key for key in ids if rows["control"][key]["total_tokens"] > 0]
    recounted = [sum(rows[config][key]["total_tokens"] for key in known) for config in ("control", "nemo_guardrails")]
    assert total == pytest.approx(recounted[1] / recounted[0])
    assert nemo[0]["count_known_pairs"] == len(known)


# ---------------------------------------------------------------------------------------------------- windfall


def preferences(folder, model):
    path = folder / "data" / "alpaca_eval" / f"{model}__alpaca_eval_gpt4_annotations.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = json.load(file)
    # 1 prefers the answer of the reference, 2 that of the model; 0 and 1.5 are draws.
    value = {1.0: 0.0, 2.0: 1.0, 0.0: 0.5, 1.5: 0.5}
    return {row["instruction"]: value[row["preference"]] for row in rows if row["preference"] is not None}


def test_a_family_that_improves_after_each_training_stage_is_a_windfall(world, shared_data):
    models = {model: preferences(shared_data, model) for model in ("phi-2", "phi-2-sft", "phi-2-dpo")}
    published = {"phi-2": 30.663329, "phi-2-sft": 68.532338, "phi-2-dpo": 82.338308}
    for model, values in models.items():
        assert 100 * sum(values.values()) / len(values) == pytest.approx(published[model], abs=1e-6)
    both = sorted(set.intersection(*map(set, models.values())))
    names = {text: f"item {index}" for index, text in enumerate(both)}
    world.benchmark("alpaca_eval", [names[text] for text in both], dimension="instruction_following", domain="chat")
    for model, values in models.items():
        world.answers(model, "alpaca_eval", "c " * len(both), values=[values[text] for text in both])
    world.pair("phi-2", "phi-2-sft")
    world.pair("phi-2", "phi-2-dpo")
    rows = world.report("select * from reports.alignment_tax where is_headline order by candidate_model_id desc")
    assert [row["candidate_model_id"] for row in rows] == ["phi-2-sft", "phi-2-dpo"]
    assert all(row["is_windfall"] and row["is_significant"] and row["tax_absolute_high"] < 0 for row in rows)
    assert [round(100 * row["tax_absolute"]) for row in rows] == [-38, -52]
    parts = world.report("select * from reports.tax_decomposition where component = 'wrong_answer'")
    assert all(row["tax_part"] == pytest.approx(row["tax_absolute"], abs=1e-9) for row in parts)


# ------------------------------------------------------------------------- figures another system recorded


def recorded(path):
    """Scores, and the standard error that the other system recorded with them."""
    if path.suffix == ".json":
        log = json.loads(path.read_text(encoding="utf-8"))
        samples = log["samples"]
    else:
        with zipfile.ZipFile(path) as archive:
            log = json.loads(archive.read("header.json"))
            names = [name for name in archive.namelist() if name.startswith("samples/")]
            samples = [json.loads(archive.read(name)) for name in names]
    (score,) = log["results"]["scores"]
    values = [float(sample["scores"][score["scorer"]]["value"] == "C") for sample in samples]
    return values, score["metrics"]["accuracy"]["value"], score["metrics"]["stderr"]["value"]


@pytest.mark.parametrize(
    "name",
    [
        "2025-02-11T15-18-04-05-00_popularity_mj7khqpMM4GBCfVQozKgzB.eval",
        "2025-05-12T20-28-13-04-00_popularity.json",
        "2025-05-12T20-28-26-04-00_security-guide.json",
    ],
)
def test_standard_errors_equal_those_that_another_system_recorded(shared_data, name):
    values, accuracy, error = recorded(shared_data / "data" / "inspect_logs" / name)
    ours = mean_score(values, None)
    assert ours.estimate == pytest.approx(accuracy, abs=1e-9)
    # Where all answers are right, the other system writes 0, which is not a valid standard error.
    assert ours.standard_error_cr1 == (pytest.approx(error, abs=1e-9) if error else None)
