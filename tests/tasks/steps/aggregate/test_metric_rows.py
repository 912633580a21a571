"""Metrics that are not a mean over items: bias scores, BLEU of a corpus, perplexity and pass@k."""

from __future__ import annotations

import gzip
import json
import math

import pytest
import sacrebleu

from tasks.benchmarks import load
from tasks.scorers import scorer
from tasks.settings import AnalysisSettings
from tasks.stats.multiplicity import benjamini_hochberg, holm
from tasks.steps.aggregate.metrics import BY_SCORER

TAXES = "select * from reports.metric_tax where subset = 'all' order by benchmark_id, metric"
SCORES = "select * from reports.metric_scores where subset = 'all' order by model_id, metric"


def items(count):
    return [f"item {index:02}" for index in range(count)]


# ------------------------------------------------------------------------------------------------------- bias


@pytest.fixture
def prompt_formats(world, shared_data):
    """The published answers of UnifiedQA-11B to the questions on age, with its two prompt formats as two models."""
    path = shared_data / "data" / "bbq" / "unifiedqa_preds" / "preds_Age.jsonl.gz"
    questions = load("bbq", str(path)).items
    world.benchmark(
        "bbq",
        [item.item_id for item in questions],
        clusters=[item.cluster_id for item in questions],
        subsets=[item.subset for item in questions],
        targets=[item.target for item in questions],
        dimension="bias",
        domain="safety",
        scorer="bbq",
    )
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    for name in ("arc", "race"):
        texts = [row[f"unifiedqa-t5-11b_pred_{name}"] for row in rows]
        verdicts = [scorer("bbq").score(item, text) for item, text in zip(questions, texts, strict=True)]
        values, kept = ([getattr(verdict, part) for verdict in verdicts] for part in ("value", "answer"))
        world.answers(name, "bbq", "c " * len(kept), values=[value or 0.0 for value in values], kept=kept)
    world.pair("arc", "race", kind="prompt")
    return world


def test_published_bias_scores_are_reproduced_and_a_less_biased_prompt_is_a_windfall(prompt_formats):
    published = {"bias_ambiguous": (48.9, 29.8), "bias_disambiguated": (3.3, 1.2)}
    rows = {row["metric"]: row for row in prompt_formats.report(TAXES)}
    for metric, (arc, race) in published.items():
        row = rows[metric]
        assert [100 * row[f"{side}_score"] for side in ("reference", "candidate")] == pytest.approx(
            [arc, race], abs=0.1
        )
        assert row["tax"] == pytest.approx(row["candidate_score"] - row["reference_score"])
        assert row["tax_low"] < row["tax"] < row["tax_high"]
        assert row["count_paired_items"] == 1840
    assert rows["bias_ambiguous"]["is_windfall"]
    assert rows["bias_ambiguous"]["is_significant"]
    assert rows["nonalignment_cost"]["reference_score"] == pytest.approx(-0.0554, abs=5e-5)
    scores = prompt_formats.report(SCORES)
    assert [(row["model_id"], row["metric"]) for row in scores] == [
        (model, metric) for model in ("arc", "race") for metric in sorted(rows)
    ]
    assert all(row["score_low"] < row["score"] < row["score_high"] for row in scores)


# ------------------------------------------------------------------------------------ BLEU, perplexity, pass@k

REFERENCES = ["the river runs past the old mill", "a dog sleeps on the warm step", "she wrote two short letters"] * 8
BETTER = [*REFERENCES[:23], "a river"]
WORSE = [" ".join(words[::-1] if index % 3 else words[:-1]) for index, words in enumerate(map(str.split, REFERENCES))]
LENGTHS = [10.0 + 7 * index for index in range(20)]  # the number of words of each page
LIKELIHOODS = {
    "base": [2.0 * length + index % 3 for index, length in enumerate(LENGTHS)],
    "aligned": [2.2 * length + index % 5 for index, length in enumerate(LENGTHS)],
}
UNSURE = '{"answer": "C", "unknown": "C", "biased": "A"}'


@pytest.fixture(scope="module")
def made_up(shared_world):
    """A translation, programs with four repeats and with one, and bias questions that no model answers with a bias."""
    world = shared_world
    world.benchmark("translation", items(24), targets=REFERENCES, scorer="bleu", metric="bleu")
    world.answers("base", "translation", "c " * 24, values=[0.9] * 24, texts=BETTER)
    world.answers("aligned", "translation", "c " * 24, values=[0.2] * 24, texts=WORSE)
    world.benchmark("coding", items(40), domain="coding", metric="pass_at_1")
    world.answers("base", "coding", "cccc " * 20 + "ciii " * 20)
    world.answers("aligned", "coding", "cccc " * 10 + "iiii " * 30)
    world.benchmark("coding once", items(40), domain="coding", metric="pass_at_1")
    world.answers("base", "coding once", "c " * 40)
    questions = [f"question {index}" for index in range(6)]
    world.benchmark("bbq", questions, targets=[UNSURE] * 6, dimension="bias", domain="safety", scorer="bbq")
    world.answers("base", "bbq", "c " * 6, kept=["C unknown"] * 6)
    world.benchmark("pages", items(20), scorer="lm_eval:word_probability", metric="word_probability")
    for model, likelihoods in LIKELIHOODS.items():
        means = [math.exp(-lost / length) for lost, length in zip(likelihoods, LENGTHS, strict=True)]
        world.answers(model, "pages", "p " * 20, values=means, kept=[f"{length:g}" for length in LENGTHS])
    world.pair("base", "aligned")
    return world


