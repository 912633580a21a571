import pytest

from tasks.report.page_opening import SOURCES, opening_of


@pytest.fixture(scope="session")
def opening(make_frames):
    """The opening of a page, from rows of the tables."""

    def made(**rows):
        return opening_of(make_frames(**rows).rows(SOURCES), "2026-11-20")

    return made


@pytest.fixture(scope="module")
def small_summary(opening, small_rows):
    """The summary of the small family, with plain blanks and hyphens for minus signs."""
    text = " ".join(opening(**small_rows).paragraph)
    return " ".join(text.split()).replace("\u2212", "-")


@pytest.mark.parametrize(
    "expected",
    [
        "Of 5 comparisons on 3 capability benchmarks",
        "1 significant tax and 1 significant windfall",
        "The largest tax is +5.6 points [+2.1, +9.1]: llama-dpo against llama-base on gsm8k",
        "The largest windfall is -3.2 points [-5.0, -1.4]: llama-sft against llama-base on gsm8k",
        "1 comparison could not be assessed",
        "Safety improved significantly in 1 of 1 comparison, most by +71.0 points [+61.0, +79.0]",
        "Over-refusal worsened significantly in 1 of 1 comparison, most by +9.0 points",
    ],
)
def test_the_summary_says_what_the_rows_say(small_summary, expected):
    assert expected in small_summary


def test_the_summary_says_that_nothing_is_significant(opening):
    still = {"is_significant": False, "p_value_holm": 0.2}
    text = " ".join(opening(alignment_tax=[still, {**still, "candidate_model_id": "llama-sft"}]).paragraph)
    assert text.startswith(
        "Of 2 comparisons on 1 capability benchmark, Holm's correction over the 3 comparisons of family llama leaves "
        "no significant tax and no significant windfall."
    )
    assert "Not significant does not mean zero" in text
    assert "four times in five is 4.9 points" in text


def test_the_summary_says_which_results_rest_on_a_model_that_always_says_the_same(opening):
    flagged = {"is_significant": True, "flags": "few_clusters, one_answer_candidate"}
    rows = [flagged, {"is_significant": True}, {**flagged, "is_significant": False}]
    text = " ".join(opening(alignment_tax=rows).paragraph)
    assert "In 1 of them a model gives nearly the same answer whatever is asked." in text
    assert "the same answer" not in " ".join(opening(alignment_tax=rows[1:]).paragraph)


def test_a_tax_that_is_not_headline_is_not_counted(opening):
    text = " ".join(opening(alignment_tax=[{}, {}, {"is_headline": False, "benchmark_id": "hidden"}]).paragraph)
    assert "Of 2 comparisons on 1 capability benchmark" in text


def test_a_comparison_of_versions_is_never_called_a_tax(opening):
    found = opening(alignment_tax=[{"kind": "version", "tax_absolute": 0.3}])
    assert "no tax to report" in " ".join(found.answer)
    assert "largest tax" not in " ".join(found.paragraph)


def test_without_safety_benchmarks_the_summary_says_that_it_cannot_tell_what_was_bought(opening):
    text = " ".join(opening(alignment_tax=[{}]).paragraph)
    assert "No safety benchmark was compared" in text


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        ([], "No answers"),
        (["simulated"], "Simulated answers"),
        (["imported"], "Imported answers"),
        (["endpoint"], "Real answers"),
        (["carrier pigeon"], "Answers of origin carrier pigeon"),
        (["endpoint", "imported"], "Mixed answers: imported and real"),
    ],
)
def test_the_badge_says_where_the_answers_come_from(opening, origins, expected):
    assert opening(alignment_tax=[{"origin": origin} for origin in origins]).badge.title == expected


def test_the_badge_of_a_page_without_scores_comes_from_the_cells(opening):
    assert opening(coverage=[{"origin": "imported"}]).badge.title == "Imported answers"


def test_answers_that_never_came_are_not_counted_as_answers(opening):
    row = {"count_answers": 1_200, "count_failed": 100, "count_quarantined": 50, "count_not_run": 50}
    facts = dict(opening(model_scores=[row]).facts)
    assert facts["Answers"] == "1,000"
    assert facts["As of"] == "2026-11-20"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"validations": [{"severity": "gate", "is_success": False}]}, "1 expectation that guards the publication"),
        ({"validations": [{"severity": "gate", "is_success": False}] * 2}, "2 expectations that guard the publication"),
        ({"validations": [{"severity": "limit", "is_success": False}]}, "these did not hold: 1 limit."),
        ({"coverage": [{"status": "failed"}]}, "1 cell is not complete and is left out of every tax."),
        ({"alerts": [{}]}, "dpo-2 has fallen by 8.0 points on gsm8k since 2026-11-20."),
        ({"alerts": [{}] * 5}, "2 more alarms in the section of the nights."),
    ],
)
def test_what_is_wrong_stands_on_the_first_screen(opening, rows, expected):
    standing = opening(**rows).standing
    assert standing.is_wrong
    assert expected in " ".join(standing.sentences)


def test_where_nothing_is_wrong_the_first_screen_says_what_holds(opening):
    warned = {"severity": "warning", "is_success": False}
    standing = opening(coverage=[{}, {}], validations=[{}, warned]).standing
    assert (standing.is_wrong, standing.sentences) == (False, ("2 cells are complete, and no alarm stands.",))


def test_a_model_that_lacks_a_score_is_named_under_the_picture(opening):
    safety = {"dimension": "safety", "benchmark_id": "harmful-requests"}
    _, figure = opening(model_scores=[{}, safety, {"model_id": "llama-dpo"}]).picture
    assert "Not drawn, because a score on one of the benchmarks is missing: llama-dpo." in figure.caption


@pytest.mark.parametrize(("knob", "said"), [("strength", ", along the knob"), (None, "aligned from it.")])
def test_the_picture_says_what_its_lines_connect(opening, knob, said):
    safety = {"dimension": "safety", "benchmark_id": "harmful-requests"}
    _, figure = opening(model_scores=[{"knob_name": knob}, {**safety, "knob_name": knob}]).picture
    assert said in figure.caption


def test_without_a_safety_score_the_first_screen_has_no_picture(opening):
    assert opening(model_scores=[{}]).picture == ()


def test_a_pair_that_was_compared_on_safety_alone_counts(opening):
    alone = {"candidate_model_id": "guarded"}
    facts = dict(
        opening(alignment_tax=[{}], safety=[alone, alone, {"candidate_model_id": "other", "kind": "version"}]).facts
    )
    assert facts["Pairs"] == "2"
