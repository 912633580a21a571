"""Cases of the field: inputs that failed once, each with its right value, from the folder of shared data.

A case is a folder with a configuration, its data, the commands to run and, where a model is asked, rules for a small
server. It is copied to a temporary folder, and its commands run there with the program of this checkout.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse.connection import Warehouse

_LONGEST_S = 900


@dataclass(frozen=True, slots=True)
class RunCase:
    """What a case's commands printed and left. ``exit_codes`` has one for each command, in their order."""

    folder: Path
    output: str
    exit_codes: tuple[int, ...]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows of a query on the live warehouse."""
        with Warehouse.read(self.folder / "warehouse.duckdb") as warehouse:
            return warehouse.rows(query)[1]

    def right(self, name: str) -> list[dict[str, object]]:
        """The rows of an answers file, with their right values."""
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]


def run_case(source: Path, folder: Path, commands: str | None = None) -> RunCase:
    """Run the case of a folder in a copy of it; ``commands`` replace its own."""
    shutil.copytree(source, folder)
    with _served(source.parent.parent / "server.py", folder) as port:
        for path in (*folder.glob("*.yaml"), *folder.glob("server.json")):
            path.chmod(0o644)
            path.write_text(path.read_text().replace("PORT", str(port)))
        return _run(folder, commands or (folder / "commands.sh").read_text())


def _run(folder: Path, commands: str) -> RunCase:
    programs = folder / ".bin"
    programs.mkdir()
    installed = Path(sys.executable).parent
    for name, target in (("aligntax", "aligntax"), ("project-python", "python")):
        script = programs / name
        script.write_text(f'#!/bin/sh\nexec "{installed / target}" "$@"\n')
        script.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PREFECT_HOME": str(folder / ".prefect"),
        "DO_NOT_TRACK": "1",
    }
    environment.pop("PREFECT_API_URL", None)
    # A mark behind each command, so that every exit code is known.
    marked = re.sub(r"^(?!\s*$|#)(.*[^&\n])$", r'\1; echo "[exit $?]"', commands, flags=re.MULTILINE)
    done = subprocess.run(
        ["bash", "-c", marked],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
    codes = tuple(int(code) for code in re.findall(r"^\[exit (\d+)\]$", done.stdout, flags=re.MULTILINE))
    return RunCase(folder, done.stdout, codes)


@contextmanager
def _served(program: Path, folder: Path) -> Iterator[int]:
    """The case's server, and its port; 0 for a case without one."""
    if not (folder / "server.json").exists():
        yield 0
        return
    said = folder / ".server"
    with said.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, str(program), "server.json", "0", "server_log.jsonl"], cwd=folder, stdout=stream
        )
    try:
        for _ in range(100):
            if found := re.search(r"ready (\d+)", said.read_text()):
                break
            time.sleep(0.1)
        else:
            raise TimeoutError(said.read_text())
        yield int(found[1])
    finally:
        process.terminate()
        process.wait()
