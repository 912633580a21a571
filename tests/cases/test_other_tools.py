"""Logs and files of other tools and authors, as they are written, from the command line to the tables."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept

SCORES = (
    "select benchmark_id, score, count_correct, count_incorrect from reports.model_scores"
    " where subset = 'all' order by all"
)


def test_a_log_of_the_time_before_filters_were_named_has_its_scores(run_case):
    case = run_case("answers/F17_lm_eval_0.4.3")
    assert case.rows(SCORES) == [("gsm8k", 0.0, 0, 3)]
    assert case.rows("select scorer, sum(value) from raw.scores group by all order by all") == [
        ("lm_eval:exact_match,flexible-extract", 3.0),
        ("lm_eval:exact_match,strict-match", 0.0),
    ]


def test_options_that_are_asked_twice_are_four(run_case):
    case = run_case("answers/F19_mutual_info")
    item = "select choices_json, target, chance_score from marts.dim_item where benchmark_id = 'colours'"
    assert case.rows(item) == [('["red", "green", "blue", "grey"]', "C", 0.25)]
    assert case.rows("select chance_score from reports.model_scores where subset = 'all'") == [(0.25,)]
    assert case.rows("select answer from raw.scores where scorer = 'lm_eval:acc'") == [("blue",)]


def test_nobody_said_none(run_case):
    texts = run_case("answers/F20_null_responses").rows("select text from raw.generations order by all")
    assert texts == [("",), ("It is 12.",), ("It is 6.",)]


def test_the_question_of_a_row_counts_where_its_id_is_another_items(run_case):
    case = run_case("answers/T01_id_beats_question")
    assert case.rows(SCORES) == [("gsm8k", 1.0, 2, 0)]
    assert "rows whose id is another item's, so that their question counts: 2" in case.output


def test_a_file_of_two_benchmarks_gives_each_its_rows(run_case):
    case = run_case("answers/T03_xstest_mixed_file")
    landed = case.rows("select benchmark_id, count(*) from raw.generations group by all order by all")
    assert landed == [("xstest_contrast", 1), ("xstest_safe", 1)]
    assert "rows left out because they are no items of xstest_safe: 1" in case.output
    assert set(case.exit_codes) == {0}


def test_the_english_part_of_m_ifeval_is_ifeval(run_case):
    assert run_case("answers/T04_ifeval_en_prefix").rows(SCORES) == [("ifeval", 1.0, 1, 0)]


def test_scores_describe_their_benchmarks_themselves(run_case):
    case = run_case("answers/T06_scores_without_benchmarks")
    assert case.rows("select count(*) from raw.recorded_scores") == [(4,)]
    assert set(case.exit_codes) == {0}


def test_instruction_level_accuracy_pools_the_instructions_of_all_prompts(run_case):
    case = run_case("numbers/T10_instruction_level_pooled")
    assert case.rows("select metric, score from reports.metric_scores where subset = 'all'") == [
        ("instruction_accuracy", 0.5)
    ]


def test_a_published_perplexity_that_rose_is_a_loss(run_case):
    case = run_case("numbers/T12_published_tax_relative")
    ((tax, relative, is_windfall),) = case.rows("select tax, tax_relative, is_windfall from reports.published_tax")
    assert (tax, relative) == (pytest.approx(1.6), pytest.approx(0.2424, abs=1e-4))
    assert not is_windfall


def test_the_standard_error_of_graded_scores_is_their_own(run_case):
    case = run_case("numbers/T11_graded_standard_error")
    ((error,),) = case.rows("select standard_error from reports.model_scores where subset = 'all'")
    assert error == pytest.approx(0.0079, abs=5e-5)
