"""Real outputs of base and aligned models on 12,032 questions, with figures that were computed elsewhere."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tasks.stats.bootstrap import bootstrap_means
from tasks.stats.mean import mean_score
from tasks.stats.paired import paired_difference
from tasks.stats.ratio import relative_tax

PAIRS = {
    "mistral-0.1": ("Mistral-7B-v0.1", "Mistral-7B-Instruct-v0.1"),
    "mistral-0.2": ("Mistral-7B-v0.2-hf", "Mistral-7B-Instruct-v0.2"),
    "llama-3.1": ("Meta-Llama-3_1-8B", "Meta-Llama-3_1-8B-Instruct"),
}


@dataclass(frozen=True)
class Known:
    estimate: float
    naive: float
    cr0: float
    cr1: float
    cr2: float
    limits: tuple[float, float]
    deff: float
    relative: tuple[float, float, float]
    cr2_by_source: float
    lost: int
    gained: int


KNOWN = {
    "mistral-0.1": Known(
        *(0.05618, 0.00451, 0.00708, 0.00734, 0.00736),
        *((0.0401, 0.0723), 2.7, (0.1887, 0.1308, 0.2633), 0.00693, 1832, 1156),
    ),
    "mistral-0.2": Known(
        *(0.00416, 0.00449, 0.00835, 0.00867, 0.00869),
        *((-0.0149, 0.0232), 3.7, (0.0142, -0.0488, 0.0873), 0.00665, 1485, 1435),
    ),
    "llama-3.1": Known(
        *(-0.07696, 0.00463, 0.01123, 0.01166, 0.01170),
        *((-0.1025, -0.0514), 6.4, (-0.2109, -0.3058, -0.1332), 0.00852, 1127, 2053),
    ),
}


@dataclass(frozen=True)
class Pair:
    name: str
    reference: np.ndarray
    candidate: np.ndarray
    category: list[str]
    source: list[str]


def answers(folder: Path, model: str):
    with zipfile.ZipFile(folder / "data" / "mmlu_pro" / f"model_outputs_{model}_5shots.zip") as archive:
        rows = json.loads(archive.read(archive.namelist()[0]))
    return {row["question_id"]: row for row in rows}


@pytest.fixture(scope="module", params=PAIRS)
def pair(request):
    # Of module scope, so that each file is read once. The session's fixture finds the folder or skips.
    folder = request.getfixturevalue("shared_data")
    base, aligned = (answers(folder, model) for model in PAIRS[request.param])
    ids = sorted(base.keys() & aligned.keys())
    reference, candidate = (
        np.array([float(rows[key]["pred"] == rows[key]["answer"]) for key in ids]) for rows in (base, aligned)
    )
    category, source = ([base[key][name] for key in ids] for name in ("category", "src"))
    return Pair(request.param, reference, candidate, category, source)


def test_absolute_tax_by_category(pair):
    known = KNOWN[pair.name]
    result = paired_difference(pair.reference - pair.candidate, pair.category)
    errors = (result.standard_error_naive, result.standard_error_cr0, result.standard_error_cr1, result.standard_error)
    assert round(result.estimate, 5) == known.estimate
    assert [round(error, 5) for error in errors] == [known.naive, known.cr0, known.cr1, known.cr2]
    assert (round(result.low, 4), round(result.high, 4)) == known.limits
    assert (round(result.df, 2), round(result.deff, 1)) == (11.58, known.deff)
    assert (result.method, result.flags, result.reason) == ("cr2_bm", (), None)
    assert (result.count_items, result.count_clusters) == (12032, 14)
    assert result.count_discordant == known.lost + known.gained


def test_relative_tax_by_category(pair):
    result = relative_tax(pair.reference, pair.candidate, pair.category)
    assert result.kind == "interval"
    assert tuple(round(x, 4) for x in (result.estimate, result.low, result.high)) == KNOWN[pair.name].relative


def test_absolute_tax_by_source(pair):
    result = paired_difference(pair.reference - pair.candidate, pair.source)
    assert round(result.standard_error, 5) == KNOWN[pair.name].cr2_by_source
    assert result.count_clusters == 91


def test_the_bootstrap_agrees_on_the_standard_error(pair):
    difference = (pair.reference - pair.candidate)[:, np.newaxis]
    means = bootstrap_means(difference, pair.category, rng=np.random.default_rng(1))
    # Like CR0; 2,000 resamples of 14 clusters.
    assert means.std(ddof=1) == pytest.approx(KNOWN[pair.name].cr0, rel=0.08)


def test_scores_are_those_of_the_files(pair):
    expected = {"mistral-0.1": (0.2977, 0.2415), "mistral-0.2": (0.2917, 0.2876), "llama-3.1": (0.3649, 0.4419)}
    scores = [mean_score(values, pair.category) for values in (pair.reference, pair.candidate)]
    assert tuple(round(score.estimate, 4) for score in scores) == expected[pair.name]
    assert all(score.low < score.estimate < score.high for score in scores)
