"""The sentences that commands print on taxes, and every number in them from the tables."""

from __future__ import annotations

import json

import pytest
import yaml
from typer.testing import CliRunner

from flows.cli.answers import tax_sentences
from flows.cli.app import app
from tests.support.sentences import missing_means, unknown_numbers
from warehouse.connection import Warehouse

DATE = "2026-01-31"
# Right answers of 120 by model and benchmark: two aligned models, one of them loses on b1 and gains on b2.
RIGHT = {
    "base": {"b1": 80, "b2": 60},
    "even": {"b1": 50, "b2": 92},
    "worse": {"b1": 50, "b2": 30},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answers")
    config = {
        "warehouse": str(folder / "warehouse.duckdb"),
        "model_defaults": {"provider": "recorded"},
        "models": [{"id": "base"}, *({"id": name, "base": "base"} for name in ("even", "worse"))],
        "benchmarks": ["arithmetic"],
    }
    rows = [
        {"model_id": model, "benchmark_id": benchmark, "item_id": f"i{item}", "score": int(item < right)}
        for model, benchmarks in RIGHT.items()
        for benchmark, right in benchmarks.items()
        for item in range(120)
    ]
    (folder / "aligntax.yaml").write_text(yaml.safe_dump(config))
    (folder / "scores.jsonl").write_text("\n".join(map(json.dumps, rows)))
    asked = ["import", "scores", str(folder / "scores.jsonl"), "--no-publish", "--as-of", DATE]
    for arguments in (asked, ["build"]):
        done = CliRunner().invoke(app, [*arguments, "--config", str(folder / "aligntax.yaml")], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="module")
def warehouse(folder):
    with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
        yield warehouse


def test_the_answer_comes_first_and_an_offset_loss_right_behind_it(warehouse):
    said = tax_sentences(warehouse, DATE)
    assert said.answers[0].startswith("worse lost 25.0 points [")
    assert said.answers[1].startswith(
        "even lost nothing that could be shown over 2 benchmarks against base: -0.8 points"
    )
    assert said.answers[2] == "These verdicts allow for Holm's correction over the 2 pairs of family base."
    assert said.answers[3].startswith("A loss on one benchmark can hide in a mean: even lost 25.0 points [")
    assert "Holm's correction over the 4 comparisons of family base leaves 3 significant taxes" in said.benchmarks[0]


def test_every_number_of_the_sentences_is_one_of_the_tables(warehouse):
    said = tax_sentences(warehouse, DATE)
    text = " ".join((*said.answers, *said.benchmarks))
    assert unknown_numbers(text, warehouse) == []
    assert missing_means(text, warehouse) == []
    assert unknown_numbers(text.replace("25.0", "25.1"), warehouse) != []
