"""Recovery of a mitigation: coverage of its set, and the reasons where there is no tax to recover."""

from __future__ import annotations

import csv
import re
import string
from collections import Counter

import numpy as np
import pytest

from tasks.stats.mitigation import rank_methods, recovery, recovery_sets
from tasks.stats.multiplicity import holm
from tests.support.clustered_counts import clustered_counts, equal_sizes, paired_sums
from tests.support.sizes import at_every_size, bounds, replications

FULL = 10_000
# Joint outcomes of base, aligned and mitigated model on one item.
OUTCOMES = np.array([(1, 1, 1), (1, 0, 1), (1, 0, 0), (0, 1, 1), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 0, 0)])


def joint_cells(tax, share):
    """A tax with noise on both sides, of which a share was recovered."""
    noise = 0.05
    lost, back = tax + noise, share * tax
    cells = np.array([0.35, back + noise / 2, lost - back - noise / 2, noise, 0.02, 0.03, 0.03, 0.0])
    cells[7] = 1 - cells.sum()
    return cells


SETTINGS = [
    pytest.param(100, None, 0.10, 0.5, id="alone-100"),
    pytest.param(500, None, 0.02, 1.0, id="alone-500-tax-2"),
    pytest.param(500, 30, 0.10, 0.5, id="30-clusters-500"),
    pytest.param(2000, 30, 0.05, 1.0, id="30-clusters-2000-tax-5"),
]


def count_covered(count_items, groups, tax, share, count, rng):
    """In how many of ``count`` samples the set contains the true recovery."""
    cells = joint_cells(tax, share)
    shape = (count_items, 1) if groups is None else (groups, count_items // groups)
    counts = clustered_counts(cells, equal_sizes(count, *shape), rng)
    base, aligned, mitigated = OUTCOMES.T
    sets = recovery_sets(*(paired_sums(counts, values) for values in (base - aligned, mitigated - aligned)))
    truth = (cells @ (mitigated - aligned)) / (cells @ (base - aligned))
    inside = (sets.low <= truth) & (truth <= sets.high)
    outside = (sets.kind == "complement") & ~((sets.excluded_low < truth) & (truth < sets.excluded_high))
    return np.count_nonzero(inside | outside | (sets.kind == "whole_line"))


@at_every_size
@pytest.mark.parametrize(("count_items", "groups", "tax", "share"), SETTINGS)
def test_the_set_of_a_recovery_covers_93_to_97_5_percent(count_items, groups, tax, share):
    rng, left, found = np.random.default_rng(1), replications(FULL), 0
    while left > 0:
        found += count_covered(count_items, groups, tax, share, min(left, 1_000), rng)
        left -= 1_000
    least, most = bounds(0.93, 0.975, full=FULL)
    assert least <= found / replications(FULL) <= most


def test_without_a_tax_the_recovery_is_undefined():
    rng = np.random.default_rng(3)
    base = rng.integers(0, 2, 200)
    found = recovery(base, rng.permutation(base), base, None)
    assert found.share.estimate is None
    assert found.share.reason == "tax_not_distinguishable_from_zero"
    assert found.gained.estimate is not None


def test_a_windfall_leaves_no_tax_to_recover():
    found = recovery([0] * 60 + [1] * 40, [1] * 100, [1] * 100, None)
    assert (found.share.estimate, found.share.reason) == (None, "no_tax_to_recover")


def test_a_mitigation_that_changed_nothing_still_has_an_interval_with_a_width():
    base, aligned = [1] * 80 + [0] * 20, [1] * 50 + [0] * 50
    share = recovery(base, aligned, aligned, None).share
    assert share.estimate == 0
    assert share.low < 0 < share.high


def test_equal_models_have_an_undefined_recovery():
    found = recovery([1, 0] * 20, [1, 0] * 20, [1, 0] * 20, None)
    assert found.share.estimate is None
    assert not found.is_solid


def test_ranking_puts_the_better_method_first_and_adjusts_over_pairs():
    rng = np.random.default_rng(4)
    scores = {name: (rng.random(400) < rate).astype(float) for name, rate in (("a", 0.4), ("b", 0.7), ("c", 0.42))}
    pairs = rank_methods(scores, None)
    assert pairs[0].first == "b"
    adjusted = [pair.p_value_holm for pair in pairs]
    assert adjusted == holm([pair.difference.p_value for pair in pairs]).tolist()


def answer_f1(prediction, gold):
    """Token F1 of SQuAD."""
    normal = [
        re.sub(r"\b(a|an|the)\b", " ", "".join(c for c in text.lower() if c not in string.punctuation)).split()
        for text in (prediction, gold)
    ]
    common = sum((Counter(normal[0]) & Counter(normal[1])).values())
    return 2 * common / (len(normal[0]) + len(normal[1])) if common else 0.0


def drop_scores(folder, prompt):
    """For each model, the F1 of the 100 DROP items in file order."""
    csv.field_size_limit(10_000_000)
    scores = {}
    with (folder / "data" / "instructgpt" / "drop_samples.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["prompt_type"] == prompt and row["model_type"].endswith("-175b"):
                best = max(answer_f1(row["sample"].strip(), gold) for gold in row["ref_text"].split("|"))
                scores.setdefault(row["model_type"].removesuffix("-175b"), {})[row["context"], row["ref_text"]] = best
    items = sorted(set.intersection(*(set(found) for found in scores.values())))
    return {model: np.array([found[item] for item in items]) for model, found in scores.items()}


def test_mixing_in_pretraining_recovered_part_of_the_tax_of_ppo(shared_data):
    scores = drop_scores(shared_data, "zeroshot")
    found = recovery(scores["gpt"], scores["ppo-noptx"], scores["ppo-ptx"], None)
    assert found.tax.estimate == pytest.approx(0.2215, abs=0.01)
    assert found.gained.estimate == pytest.approx(0.0566, abs=0.01)
    assert found.is_solid
    assert found.share.low < found.share.estimate < found.share.high < 1
    assert found.share.estimate == pytest.approx(found.gained.estimate / found.tax.estimate)
