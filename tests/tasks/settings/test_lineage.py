"""Files that `merge` and `steer` wrote say how they were made, and a configuration takes it from them."""

from __future__ import annotations

import numpy as np
import pytest

from flows.merging import merge
from tasks.settings.lineage import MERGE_KEY, STEER_KEY, Making, SourceFile, making_of
from tasks.weights.gguf_files import write_adapter, write_control_vector
from tasks.weights.merging import Recipe
from tests.support.tiny_weights import write_tiny

FILE = """
model_defaults: {provider: llama_cpp}
models:
  - {id: plain, weights: base.gguf}
  - {id: mixed, weights: mixed.gguf, base: plain%s}
benchmarks: [arithmetic]
"""
STEERED = Making(method="vector", sources=(SourceFile(role="steered", name="base", file_hash="h"),))


@pytest.fixture
def folder(tmp_path):
    """A base, two fine-tunes, and a vector and an adapter that were found in the base."""
    for seed, name in enumerate(("base", "one", "two")):
        write_tiny(tmp_path / f"{name}.gguf", seed=seed)
    added = {STEER_KEY: STEERED.model_dump_json()}
    write_control_vector(tmp_path / "warm.gguf", {2: np.ones(8)}, "llama", added)
    write_adapter(tmp_path / "cold.gguf", {"m.weight": (np.ones((1, 4)), np.ones((8, 1)))}, "llama", added)
    write_control_vector(tmp_path / "foreign.gguf", {2: np.ones(8)}, "llama")
    return tmp_path


@pytest.fixture
def mixed(folder, load_text):
    """A model of merged weights, with keys of its own."""

    def load(recipe, own=""):
        base = None if recipe.method == "average" else folder / "base.gguf"
        merge([folder / "one.gguf", folder / "two.gguf"], base, folder / "mixed.gguf", recipe)
        return load_text(FILE % own).models[1]

    return load


@pytest.mark.parametrize(
    ("recipe", "knob"),
    [
        (Recipe("average", (1.0, 3.0)), None),
        (Recipe("task", (1.0, 1.0), scale=0.5), ("scale", 0.5)),
        (Recipe("ties", (1.0, 1.0), density=0.2), ("density", 0.2)),
    ],
)
def test_merged_weights_state_their_method_and_the_number_that_a_sweep_varies(mixed, recipe, knob):
    model = mixed(recipe)
    assert model.method == recipe.method
    assert (model.knob and (model.knob.name, model.knob.value)) == knob


def test_what_the_configuration_states_holds(mixed):
    model = mixed(Recipe("task", (1.0, 1.0)), ", method: mine, knob: {name: share, value: 3}")
    assert (model.method, model.knob.name, model.knob.value) == ("mine", "share", 3)


def test_merged_weights_list_what_they_were_made_from(mixed, folder):
    weights, one, two, base = mixed(Recipe("ties", (1.0, 3.0), density=0.2)).files()
    assert [file["role"] for file in (weights, one, two, base)] == ["weights", "part", "part", "base"]
    assert [(file["name"], file["amount"]) for file in (one, two, base)] == [("one", 1), ("two", 3), ("base", None)]
    assert {file["within"] for file in (one, two, base)} == {weights["file_hash"]}
    assert len({file["file_hash"] for file in (weights, one, two, base)}) == 4
    assert weights["making"] == {"method": "ties", "weights": [1, 3], "density": 0.2, "scale": 1, "seed": 0}


@pytest.mark.parametrize(
    ("own", "found"),
    [
        (", control_vectors: [{path: warm.gguf, strength: 0.3}]", ("warm", "strength", 0.3)),
        (", adapters: [{path: cold.gguf, scale: -1}]", ("cold", "strength", -1)),
        (", adapters: [{path: cold.gguf}]", ("cold", "strength", 1)),
    ],
)
def test_a_steered_model_states_its_method_and_strength(folder, load_text, own, found):
    model = load_text(FILE.replace("mixed.gguf", "base.gguf") % own).models[1]
    assert (model.method, model.knob.name, model.knob.value) == found
    assert [file["role"] for file in model.files()][2:] == ["steered"]


def test_a_file_that_does_not_say_how_it_was_made_states_nothing(folder, load_text):
    own = ", control_vectors: [{path: foreign.gguf, strength: 0.3}]"
    model = load_text(FILE.replace("mixed.gguf", "base.gguf") % own).models[1]
    assert (model.method, model.knob) == (None, None)
    assert [(file["role"], file["making"]) for file in model.files()] == [("weights", None), ("control_vector", None)]


@pytest.mark.parametrize("size", [0, 3, 20, 30, 60, 90])
def test_a_file_that_is_cut_off_says_nothing(folder, size):
    (folder / "cut.gguf").write_bytes((folder / "warm.gguf").read_bytes()[:size])
    assert making_of(folder / "cut.gguf", STEER_KEY) is None


def test_a_making_that_cannot_be_read_says_nothing(folder):
    write_control_vector(folder / "odd.gguf", {2: np.ones(8)}, "llama", {STEER_KEY: '{"method": 3}', MERGE_KEY: "{"})
    assert making_of(folder / "odd.gguf", STEER_KEY) is None
    assert making_of(folder / "odd.gguf", MERGE_KEY) is None
    assert making_of(folder / "absent.gguf", MERGE_KEY) is None
