import pytest

from tasks.report.summary_sentences import TAX_SENTENCES, answer_sentences

ONE = {"count_seeds": 1, "tax_absolute_low": None, "tax_absolute_high": None, "reason": "one_checkpoint"}


@pytest.fixture(scope="session")
def said(make_frames):
    """The sentences behind those on single checkpoints, with plain blanks and hyphens for minus signs."""

    def made(*methods):
        tables = make_frames(method_tax=list(methods)).rows(TAX_SENTENCES)
        _, *rest = answer_sentences(tables)
        return " ".join(rest).replace("\u2212", "-").replace("\u00a0", " ")

    return made


def test_the_tax_of_a_method_is_told_with_what_its_seeds_add(said):
    assert said({}) == (
        "Over 3 training seeds, the method of dpo-1 (dpo-1, dpo-2, dpo-3) lost 5.2 points [1.0, 9.4] of capability "
        "over 2 benchmarks. Taxes of its seeds have a standard deviation of 2.1 points; 41% of this tax's variance is "
        "theirs, the rest the items'."
    )


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ({"is_significant": False}, "lost nothing that could be shown over 2 benchmarks: +5.2 points [+1.0, +9.4]."),
        (
            {"tax_absolute": -0.05, "tax_absolute_low": -0.08, "tax_absolute_high": -0.02},
            "gained 5.0 points [2.0, 8.0] of capability over 2 benchmarks.",
        ),
    ],
)
def test_a_method_has_lost_or_gained_only_where_that_is_significant(said, row, verdict):
    assert verdict in said(row)


def test_seeds_that_chance_explains_say_so(said):
    text = said({"seed_sd": 0.0, "share_variance_seeds": 0.0})
    assert text.endswith("Its seeds differ by no more than chance on the items.")


def test_a_tax_without_limits_says_why(said):
    limits = {"tax_absolute_low": None, "tax_absolute_high": None}
    expected = "costs whichever the training seed cannot be said: only one cluster."
    assert said(limits | {"reason": "one_cluster"}).endswith(expected)


@pytest.mark.parametrize("row", [ONE, {"scope": "benchmark"}, {"kind": "version"}])
def test_one_checkpoint_and_single_benchmarks_have_no_sentence(said, row):
    assert said(row) == ""


def test_of_many_methods_the_largest_taxes_are_told(said):
    rows = [{"candidate_model_id": f"m{n}", "tax_absolute": n / 100} for n in range(5)]
    text = said(*rows)
    assert [f"the method of m{n} " in text for n in range(5)] == [False, False, True, True, True]
    assert text.endswith("2 more methods with several training seeds: reports.method_tax has them.")
