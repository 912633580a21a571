import pytest

from tasks.report.summary_sentences import TAX_SENTENCES, answer_sentences, benchmark_sentences

MEAN = {"scope": "all capability"}
OPEN = {
    "is_significant": False,
    "tax_absolute": 0.004,
    **{f"{name}_low": -0.008 for name in ("tax_absolute", "identified")},
    **{f"{name}_high": 0.016 for name in ("tax_absolute", "identified")},
}
GAIN = {"tax_absolute": -0.05, "tax_absolute_low": -0.07, "tax_absolute_high": -0.03, "tax_at_most": -0.032}


@pytest.fixture(scope="session")
def said(make_frames):
    """The sentences on taxes, with plain blanks and hyphens for minus signs."""

    def made(overall, taxes=({},), sentences=answer_sentences, **rows):
        frames = make_frames(overall_tax=[MEAN | row for row in overall], alignment_tax=list(taxes), **rows)
        text = " ".join(sentences(frames.rows(TAX_SENTENCES)))
        return text.replace("\u2212", "-").replace("\u00a0", " ")

    return made


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "llama-dpo lost 5.0 points [3.0, 7.0] of capability over 2 benchmarks against llama-base."),
        (GAIN, "llama-dpo gained 5.0 points [3.0, 7.0] of capability over 2 benchmarks against llama-base."),
        (
            OPEN | {"tax_at_most": 0.014},
            "nothing that could be shown over 2 benchmarks against llama-base: +0.4 points [-0.8, +1.6], at most 1.4.",
        ),
        (
            OPEN | {"tax_at_most": 0.014, "is_below_margin": True, "is_every_benchmark_below_margin": True},
            "at most 1.4, surely less than the margin of 3 points, on each benchmark too.",
        ),
        (OPEN | {"tax_at_most": 0.05, "identified_high": 0.052}, "at most 5.0 whatever the missing answers are."),
        (OPEN | {"tax_absolute_low": 0.001}, ", not significant after Holm's correction."),
        ({"count_benchmarks": 1, "benchmarks": "gsm8k"}, "of capability on gsm8k against llama-base."),
        (
            {"is_significant_whatever_is_missing": False, "identified_low": -0.01, "identified_high": 0.09},
            ", if the missing answers are like the others (whatever they are, the tax is in [-1.0, +9.0]).",
        ),
        (
            {"tax_absolute_low": None, "reason": "one_cluster"},
            "Whether llama-dpo lost capability over 2 benchmarks against llama-base cannot be said: only one cluster.",
        ),
    ],
)
def test_each_of_a_few_pairs_has_its_own_sentence(said, row, expected):
    assert said([row], [{"is_significant": False}]).endswith(expected)


def test_many_pairs_are_told_by_verdict_with_every_interval(said):
    lost = [{"candidate_model_id": f"dpo-{n}", "tax_absolute": 0.04 + n / 100} for n in range(8)]
    others = [OPEN | {"candidate_model_id": "sft", "is_below_margin": True}, GAIN | {"candidate_model_id": "ptx"}]
    silent = {"candidate_model_id": "odd", "tax_absolute": None, "reason": "no item was answered by both"}
    text = said([*lost, *others, silent])
    assert text.startswith(
        "8 of 11 aligned models lost capability over 2 benchmarks against llama-base: dpo-7 11.0 points [3.0, 7.0]; "
    )
    assert "and 2 more with taxes of +4.0 to +5.0 points." in text
    assert "1 gained: ptx 5.0 points [3.0, 7.0]." in text
    assert "1 lost nothing that could be shown: sft +0.4 points [-0.8, +1.6]" in text
    assert "Of 1 it cannot be said: odd no item was answered by both." in text
    assert "Surely less than the margin of 3 points: sft." in text


def test_where_none_of_many_lost_the_first_sentence_says_so(said):
    text = said([OPEN | {"candidate_model_id": f"sft-{n}"} for n in range(4)])
    assert text.startswith("None of 4 aligned models lost capability over 2 benchmarks against llama-base. 4 lost noth")


def test_a_model_with_several_bases_is_named_with_each(said):
    bases = [{"reference_model_id": f"base-{n}"} for n in range(4)]
    text = said([*bases, {"reference_model_id": "base-0", "origin": "imported"}])
    assert "5 of 5 pairs lost capability over 2 benchmarks against their base: " in text
    assert "llama-dpo against base-1 5.0 points" in text
    assert "llama-dpo against base-0 on imported answers 5.0 points" in text


def test_the_correction_is_named_with_its_families(said):
    rows = [{"family": family, "count_tests_holm": count} for family, count in (("harbor", 5), ("meadow", 1))]
    assert "Holm's correction over the 5 pairs of family harbor and the 1 pair of family meadow." in said(rows)
    assert "Holm" not in said([{"count_tests_holm": 1}])


def test_a_correction_within_many_families_is_told_by_their_sizes(said):
    rows = [{"family": f"f{n}", "count_tests_holm": n + 1} for n in range(5)]
    assert "Holm's correction within each of 5 families, over 1 to 5 pairs." in said(rows)


def test_comparisons_without_another_one_beside_them_need_no_correction(said):
    taxes = [{"family": family, "count_tests_holm": 1} for family in ("harbor", "meadow")]
    expected = "2 comparisons on 1 capability benchmark, each the only one of its family, show 2 significant taxes and"
    assert said([{}], taxes, benchmark_sentences).startswith(expected)


def test_a_loss_that_a_windfall_offsets_stands_right_behind_the_answer(said):
    taxes = [{}, {"benchmark_id": "mmlu", "tax_absolute": -0.06, "tax_absolute_high": -0.02}]
    expected = "A loss on one benchmark can hide in a mean: llama-dpo lost 5.6 points [2.1, 9.1] on gsm8k."
    assert said([OPEN], taxes).endswith(expected)
    assert "hide" not in said([{}], taxes)


def test_without_a_mean_the_answer_says_why(said):
    assert "each of them was asked under an attack" in said([])
    assert "there is no tax to report" in said([], taxes=())


def test_the_largest_of_many_is_shown_shrunken_beside_raw(said):
    taxes = [{}, {"benchmark_id": "mmlu", "is_significant": False}]
    text = said([{}], taxes, benchmark_sentences, pooled_tax=[{}])
    assert "The largest tax is +5.6 points [+2.1, +9.1]: llama-dpo against llama-base on gsm8k" in text
    assert "is +4.1 points [+0.5, +7.7]." in text
    assert "shrunken" not in said([{}], taxes, benchmark_sentences)
    assert "shrunken" not in said([{}], taxes, benchmark_sentences, pooled_tax=[{"tax_pooled": None}])
    assert "shrunken" not in said([{}], taxes, benchmark_sentences, pooled_tax=[{"count_taxes": 3}])


def test_a_star_says_when_it_rests_on_what_is_missing(said):
    resting = {"is_significant_whatever_is_missing": False, "identified_low": -0.01, "identified_high": 0.1}
    text = said([{}], [{}, resting], benchmark_sentences)
    assert "1 result is significant only if the missing answers are like the others (whatever they are" in text
    text = said([{}], [{}, resting, resting], benchmark_sentences)
    assert "2 results are significant only if the missing answers are like the others." in text
