import pytest

from tasks.report.sections.other_metrics import OTHER_METRICS


@pytest.fixture(scope="module")
def text(section_text):
    rows = [
        {},
        {
            "metric": "pass_at_10",
            "title": "Chance that one of k programs passes",
            "higher_is_better": True,
            "tax": 0.0,
            "tax_low": None,
            "tax_high": None,
            "reason": "resamples_do_not_vary",
        },
        {
            "metric": "word_perplexity",
            "title": "Perplexity per word",
            "benchmark_id": "pages",
            "is_proportion": False,
            "reference_score": 12.18,
            "candidate_score": 12.28,
            "tax": 0.10,
            "tax_low": 0.02,
            "tax_high": 0.18,
        },
        {"benchmark_id": "not-headline", "is_headline": False},
    ]
    return section_text(OTHER_METRICS, metric_tax=rows)


def test_a_metric_says_whether_lower_is_better(text):
    assert "bbq (Bias score, lower is better)" in text
    assert "-19.1 [-25.0, -12.0]" in text


def test_the_k_of_a_metric_is_named(text):
    assert "bbq (Chance that one of 10 programs passes)" in text


def test_a_value_that_is_no_proportion_keeps_its_unit(text):
    assert "12.28" in text
    assert "+0.10 [+0.02, +0.18]" in text


def test_an_interval_that_is_missing_has_its_reason_in_words(text):
    assert "0.0 [\u2014 (the same in every resample)]" in text


def test_rows_that_are_not_headline_are_left_out(text):
    assert "not-headline" not in text
