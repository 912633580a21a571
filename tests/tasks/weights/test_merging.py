"""Merges: to the byte where they must be, and by mergekit's formulas given the same mask."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.errors import AligntaxError
from tasks.weights.gguf_files import WeightsFile
from tasks.weights.merging import METHODS, Recipe, mask_of, merged, merged_tensor, mixed, sparse
from tests.support.tiny_weights import write_tiny

RANDOM = np.random.default_rng(3)
BASE = RANDOM.normal(0, 1, (6, 5)).astype(np.float32)
PARTS = [BASE + RANDOM.normal(0, 0.3, BASE.shape).astype(np.float32) for _ in range(3)]


@pytest.fixture
def tiny(tmp_path):
    return [WeightsFile(write_tiny(tmp_path / f"tiny{seed}.gguf", seed=seed)) for seed in range(3)]


@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.3, 0.7)])
def test_the_average_of_a_model_with_itself_is_it_to_the_byte(tiny, weights):
    made = dict(merged([tiny[0], tiny[0]], None, Recipe("average", weights)))
    assert {name: made[name].tobytes() for name in made} == {n: tiny[0].tensor(n).tobytes() for n in tiny[0].names}


@pytest.mark.parametrize("method", METHODS)
def test_a_part_that_is_the_base_changes_nothing(tiny, method):
    recipe = Recipe(method, (0.4,), density=0.5)
    made = dict(merged([tiny[0]], tiny[0], recipe))
    assert all(made[name].tobytes() == tiny[0].tensor(name).tobytes() for name in tiny[0].names)


def test_averages_and_task_arithmetic_are_weighted_sums():
    weights = (0.5, 0.2, 0.3)
    expected = sum(w * part for w, part in zip(weights, PARTS, strict=True))
    assert np.allclose(merged_tensor("m", PARTS, None, Recipe("average", weights)), expected, atol=1e-6)
    moved = BASE + 0.7 * sum(w * (part - BASE) for w, part in zip(weights, PARTS, strict=True))
    assert np.allclose(merged_tensor("m", PARTS, BASE, Recipe("task", weights, scale=0.7)), moved, atol=1e-6)


def test_ties_by_hand():
    """Of (3, -1), (-2, -1), (1, 4) half are kept: 3, -2, 4. Signs: 3 - 2 > 0 elects 3; 4 alone."""
    base = np.zeros(2, dtype=np.float32)
    parts = [np.array(values, dtype=np.float32) for values in ([3, -1], [-2, -1], [1, 4])]
    made = merged_tensor("m", parts, base, Recipe("ties", (1.0, 1.0, 1.0), density=0.5))
    assert made.tolist() == [3.0, 4.0]


def reference(deltas, weights, *, is_elected, is_normalised):
    """The published rules, number by number."""
    made = np.zeros(deltas[0].shape, dtype=np.float64)
    for place in np.ndindex(made.shape):
        terms = [(w, w * delta[place]) for w, delta in zip(weights, deltas, strict=True)]
        if is_elected:
            sign = 1 if sum(term for _, term in terms) >= 0 else -1
            terms = [(w, term) for w, term in terms if np.sign(term) == sign]
        made[place] = sum(term for _, term in terms)
        if is_normalised and sum(w for w, _ in terms):
            made[place] /= sum(w for w, _ in terms)
    return made


@pytest.mark.parametrize(
    ("method", "is_elected", "is_normalised"),
    [
        ("task", False, False),
        ("dare", False, False),
        ("dare-ties", True, False),
        ("ties", True, True),
    ],
)
def test_differences_are_mixed_by_the_published_rules(method, is_elected, is_normalised):
    weights, deltas = (0.5, 1.0, 0.25), [part - BASE for part in PARTS]
    expected = reference(deltas, weights, is_elected=is_elected, is_normalised=is_normalised)
    assert np.allclose(mixed(deltas, weights, method), expected, atol=1e-6)


def test_masks_keep_the_density_and_dare_the_sum_of_sizes():
    delta = RANDOM.normal(0, 1, (200, 50)).astype(np.float32)
    largest = mask_of(delta, Recipe("ties", (1.0,), density=0.3), "m")
    assert largest.sum() == 3000
    assert np.abs(delta[largest]).min() >= np.abs(delta[~largest]).max()
    drawn = mask_of(delta, Recipe("dare", (1.0,), density=0.3), "m")
    assert drawn.mean() == pytest.approx(0.3, abs=0.02)
    assert (drawn == mask_of(delta, Recipe("dare", (1.0,), density=0.3), "m")).all()
    assert (drawn != mask_of(delta, Recipe("dare", (1.0,), density=0.3, seed=1), "m")).any()
    kept = sparse(delta, drawn, is_rescaled=True)
    assert np.abs(kept).sum() == pytest.approx(np.abs(delta).sum(), rel=1e-4)
    assert (kept[~drawn] == 0).all()


def test_hma_takes_a_share_by_thirds_of_the_layers():
    recipe = Recipe("hma", (0.0, 0.5, 1.0))
    part = PARTS[0]
    shares = {"token_embd.weight": 0.0, "blk.0.ffn": 0.0, "blk.4.ffn": 0.5, "blk.8.ffn": 1.0, "output_norm.weight": 1.0}
    for name, share in shares.items():
        made = merged_tensor(name, [part], BASE, recipe, count_blocks=9)
        assert np.allclose(made, BASE + share * (part - BASE), atol=1e-6)


@pytest.mark.parametrize(
    ("recipe", "has_base", "said"),
    [
        (Recipe("ties", (1.0, 1.0)), False, "name it with --base"),
        (Recipe("average", (1.0,)), False, "once for each of the 2 parts"),
        (Recipe("average", (1.0, -1.0)), False, "positive sum"),
        (Recipe("ties", (1.0, 1.0), density=0.0), True, "--density must be above 0"),
        (Recipe("hma", (0.5,)), True, "takes one --part"),
    ],
)
def test_what_cannot_be_merged_is_one_line(recipe, has_base, said):
    with pytest.raises(AligntaxError) as error:
        recipe.check(2, has_base=has_base)
    assert said in str(error.value)


def test_files_of_another_base_are_one_line(tiny, tmp_path):
    fewer = WeightsFile(write_tiny(tmp_path / "fewer.gguf", only={"token_embd.weight"}))
    with pytest.raises(AligntaxError, match="must have the tensors of"):
        list(merged([tiny[0], fewer], None, Recipe("average", (1.0, 1.0))))
