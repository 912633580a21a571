import dataclasses
import re

import polars as pl
import pytest

from tasks.report import render_report


@pytest.fixture(scope="module")
def small_text(small_page, read_page):
    return read_page(small_page).text()


@pytest.fixture
def text_of(make_frames, read_page):
    """The text of a page built from rows."""

    def text(**rows):
        page = read_page(render_report(make_frames(**rows)))
        assert page.mistakes == []
        return page.text()

    return text


@pytest.mark.parametrize(
    "expected",
    [
        "Of 5 comparisons on 3 capability benchmarks",
        "1 significant tax and 1 significant windfall",
        "The largest tax is +5.6 points [+2.1, +9.1]: llama-dpo against llama-base on gsm8k",
        "The largest windfall is -3.2 points [-5.0, -1.4]: llama-sft against llama-base on gsm8k",
        "1 comparison could not be judged",
        "Safety improved significantly in 1 of 1 comparison, most by +71.0 points [+61.0, +79.0]",
        "Over-refusal worsened significantly in 1 of 1 comparison, most by +9.0 points",
        "1 cell is not complete",
        "Simulated answers.",
    ],
)
def test_the_summary_says_what_the_rows_say(small_text, expected):
    assert expected in small_text


@pytest.mark.parametrize(
    "expected",
    [
        "+1.1 [— (only one cluster)]",  # limits that are missing
        "— (base not distinguishable from 0)",  # a relative tax that is missing
        "windfall, not significant",
        "few clusters",
        "— (not reported)",
        "budget reached",
        "7% were cut",
    ],
)
def test_what_is_missing_or_doubtful_stands_in_the_tables_with_its_reason(small_text, expected):
    assert expected in small_text


def test_no_undefined_number_is_printed(small_page, read_page):
    page = read_page(small_page)
    printed = " ".join(page.text(tag) for tag in ("td", "dd", "svg", "figcaption"))
    assert len(printed) > 1_000
    assert not re.search(r"\b(nan|none|null|inf|infinity|undefined)\b", printed, re.IGNORECASE)


def test_broken_expectations_come_first(small_text):
    assert small_text.index("few answers are cut") < small_text.index("answers are unique")


def test_a_sign_that_depends_on_the_rule_is_shown_under_every_rule(small_text):
    warning = small_text[small_text.index("Warning: the sign depends on the rule") :]
    assert re.search(
        r"reading \(reasoning: accuracy\).{0,60}\+2\.0 \[-1\.0, \+5\.0\] -1\.5 \[-4\.0, \+1\.0\] — \(not", warning
    )


def test_without_such_a_sign_there_is_no_warning(text_of):
    assert "sign depends" not in text_of(taxes=[{}], scores=[{}])


def test_nothing_significant_is_said_in_so_many_words(text_of):
    text = text_of(taxes=[{"is_significant": False, "p_value_holm": 0.2}])
    assert "Nothing is significant: of 1 comparison on 1 capability benchmark" in text
    assert "Not significant does not mean zero" in text
    assert "four times in five is 4.9 points" in text


def test_a_tax_that_is_not_headline_or_of_another_date_is_left_out(text_of):
    others = [{"is_headline": False, "benchmark_id": "hidden"}, {"as_of_date": "2026-11-19", "benchmark_id": "old"}]
    text = text_of(taxes=[{}, *others])
    assert "1 comparison" in text
    assert "hidden" not in text
    assert "old (reasoning: accuracy)" not in text


def test_other_kinds_of_comparison_are_shown_apart_and_never_called_a_tax_of_the_base(text_of):
    text = text_of(taxes=[{"kind": "version", "tax_absolute": 0.3}])
    assert "Other declared comparisons" in text
    assert "no tax to report" in text
    assert "largest tax" not in text


def test_one_model_alone_makes_a_page_that_says_there_is_no_pair(text_of):
    text = text_of(scores=[{}])
    assert "There is no tax to show" in text
    assert "No safety benchmark was run" in text
    assert "71.2 [64.0, 77.5]" in text


def test_without_safety_benchmarks_the_page_says_that_it_cannot_tell_what_was_bought(text_of):
    text = text_of(taxes=[{}], scores=[{}, {"model_id": "llama-dpo"}])
    assert "No safety benchmark was compared" in text
    assert "No safety benchmark was run" in text


def test_an_empty_warehouse_makes_a_page_that_says_so(text_of):
    text = text_of()
    assert "No answers." in text
    assert "There is no tax to show" in text
    assert "No validation was recorded." in text


def test_frames_without_columns_are_empty_frames(make_frames):
    frames = make_frames()
    bare = type(frames)(*[pl.DataFrame()] * 5, as_of_date="2026-11-20")
    assert "There is no tax to show" in render_report(bare)


def test_dates_and_decimals_as_a_database_types_them_are_read(make_frames, read_page):
    frames = make_frames(taxes=[{}, {"as_of_date": "2026-11-19", "candidate_model_id": "of-another-date"}])
    typed = frames.alignment_tax.with_columns(
        pl.col("as_of_date").str.to_date(), pl.col("tax_absolute").cast(pl.Decimal(10, 4))
    )
    text = read_page(render_report(dataclasses.replace(frames, alignment_tax=typed))).text()
    assert "The largest tax is +5.6 points [+2.1, +9.1]" in text
    assert "of-another-date" not in text


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        (["simulated"], "Simulated answers."),
        (["imported"], "Imported answers."),
        (["endpoint"], "Real answers."),
        (["endpoint", "imported"], "Mixed answers: imported and real."),
    ],
)
def test_the_badge_says_where_the_answers_come_from(text_of, origins, expected):
    assert expected in text_of(taxes=[{"origin": origin, "benchmark_id": origin} for origin in origins])


def test_answers_that_never_came_are_not_counted_as_answers(text_of):
    text = text_of(scores=[{"count_answers": 1_200, "count_failed": 100, "count_quarantined": 50, "count_not_run": 50}])
    assert "Answers 1,000" in text


def test_a_note_that_all_rows_share_moves_to_the_caption(text_of):
    text = text_of(taxes=[{}, {"candidate_model_id": "llama-sft"}])
    assert "(in every row: chat against completion, simulated answers)" in text
    assert text.count("simulated answers") == 1


def test_missing_answers_are_shown_with_their_bounds(text_of):
    text = text_of(taxes=[{"count_paired_items": 180, "bound_low": -0.04, "bound_high": 0.16}])
    assert "180 of 200" in text
    assert "missing answers allow [-4.0, +16.0]" in text
