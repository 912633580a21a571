"""Which published tables refer to which others, and how a reader joins them."""

from __future__ import annotations

import pytest

from warehouse.build import models
from warehouse.catalog.relations import published, relations, shortest


def between(source, target):
    return [found for found in relations() if (found.source, found.target) == (source, target)]


def test_a_table_refers_to_every_table_whose_columns_of_names_it_has():
    found = between("reports.alignment_tax", "marts.dim_model")
    assert [relation.columns for relation in found] == [("reference_model_id",), ("candidate_model_id",)]
    assert not any(relation.is_one_to_one for relation in found)
    (same,) = between("marts.fct_scores", "marts.fct_generations")
    assert same.is_one_to_one


def test_a_table_that_means_something_else_by_the_column_does_not_refer():
    assert between("reports.metric_tax", "marts.dim_metric")
    assert not between("reports.alignment_tax", "marts.dim_metric")
    assert not between("marts.fct_judgments", "marts.fct_answers")


def test_a_table_names_its_own_rows_by_other_columns_than_its_key():
    assert [relation.columns for relation in between("marts.dim_model", "marts.dim_model")] == [("base_model_id",)]


def test_the_condition_of_a_join_is_sql():
    (scores,) = between("marts.fct_scores", "marts.dim_benchmark")
    assert scores.condition == "using (benchmark_id, benchmark_version)"
    reference = between("marts.comparisons", "reports.coverage")[0]
    assert reference.condition == (
        "on comparisons.reference_run_id = coverage.run_id and comparisons.reference_cell_id = coverage.cell_id"
    )


def test_what_follows_from_two_relations_is_left_out_of_the_shortest():
    kept = {(found.source, found.target) for found in shortest()}
    assert ("reports.alignment_tax", "marts.comparisons") in kept
    assert ("reports.alignment_tax", "marts.dim_model") not in kept  # the comparison names its models
    assert ("marts.comparisons", "marts.dim_run") not in kept  # the cell names its run
    assert {source for source, _ in kept} == {found.source for found in relations()}


@pytest.mark.parametrize("model", [model for model in models() if model.named_by], ids=lambda model: model.name)
def test_names_are_stated_for_the_whole_key_and_used(model):
    assert {len(columns) for columns in model.named_by} == {len(model.key)}
    used = {found.columns for found in relations() if found.target == model.name}
    assert used == set(model.named_by)
    assert model.not_named_by <= {found.name for found in published()}
