"""What still counts, as the views of staging say it. They exist as soon as a warehouse is open.

Facts are few rows, written as SQL; columns that no view reads are filled with anything that the table accepts.
"""

from __future__ import annotations

import itertools

import pytest

from tasks.domain import Outcome
from warehouse import build as builder
from warehouse.connection import Warehouse


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def generation(warehouse, name, *, run="r", role="answer", served="m-1", second=0, parent="null"):
    warehouse.rows(
        f"insert into raw.generations by name select '{name}' as generation_id, '{run}' as run_id, "
        f"'' as partition_key, 'm' as model_id, 'b' as benchmark_id, 'chat' as prompt_style, 'i' as item_id, "
        f"0 as repeat, '{role}' as role, {parent} as parent_generation_id, 'h' as request_hash, "
        f"'endpoint' as origin, 'answered' as status, 'No.' as text, 'm' as model_requested, "
        f"{served if served == 'null' else repr(served)} as model_served, '{{}}' as parameters_json, 1 as attempts, "
        f"timestamptz '2026-01-31 00:00:00+00' + interval {second} second as finished_at"
    )


def score(warehouse, is_refusal):
    warehouse.rows(
        "insert into raw.scores by name select 'g' as generation_id, 'refuses' as scorer, 1 as scorer_version, "
        f"'c' as scorer_config_hash, 'correct' as outcome, 1 as value, {is_refusal} as is_refusal, false as is_cut, "
        "now() as scored_at"
    )


def void(warehouse, run, action="void", second=0):
    at = f"timestamptz '2026-01-31 00:00:00+00' + interval {second} second"
    warehouse.rows(f"insert into raw.voids values ('{run}', '{action}', 'why', {at})")


def spoiled(warehouse):
    return set(warehouse.rows("select role, generation_id from staging.stg_spoiled_generations")[1])


def test_an_answer_counts_until_something_is_said_against_it(warehouse):
    generation(warehouse, "g")
    assert spoiled(warehouse) == set()


def test_answers_of_a_voided_run_do_not_count_until_it_is_brought_back(warehouse):
    generation(warehouse, "g")
    void(warehouse, "r")
    assert spoiled(warehouse) == {("answer", "g")}
    void(warehouse, "r", "unvoid", second=1)
    assert spoiled(warehouse) == set()


def test_quarantined_answers_do_not_count(warehouse):
    generation(warehouse, "g")
    warehouse.rows("insert into raw.quarantine values ('g', 'r', 'e', 'why', now())")
    assert spoiled(warehouse) == {("answer", "g")}


@pytest.mark.parametrize("role", ["answer", "judge"])
def test_answers_of_a_model_that_is_no_longer_served_do_not_count(warehouse, role):
    generation(warehouse, "old", role=role, served="m-1")
    generation(warehouse, "new", role=role, served="m-2", second=1)
    assert spoiled(warehouse) == {(role, "old")}


def test_what_a_model_serves_as_a_judge_says_nothing_about_its_answers(warehouse):
    generation(warehouse, "answer", served="m-1")
    generation(warehouse, "judge", role="judge", served="m-2", second=1)
    assert spoiled(warehouse) == set()


def test_an_endpoint_that_never_names_its_model_spoils_nothing(warehouse):
    generation(warehouse, "old", served="null")
    generation(warehouse, "new", served="null", second=1)
    assert spoiled(warehouse) == set()


def test_a_part_that_does_not_count_takes_the_composite_answer_with_it(warehouse):
    generation(warehouse, "whole")
    generation(warehouse, "part", role="part", served="m-1", parent="'whole'")
    generation(warehouse, "later part", role="part", served="m-2", parent="'other'", second=1)
    assert spoiled(warehouse) == {("part", "part"), ("answer", "whole")}


def test_the_newest_note_on_a_cell_says_how_it_ended(warehouse):
    for second, status in enumerate(["incomplete", "complete"]):
        at = f"timestamptz '2026-01-31 00:00:00+00' + interval {second} second"
        warehouse.rows(f"insert into raw.cell_events values ('r', 'c', '{status}', null, {at})")
    found = warehouse.rows("select cell_id, status from staging.stg_newest_cell_events")[1]
    assert found == [("c", "complete")]


