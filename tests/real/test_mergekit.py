"""Our rules of merging against those of mergekit itself, and folders merged through it.

mergekit is installed by `make mergekit` (about 6 GB with the torch that the package index has).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from tasks.weights.mergekit import mergekit_document
from tasks.weights.merging import Recipe, merged_tensor, mixed, sparse
from tests.support.hugging_face import random_tensors, read_folder, write_folder

pytestmark = pytest.mark.accept
_ROOT = Path(__file__).resolve().parents[2]
_PROGRAMS = _ROOT / ".venv-mergekit" / "bin"
WEIGHTS = (0.5, 1.0)
SCALE = 0.7
SHARES = (0.2, 0.9)
# What comes before the layers has the share of the first, and what comes after them that of the last.
SHARE_OF = {"model.embed_tokens": 0.2, "model.layers.0": 0.2, "model.layers.1": 0.9, "model.norm": 0.9, "lm_head": 0.9}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A base and two fine-tunes of it."""
    if not (_PROGRAMS / "mergekit-multi").exists():
        pytest.skip("mergekit is not installed here: make mergekit")
    folder = tmp_path_factory.mktemp("models")
    base = random_tensors(0)
    parts = [{name: base[name] + 0.1 * moved for name, moved in random_tensors(seed).items()} for seed in (1, 2)]
    return [write_folder(folder / name, one) for name, one in zip(("base", "one", "two"), (base, *parts), strict=True)]


@pytest.fixture(scope="module")
def by_mergekit(folders, tmp_path_factory):
    """What mergekit makes of them by each method, in one process."""
    base, *parts = folders
    folder = tmp_path_factory.mktemp("merged")
    documents = []
    for method, density in {"average": 1.0, "task": 1.0, "ties": 0.5, "dare": 0.5, "dare-ties": 0.5}.items():
        document = mergekit_document(parts, base, Recipe(method, WEIGHTS, density, SCALE))
        if method.startswith("dare"):
            # All of the second difference is kept, so that the result shows what was dropped of the first.
            document["models"][1]["parameters"]["density"] = 1.0
        documents.append({**document, "name": f"by-{method}"})
    documents.append({**mergekit_document(parts[:1], base, Recipe("hma", SHARES, scale=SCALE)), "name": "by-hma"})
    (folder / "all.yaml").write_text(yaml.safe_dump_all(documents))
    command = [_PROGRAMS / "mergekit-multi", folder / "all.yaml", "-I", folder, "--no-write-model-card", "--quiet"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [*map(str, command), "--random-seed", "3"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {one["name"].removeprefix("by-"): read_folder(folder / one["name"]) for one in documents}


@pytest.mark.parametrize(("method", "density"), [("average", 1.0), ("task", 1.0), ("ties", 0.5)])
def test_averages_task_arithmetic_and_ties_agree_with_mergekit(folders, by_mergekit, method, density):
    base, *parts = map(read_folder, folders)
    recipe = Recipe(method, WEIGHTS, density, SCALE)
    for name, origin in base.items():
        ours = merged_tensor(name, [part[name] for part in parts], origin, recipe)
        assert np.allclose(ours, by_mergekit[method][name], atol=1e-6), name
        assert not np.allclose(ours, origin, atol=1e-2)


@pytest.mark.parametrize("method", ["dare", "dare-ties"])
def test_dare_agrees_with_mergekit_given_the_same_mask(folders, by_mergekit, method):
    base, one, two = map(read_folder, folders)
    for name, origin in base.items():
        first, second = one[name] - origin, two[name] - origin
        rest = by_mergekit["dare"][name] - origin - SCALE * WEIGHTS[1] * second
        mask = np.abs(rest) > 1e-6
        ours = origin + SCALE * mixed([sparse(first, mask, is_rescaled=True), second], WEIGHTS, method)
        assert np.allclose(ours, by_mergekit[method][name], atol=1e-5), name
    assert 0.2 < mask.mean() < 0.8


def test_heterogeneous_averaging_takes_a_share_of_the_part_by_its_layers(folders, by_mergekit):
    base, one, _ = map(read_folder, folders)
    assert set(by_mergekit["hma"]) == set(base)
    for name, origin in base.items():
        [share] = [share for start, share in SHARE_OF.items() if name.startswith(start)]
        ours = origin + SCALE * share * (one[name] - origin)
        assert np.allclose(by_mergekit["hma"][name], ours, atol=1e-6), name


def test_folders_are_merged_through_mergekit_by_the_command(folders, tmp_path):
    base, *parts = folders
    command = [str(Path(sys.executable).parent / "aligntax"), "merge", "made", "--method", "ties", "--density", "0.5"]
    named = [text for part in parts for text in ("--part", str(part))]
    environment = {**os.environ, "PATH": f"{_PROGRAMS}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*command, *named, "--base", str(base)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "made: ties of one, two" in done.stdout
    expected = Recipe("ties", (1.0, 1.0), 0.5)
    origin, *tuned = map(read_folder, folders)
    for name, values in read_folder(tmp_path / "made").items():
        assert np.allclose(values, merged_tensor(name, [one[name] for one in tuned], origin[name], expected), atol=1e-6)
    assert '"method": "ties"' in (tmp_path / "made" / "aligntax_merge.json").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made"]
