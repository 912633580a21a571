"""What mergekit is told, and what cannot be merged by it. tests/real/test_mergekit.py asks mergekit itself."""

from __future__ import annotations

import json

import pytest

from flows.merging import merge
from tasks.errors import AligntaxError
from tasks.weights.mergekit import mergekit_document
from tasks.weights.merging import Recipe


@pytest.fixture
def folders(tmp_path):
    made = [tmp_path / name for name in ("base", "one", "two")]
    for folder in made:
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"torch_dtype": "bfloat16"}))
    return made


def test_the_recipe_is_told_in_mergekits_words(folders):
    base, *parts = folders
    document = mergekit_document(parts, base, Recipe("ties", (0.5, 1.0), density=0.2, scale=0.7))
    assert document["merge_method"] == "ties"
    assert document["parameters"] == {"lambda": 0.7, "normalize": True}
    assert [one["parameters"] for one in document["models"]] == [
        {"weight": 0.5, "density": 0.2},
        {"weight": 1.0, "density": 0.2},
    ]
    assert (document["base_model"], document["out_dtype"]) == (str(base), "bfloat16")


def test_an_average_needs_no_base(folders):
    document = mergekit_document(folders[1:], None, Recipe("average", (1.0, 1.0)))
    assert (document["merge_method"], "base_model" in document) == ("linear", False)


@pytest.mark.parametrize(
    ("shares", "slices"),
    [
        ((0.2, 0.6, 1.0), [(0, 3, 0.2), (3, 5, 0.6), (5, 7, 1.0)]),
        ((0.5,), [(0, 7, 0.5)]),
        ((0.1, 0.1, 0.4), [(0, 5, 0.1), (5, 7, 0.4)]),
    ],
)
@pytest.mark.parametrize("said", [{"num_hidden_layers": 7}, {"n_layer": 7}, {"text_config": {"num_hidden_layers": 7}}])
def test_heterogeneous_averaging_is_told_as_slices_of_the_layers(folders, said, shares, slices):
    base, part, _ = folders
    (base / "config.json").write_text(json.dumps(said))
    document = mergekit_document([part], base, Recipe("hma", shares, scale=0.5))
    assert (document["merge_method"], document["base_model"]) == ("task_arithmetic", str(base))
    assert document["parameters"] == {"lambda": 0.5, "normalize": False}
    found = [one["sources"] for one in document["slices"]]
    assert [(*tuned["layer_range"], tuned["parameters"]["weight"]) for tuned, _ in found] == slices
    assert all(tuned["layer_range"] == origin["layer_range"] for tuned, origin in found)
    assert {(tuned["model"], origin["model"]) for tuned, origin in found} == {(str(part), str(base))}


@pytest.mark.parametrize(
    ("recipe", "odd", "said"),
    [
        (Recipe("hma", (0.5,)), None, "config.json must say how many layers the model has"),
        (Recipe("average", (1.0,)), "config.json", "must be a GGUF file or a folder with a config.json"),
        (Recipe("average", (1.0,)), None, "mergekit-yaml is not on the path"),
    ],
)
def test_what_cannot_be_merged_is_one_line_and_leaves_nothing(folders, tmp_path, monkeypatch, recipe, odd, said):
    monkeypatch.setenv("PATH", str(tmp_path))
    if odd:
        (folders[1] / odd).unlink()
    with pytest.raises(AligntaxError) as error:
        merge(folders[1:2], folders[0], tmp_path / "made", recipe)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "made").exists()


def test_mergekit_that_fails_is_one_line_and_leaves_nothing(folders, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "mergekit-yaml"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho some trace\necho 'ValueError: sizes differ'\nexit 3\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    with pytest.raises(AligntaxError, match="mergekit ended with code 3; its last line is 'ValueError: sizes differ'"):
        merge(folders[1:2], None, tmp_path / "made", Recipe("average", (1.0,)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "bin", "one", "two"]
