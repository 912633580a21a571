"""Published means, which are compared without their items."""

import json

import polars as pl
import pytest

from tasks.errors import InputError
from tasks.importers.read_aggregates import read_aggregates

FILES = {"base": "1.4b-deduped_step143000.json", "intervened": "intervention-1.4b-deduped_step143000.json"}
TASKS = {
    "lambada_openai": ("acc", "ppl"),
    "piqa": ("acc",),
    "winogrande": ("acc",),
    "arc_challenge": ("acc",),
    "sciq": ("acc",),
}


def rows_of(folder, model, name):
    results = json.loads((folder / "data" / "lm_eval_aggregates" / name).read_text())["results"]
    for task, metrics in TASKS.items():
        for metric in metrics:
            yield {
                "model": model,
                "task": task,
                "metric": metric,
                "score": results[task][metric],
                "stderr": results[task][f"{metric}_stderr"],
                "higher_is_better": metric == "acc",
            }


def read(tmp_path, rows):
    path = tmp_path / "means.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return pl.concat(read_aggregates(path)).drop("place")


def test_an_intervention_whose_effect_is_within_noise_has_no_significant_tax(world, shared_data, tmp_path):
    rows = [row for model, name in FILES.items() for row in rows_of(shared_data, model, name)]
    for row in read(tmp_path, rows).rename({"model": "model_id", "benchmark": "benchmark_id"}).to_dicts():
        world.add("raw.published_means", run_id="run", **row)
    world.pair("base", "intervened")
    found = {(row["benchmark_id"], row["metric"]): row for row in world.report("select * from reports.published_tax")}
    assert len(found) == 6
    assert not any(row["is_significant_unadjusted"] for row in found.values())
    assert all(abs(row["difference"]) < row["standard_error"] for row in found.values())
    assert {row["flags"] for row in found.values()} == {"unpaired"}
    perplexity = found["lambada_openai", "ppl"]
    assert (round(perplexity["reference_mean"], 4), round(perplexity["candidate_mean"], 4)) == (6.1069, 6.0679)
    assert perplexity["is_windfall"], "a lower perplexity is better"
    assert round(found["winogrande", "acc"]["difference"], 6) == round(0.565904 - 0.560379, 6)


def test_means_without_a_standard_error_give_a_difference_without_limits(world):
    for model, mean in (("base", 0.5), ("aligned", 0.4)):
        world.add(
            "raw.published_means",
            run_id="run",
            model_id=model,
            benchmark_id="b",
            metric="acc",
            mean=mean,
            standard_error=None,
            count_items=None,
            higher_is_better=True,
        )
    world.pair("base", "aligned")
    (row,) = world.report("select * from reports.published_tax")
    assert (row["difference"], row["difference_low"], row["reason"]) == (pytest.approx(0.1), None, "no_standard_error")


def test_a_standard_error_of_zero_is_read_as_unknown(tmp_path):
    row = {"model": "m", "benchmark": "b", "mean": 1.0, "stderr": 0, "n": 0}
    assert read(tmp_path, [row]).rows() == [("m", "b", "mean", 1.0, None, None, None)]


@pytest.mark.parametrize("bad", [{"mean": "high"}, {"higher_is_better": "perhaps"}, {"model": ""}, {"stderr": -1}])
def test_the_error_for_a_bad_value_names_the_file(tmp_path, bad):
    with pytest.raises(InputError, match=r"means\.jsonl"):
        read(tmp_path, [{"model": "m", "benchmark": "b", "mean": 1.0} | bad])