def test_judges_answers_of_a_voided_run_are_no_grades(warehouse):
    for name, run in (("kept", "r"), ("gone", "s")):
        generation(warehouse, name, run=run, role="judge")
        warehouse.rows(f"insert into raw.judgments values ('g', 'harm', 1, 'j', 'v', 0, '{name}', '{run}', now())")
    warehouse.rows("insert into raw.judgments values ('g', 'harm', 1, 'j', 'v', 1, 'not answered', 'r', now())")
    void(warehouse, "s")
    assert warehouse.rows("select generation_id from staging.stg_grades")[1] == [("kept",)]


@pytest.mark.parametrize(("is_refusal", "expected"), [(True, "full_refusal"), (False, "full_compliance")])
def test_scores_that_were_made_elsewhere_take_their_class_from_the_flag(warehouse, is_refusal, expected):
    generation(warehouse, "g")
    score(warehouse, is_refusal)
    found = warehouse.rows("select is_refusal, refusal_class from staging.stg_scores")[1]
    assert found == [(is_refusal, expected)]


@pytest.mark.parametrize(
    ("rule", "expected"), [("wrong", 0.0), ("chance", 0.25), ("exclude", None)], ids=["wrong", "chance", "exclude"]
)
def test_an_answer_that_was_not_found_is_worth_what_the_rule_says(warehouse, rule, expected):
    asked = f"select staging.value_by_rule('unparsed', null, '{rule}', 0.25), "
    found = warehouse.rows(f"{asked} staging.value_by_rule('correct', 1.0, '{rule}', 0.25)")[1]
    assert [tuple(None if value is None else float(value) for value in row) for row in found] == [(expected, 1.0)]


def test_an_unknown_p_value_is_not_significant(warehouse):
    asked = "select staging.is_significant(null), staging.is_significant(0.049), staging.is_significant(0.05)"
    assert warehouse.rows(asked)[1] == [(False, True, False)]


def test_opening_again_makes_the_views_anew_only_if_their_text_changed(tmp_path, monkeypatch):
    built = []
    path = tmp_path / "warehouse.duckdb"
    monkeypatch.setattr(builder, "_build_one", lambda _, model, __: built.append(model.name))
    Warehouse.open(path).close()
    assert {name.split(".")[0] for name in built} == {"staging"}
    count = len(built)
    Warehouse.open(path).close()
    assert len(built) == count
    monkeypatch.setattr(builder, "_macros", lambda: "select 1 -- another text")
    Warehouse.open(path).close()
    assert len(built) == 2 * count


@pytest.mark.parametrize("chosen", [[], [*Outcome], [*Outcome][::2] * 2, *([one] for one in Outcome)], ids=", ".join)
def test_a_set_of_outcomes_holds_each_of_them_in_alphabetical_order(warehouse, chosen):
    texts = ", ".join(f"'{one}'" for one in chosen)
    asked = f"select bit_or(staging.outcome_bit(unnest)) as bits from unnest([{texts}]::varchar[])"

    found = warehouse.rows(f"select staging.outcomes_of(bits) from ({asked})")[1]

    assert found == [(", ".join(sorted(set(chosen))) or None,)]


def test_a_mean_of_rounded_means_is_the_same_in_every_order(warehouse):
    # Their exact mean is 0.5555555555555, half a digit between two results.
    pairs = [(0.555555555556, 36), (0.555555555555, 36)] * 2
    found = set()
    for order in itertools.permutations(pairs):
        rows = ", ".join(map(str, order))
        asked = "select staging.mean_of_means(mean, weight), staging.mean_of_means(mean, 1)"
        found.add(warehouse.rows(f"{asked} from (values {rows}, (null, 5)) as t(mean, weight)")[1][0])
    assert len(found) == 1
    assert found.pop() == pytest.approx((0.5555555555555, 0.5555555555555), abs=1e-12)