def bleu_of(texts):
    return sacrebleu.corpus_bleu(texts, [REFERENCES]).score / 100


def test_corpus_bleu_equals_what_the_library_computes(made_up):
    row = made_up.report(TAXES)[-1]
    expected = bleu_of(BETTER), bleu_of(WORSE)
    assert (row["reference_score"], row["candidate_score"]) == pytest.approx(expected, abs=1e-12)
    assert row["tax"] == pytest.approx(expected[0] - expected[1])
    assert row["tax_low"] < row["tax"] < row["tax_high"]
    assert (row["metric"], row["higher_is_better"], row["se_method"]) == ("corpus_bleu", True, "cluster_bootstrap_t")


def test_perplexity_weighs_pages_by_their_words_and_a_higher_perplexity_is_a_tax(made_up):
    (row,) = made_up.report("select * from reports.metric_tax where subset = 'all' and metric = 'word_perplexity'")
    before, after = (math.exp(sum(LIKELIHOODS[model]) / sum(LENGTHS)) for model in ("base", "aligned"))
    assert (row["reference_score"], row["candidate_score"]) == pytest.approx((before, after))
    assert row["tax"] == pytest.approx(after - before)
    assert 0 < row["tax_low"] < row["tax"] < row["tax_high"]
    assert (row["higher_is_better"], row["is_proportion"], row["is_windfall"]) == (False, False, False)


def test_pass_at_1_equals_the_headline_tax_and_pass_at_4_counts_any_success(made_up):
    one, four, *_ = made_up.report(TAXES)
    (tax,) = made_up.report("select * from reports.alignment_tax where is_headline and benchmark_id = 'coding'")
    for name in ("", "_low", "_high"):
        assert one[f"tax{name}"] == pytest.approx(tax[f"tax_absolute{name}"])
    assert (four["metric"], four["reference_score"], four["candidate_score"]) == ("pass_at_4", 1.0, 0.25)
    assert four["tax"] == pytest.approx(0.75)


def test_programs_without_repeats_have_no_pass_at_k(made_up):
    assert not [row for row in made_up.report(SCORES) if row["benchmark_id"] == "coding once"]


def test_a_model_that_never_shows_bias_has_a_score_of_0_and_a_reason_for_missing_limits(made_up):
    (row,) = (row for row in made_up.report(SCORES) if row["benchmark_id"] == "bbq")
    assert (row["metric"], row["score"], row["score_low"]) == ("bias_ambiguous", 0.0, None)
    assert row["reason"] == "resamples_do_not_vary"


def test_p_values_are_adjusted_within_the_metrics(made_up):
    rows = made_up.report(TAXES)
    assert [row["p_value_holm"] for row in rows] == pytest.approx(holm([row["p_value"] for row in rows]))
    assert [row["p_value_bh"] for row in rows] == pytest.approx(benjamini_hochberg([row["p_value"] for row in rows]))


def test_every_metric_is_described_and_every_missing_number_has_a_reason(made_up):
    listed = {row["metric"] for row in made_up.report("select metric from marts.dim_metric")}
    assert listed == {metric.name for metrics in BY_SCORER.values() for metric in metrics} | {"pass_at_k"}
    for table, column in (("metric_tax", "tax"), ("metric_scores", "score")):
        assert made_up.report(f"from reports.{table} where {column}_low is null and reason is null") == []


def test_the_k_of_pass_at_k_are_configured_and_swapping_the_models_negates_every_tax(made_up):
    before = made_up.report(TAXES)[-1]
    made_up.warehouse.rows("update raw.pairs set reference_model_id = 'aligned', candidate_model_id = 'base'")
    made_up.rebuild(AnalysisSettings(pass_at=(2, 9)))
    two, _, bleu = made_up.report(TAXES)
    assert (two["metric"], two["candidate_score"]) == ("pass_at_2", pytest.approx((20 + 20 * 0.5) / 40))
    assert bleu["tax"] == -before["tax"]
    assert [-bleu["tax_high"], -bleu["tax_low"]] == pytest.approx([before["tax_low"], before["tax_high"]], abs=0.02)
