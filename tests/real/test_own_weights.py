"""The example of weights whose making is known: trained, tuned, merged, served and measured by the guide's commands.

It trains as a reader does, for minutes, and what it measures must show; so it runs at full size alone.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess

import pytest

from tasks.identity import file_hash
from tests.support.llama import NotToBeHadError, install
from tests.support.runs import ROOT, environment
from tests.support.sizes import size
from tests.support.torch_packages import EXAMPLE, install_torch
from warehouse.connection import Warehouse

pytestmark = [
    pytest.mark.endurance,
    pytest.mark.skipif(
        size() != "full", reason="training takes minutes, and a base of a few steps has no skill to lose"
    ),
]
_COMMAND = re.compile(r"^((?:\.\./\.\./\.\./\.venv-torch/bin/python|aligntax) .*?)(?:  +#.*)?$", re.MULTILINE)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The example's folder after the guide's commands, in a copy of the places that they name."""
    try:
        install()
        install_torch()
    except NotToBeHadError as error:
        # Also with CI=true: where the package index gives no build of torch for the processor, no change here can.
        pytest.skip(str(error))
    root = tmp_path_factory.mktemp("own")
    folder = root / "infra" / "examples" / "weights"
    shutil.copytree(
        EXAMPLE, folder, ignore=shutil.ignore_patterns("*.gguf", "*.csv", "*.duckdb*", "publish", ".aligntax")
    )
    for name in (".venv-torch", ".venv-real"):
        (root / name).symlink_to(ROOT / name)
    path = {"PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    commands = _COMMAND.findall((folder / "README.md").read_text())
    assert [command.split()[1] for command in commands] == ["train.py", "merge", "merge", "run", "sql"]
    for command in commands:
        done = subprocess.run(
            shlex.split(command),
            cwd=folder,
            env=environment() | path,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return folder


@pytest.fixture(scope="module")
def ask(example):
    """Rows of a query on the warehouse that the run left."""

    def rows(query):
        with Warehouse.read(example / "warehouse.duckdb") as warehouse:
            return warehouse.rows(query)[1]

    return rows


def test_the_warehouse_knows_what_the_merged_models_are_made_of(example, ask):
    columns = "model_id, role, name, file_hash, amount, method, same_as_model_id"
    rows = ask(f"select {columns} from marts.dim_model_file where model_id in ('merged', 'halfway') order by 1, place")
    hashes = {name: file_hash(example / f"{name}.gguf") for name in {row[2] for row in rows}}
    assert rows == [
        ("halfway", "weights", "halfway", hashes["halfway"], None, "task", None),
        ("halfway", "part", "strong", hashes["strong"], 1, None, "strong"),
        ("halfway", "base", "base", hashes["base"], None, None, "base"),
        ("merged", "weights", "merged", hashes["merged"], None, "average", None),
        *(("merged", "part", f"shard{n}", hashes[f"shard{n}"], 1, None, None) for n in (1, 2, 3)),
    ]


def test_method_and_knob_of_merged_models_come_from_their_files(ask):
    rows = ask("select model_id, method, knob_name, knob_value from marts.dim_model where model_id >= 'h' order by 1")
    assert [row for row in rows if row[0] in {"halfway", "merged"}] == [
        ("halfway", "task", "scale", 0.5),
        ("merged", "average", None, None),
    ]


def test_merged_models_are_compared_with_the_plain_fine_tune_at_their_safety(ask):
    rows = ask(
        "select mitigated_model_id, aligned_model_id, benchmark_id, safety_reason from reports.mitigation order by all"
    )
    assert rows == [
        (name, "strong", skill, None) for name in ("halfway", "merged") for skill in ("reversing", "sorting")
    ]


def test_the_strengths_are_a_sweep_that_begins_with_the_base(ask):
    rows = ask("select distinct strength, model_id from reports.sweep_points where method = 'conduct' order by 1")
    assert rows == [(0, "base"), (15, "gentle"), (40, "middle"), (120, "strong")]
    assert ask("select count(distinct benchmark_id) from reports.sweep_fit where method = 'conduct'") == [(4,)]


def test_the_base_has_its_skills_and_the_strongest_model_its_conduct(ask):
    scores = dict(ask("select model_id || '/' || benchmark_id, score from reports.model_scores where subset = 'all'"))
    assert min(scores["base/reversing"], scores["base/sorting"]) > 0.8
    assert scores["base/marked"] < 0.05
    assert scores["strong/marked"] > 0.9
    taxes = "select count(*) from reports.alignment_tax where candidate_model_id = 'strong' and tax_absolute_low > 0"
    assert ask(taxes)[0][0] >= 1
