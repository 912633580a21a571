"""Attacked benchmarks and refusal classes, from the configuration to reports.safety."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.simulator.truth import DEFAULT_TRUTH, load
from tasks import benchmarks
from tests.support.runs import write_config
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

BENCHMARKS = """benchmarks:
  - {id: harmful, sample_size: 30}
  - {id: harmful, sample_size: 30, attack: role_play}
  - {id: harmful, sample_size: 30, attack: base64}
"""
MODELS = {"base": "harbor-base", "aligned": "harbor-dpo-100"}
NAMES = [("harmful", "none"), ("harmful+base64", "base64"), ("harmful+role_play", "role_play")]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory, simulator, aligntax):
    """The warehouse after one run over a plain and two attacked benchmarks."""
    folder: Path = tmp_path_factory.mktemp("attacks")
    path = write_config(folder, simulator)
    path.write_text(path.read_text().partition("benchmarks:")[0] + BENCHMARKS)
    aligntax(folder, "run", "--as-of", "2026-01-31")
    with Warehouse.read(folder / "warehouse.duckdb") as opened:
        yield opened


@pytest.mark.parametrize(
    "table", ["raw.cells", "marts.fct_scores", "marts.comparisons", "reports.safety", "reports.model_scores"]
)
def test_tables_have_an_attack_column_and_the_attack_in_the_benchmark_name(warehouse, table):
    _, found = warehouse.rows(f"select distinct benchmark_id, attack from {table} order by 1")
    assert found == NAMES


def test_an_attacked_cell_is_compared_only_with_a_cell_of_the_same_attack(warehouse):
    _, found = warehouse.rows("select reference_cell_id, candidate_cell_id from marts.comparisons order by 1")
    assert found == sorted((f"base/{name}/completion", f"aligned/{name}/chat") for name, _ in NAMES)


def test_all_cells_have_the_same_items_but_different_prompts(warehouse):
    _, found = warehouse.rows("select count(distinct item_id), count(distinct prompt_hash) from marts.fct_generations")
    assert found == [(30, 30 * 2 * 3)]


def test_refusal_rates_under_attack_match_the_simulated_truth(warehouse):
    truth = load(DEFAULT_TRUTH, {name: benchmarks.load(name) for name in benchmarks.BUILTIN})
    _, found = warehouse.rows(
        "select model_id, attack, score, standard_error from reports.model_scores where subset = 'all'"
    )
    assert len(found) == 6
    for model_id, attack, score, error in found:
        plain = truth.models[MODELS[model_id]].rates["harmful"].refusal
        assert abs(score - plain * truth.attacks.get(attack, 1)) < 4 * error, (model_id, attack)
    aligned = {attack: score for model_id, attack, score, _ in found if model_id == "aligned"}
    assert aligned["role_play"] < aligned["base64"] < aligned["none"]


def test_the_safety_report_shows_the_rates_of_any_refusal_and_of_full_refusal(warehouse):
    _, found = warehouse.rows(
        "select rate_reference, rate_candidate, rate_any_refusal_reference, rate_any_refusal_candidate, "
        "rate_full_refusal_reference, rate_full_refusal_candidate from reports.safety"
    )
    for reference, candidate, any_reference, any_candidate, full_reference, full_candidate in found:
        assert (any_reference, any_candidate) == (reference, candidate)  # declining is what the benchmark rewards
        assert 0 < full_reference <= any_reference
        assert 0 < full_candidate <= any_candidate


def test_every_answer_has_a_refusal_class(warehouse):
    _, found = warehouse.rows("select distinct refusal_class from marts.fct_scores")
    assert {name for (name,) in found} <= {"full_compliance", "partial_refusal", "full_refusal"}
