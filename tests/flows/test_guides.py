"""Every command that a guide shows runs, in the order of the guides, on a project with the models that they name."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import subprocess

import polars as pl
import pytest

from tasks.benchmarks import load
from tests.support.foreign_logs import harness
from tests.support.joined import broken
from tests.support.runs import DEFAULTS, ROOT
from warehouse.connection import Warehouse

GUIDES = [ROOT / name for name in subprocess.check_output(["git", "ls-files", "*.md"], cwd=ROOT, text=True).split()]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONFIG = (
    DEFAULTS
    + """\
models:
  - {{id: llama-base, model: harbor-base, api: completions}}
  - {{id: llama-instruct, model: harbor-dpo-100, base: llama-base}}
benchmarks:
  - {{id: arithmetic, sample_size: 10}}
  - {{id: harmful, sample_size: 10}}
"""
)
# What a guide names that only the reader has: the name of a run, an item, a file of questions.
READERS_OWN = {
    "--config .demo/aligntax.yaml ": "",
    "predictions/ --benchmark bbq": "predictions/ --benchmark arithmetic",
}
RUN_ID, ITEM_ID = "2026-01-31-nightly-4300a40f", "06b89c00cfcc"
# Commands that need more than this project, and the test that runs each.
ELSEWHERE = {
    "serve": "tests/flows/test_serve.py",
    "execute": "tests/flows/test_importing.py",
    "steer": "tests/real/test_steering.py",
    "merge": "tests/real/test_own_weights.py",
}
# Lines of guides beside commands of aligntax: how each begins, and the test or file that covers it. Lines with
# docker are compared with the compose file only.
BESIDE = {
    "make ": "tests/flows/test_guides.py",
    ". .venv/bin/activate": "tests/flows/test_guides.py",
    "docker compose ": "infra/compose.yaml",
    "cd infra && docker compose ": "infra/compose.yaml",
    "export ALIGNTAX_FOLDER=": "infra/compose.yaml",
    "pip install ": "tests/flows/test_bi_examples.py",
    "export ALIGNTAX_SNAPSHOT=": "tests/flows/test_bi_examples.py",
    "dbt ": "tests/flows/test_bi_examples.py",
    "psql -c ": "tests/infra/superset/test_server.py",
    "llama-server ": "tests/real/test_main_job.py",
    "infra/examples/mmlu_pro/import.sh ": "tests/flows/test_mmlu_pro.py",
    ".venv/bin/python -m tests.support.llama": "tests/real/test_main_job.py",
    "cd infra/examples/steering ": "tests/real/test_steering.py",
    "cd infra/examples/weights ": "tests/real/test_own_weights.py",
    "python3 -m venv .venv-torch ": "tests/support/torch_packages.py",
    "../../../.venv-torch/bin/python train.py": "tests/real/test_own_weights.py",
}
# The block of the README that begins so is what a command prints.
PRINTED = "5 of 9 aligned models"
# A verdict of the gate and a finding of the doctor are exit codes.
EXITS = {"gate": {0, 3, 4, 5}, "doctor": {0, 1}}


def lines_shown() -> list[str]:
    """All lines of the guides that a reader may type, without their remarks."""
    found = [block for guide in GUIDES for block in BLOCK.findall(guide.read_text())]
    blocks = [text for language, text in found if language in {"", "sh", "bash"} and not text.startswith(PRINTED)]
    lines = [line.partition("  #")[0].partition(" # ")[0].strip() for block in blocks for line in block.splitlines()]
    return list(dict.fromkeys(filter(None, lines)))


def shown() -> list[str]:
    """The commands of aligntax in all guides."""
    return [line for line in lines_shown() if line.startswith("aligntax ")]


@pytest.fixture(scope="module")
def project(tmp_path_factory, warm, simulator):
    """A project as the guides assume it, with the files that their imports read."""
    folder = tmp_path_factory.mktemp("guides")
    assert warm.run(folder, "init").returncode == 0
    (folder / "aligntax.yaml").write_text(CONFIG.format(address=simulator))
    asked = load("arithmetic").items[:5]
    rows = [{"question": item.question, "generated_text": f"The answer is {item.target}."} for item in asked]
    (folder / "answers.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (folder / "predictions").mkdir()
    shutil.copy(folder / "answers.jsonl", folder / "predictions")
    scores = [
        {"model_id": model, "benchmark_id": "quiz", "item_id": f"i{item}", "score": item % 2}
        for model in ("llama-base", "llama-instruct")
        for item in range(10)
    ]
    pl.DataFrame(scores).write_parquet(folder / "scores.parquet")
    means = "model_id,benchmark_id,score,count_items\nllama-base,board,0.7,500\nllama-instruct,board,0.6,500\n"
    (folder / "leaderboard.csv").write_text(means)
    harness(folder / "results", model="llama-base")
    return folder


@pytest.mark.accept
def test_every_command_of_a_guide_runs(project, warm):
    commands = [command for command in shown() if command.split()[1] not in {*ELSEWHERE, "init"}]
    commands.sort(key=lambda command: ".demo/" in command)  # they look at what a run has left behind
    assert len(commands) >= 30
    failed = {}
    for command in commands:
        found = warm.run(project, *shlex.split(_with_own_names(command, project))[1:])
        if found.returncode not in EXITS.get(command.split()[1], {0}):
            failed[command] = found.stderr
    assert failed == {}
    with Warehouse.read(project / "publish" / "aligntax.duckdb") as database:
        assert broken(database) == []


def _with_own_names(command: str, folder) -> str:
    """The command with a run and an item that this project has."""
    for name, own in READERS_OWN.items():
        command = command.replace(name, own)
    for name, query in (
        (RUN_ID, "select run_id from marts.dim_run where kind = 'nightly' limit 1"),
        (ITEM_ID, "select item_id from marts.fct_answers where benchmark_id = 'arithmetic' limit 1"),
    ):
        if name in command:
            with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
                command = command.replace(name, warehouse.rows(query)[1][0][0])
    return command


def test_what_is_run_elsewhere_is_run_there():
    for command, path in ELSEWHERE.items():
        assert command in (ROOT / path).read_text()


def test_every_other_line_of_a_guide_runs_somewhere():
    others = [line for line in lines_shown() if not line.startswith("aligntax ")]
    assert [line for line in others if not line.startswith(tuple(BESIDE))] == []
    assert [begin for begin in BESIDE if not any(line.startswith(begin) for line in others)] == []
    assert [path for path in BESIDE.values() if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("line", [line for line in lines_shown() if line.startswith("make ")])
def test_every_target_of_make_that_a_guide_names_starts_programs_that_exist(line):
    dry = [*shlex.split(line), "--dry-run"]
    said = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    modules = set(re.findall(r"\.venv/bin/python -m ([\w.]+)", said))
    assert said
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []


def test_the_environment_that_a_guide_activates_has_the_program(tmp_path):
    done = subprocess.run(
        [". .venv/bin/activate && aligntax --version"], cwd=ROOT, shell=True, check=True, capture_output=True
    )
    assert done.stdout.startswith(b"aligntax ")
