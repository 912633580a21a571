"""Real runs: the command line as a process, a real Prefect server, a simulated model server with a known truth."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.processes.prefect_server import QUIET, PrefectServer, prefect_server
from tests.support.runs import environment, write_config
from tests.support.warm import Warm


@pytest.fixture(scope="session")
def starting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server for several runs, configured as a user would do it. It may still be starting."""
    with prefect_server(tmp_path_factory.mktemp("prefect")) as server:
        yield server


@pytest.fixture(scope="session")
def prefect_api(starting_server: PrefectServer) -> str:
    """The address of the Prefect server, once it is up."""
    starting_server.wait_until_up()
    return starting_server.address


@pytest.fixture
def project(tmp_path: Path, simulator: str) -> Path:
    """A folder with a small configuration against the simulator."""
    write_config(tmp_path, simulator)
    return tmp_path


@pytest.fixture(scope="session")
def warm(starting_server: PrefectServer) -> Warm:
    """The process from which commands are forked. Its environment is set before it imports Prefect."""
    wanted = {**environment(starting_server.address), **QUIET, "GX_ANALYTICS_ENABLED": "false"}
    with pytest.MonkeyPatch.context() as patched:
        for name in os.environ.keys() - wanted.keys():
            patched.delenv(name)
        for name, value in wanted.items():
            patched.setenv(name, value)
        return Warm(wanted)


@pytest.fixture(scope="session")
def aligntax(warm: Warm, prefect_api: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a folder and return what it printed."""

    def run(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        found = warm.run(folder, *arguments)
        assert found.returncode == code, f"exit {found.returncode}\n{found.stdout}\n{found.stderr}"
        return found

    return run


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Path:
    """A project whose publication comes from one imported file, so that reading it needs no run."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "aligntax.yaml").write_text(
        "model_defaults: {provider: recorded}\nmodels: [{id: base}, {id: aligned, base: base}]\n"
        "benchmarks: [arithmetic]\n"
    )
    rows = [
        {"model": model, "benchmark": "quiz", "item": f"q{n}", "cluster": f"c{n % 12}", "value": float(n % modulus > 0)}
        for model, modulus in (("base", 5), ("aligned", 3))
        for n in range(120)
    ]
    (folder / "scores.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = warm.run(folder, "import", "scores", "scores.jsonl", "--as-of", "2026-01-31")
    assert found.returncode == 0, found.stderr
    return folder
