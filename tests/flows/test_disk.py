"""A full disk or a folder that cannot be written gives one error line, and no answer is lost."""

from __future__ import annotations

import resource
import subprocess

import pytest

from tests.support.runs import command, count_requests, environment, tables, write_config
from warehouse.connection import Warehouse

DATE = ("--as-of", "2026-01-31")
SIZE, REPEATS, CELLS = 100, 20, 6


def run_on_a_full_disk(folder, prefect_api, largest_file: int) -> subprocess.CompletedProcess[str]:
    """A run that may not write a file beyond a size, which a program sees as a full disk."""
    return subprocess.run(
        command("run", *DATE),
        cwd=folder,
        env=environment(prefect_api),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file)),
    )


def count_answers(folder) -> int:
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        return int(warehouse.rows("select count(*) from raw.generations")[1][0][0])


@pytest.mark.accept
def test_after_a_full_disk_the_same_command_finishes_the_run(tmp_path, simulator, prefect_api, aligntax):
    calm, full = tmp_path / "calm", tmp_path / "full"
    for folder in (calm, full):
        folder.mkdir()
        write_config(folder, simulator, size=SIZE, repeats=REPEATS)
    aligntax(calm, "run", *DATE)

    before = count_requests(simulator)
    stopped = run_on_a_full_disk(full, prefect_api, largest_file=3_000_000)
    assert stopped.returncode == 1, stopped.stdout
    assert [line[:7] for line in stopped.stderr.splitlines() if "error: " in line] == ["error: "]
    assert "cannot write" in stopped.stderr.splitlines()[-1]
    assert "Traceback" not in stopped.stderr
    landed = count_answers(full)
    assert 0 < landed < SIZE * REPEATS * CELLS, "the disk was full before the first answer, or it never was"

    asked = count_requests(simulator) - before
    aligntax(full, "run", *DATE)
    assert count_requests(simulator) - before - asked == SIZE * REPEATS * CELLS - landed
    assert tables(full / "warehouse.duckdb") == tables(calm / "warehouse.duckdb")


@pytest.mark.parametrize("place", ["warehouse: warehouse.duckdb", "publish: {folder: publish}"])
def test_a_folder_that_cannot_be_written_gives_one_error_line(project, aligntax, place):
    (project / "taken").write_text("a file where a folder is wanted")
    name = place.split(":")[0]
    text = (project / "aligntax.yaml").read_text().replace("warehouse: warehouse.duckdb\n", "")
    places = {"warehouse": "warehouse: warehouse.duckdb", "publish": "publish: {folder: publish}"}
    places[name] = {"warehouse": "warehouse: taken/w.duckdb", "publish": "publish: {folder: taken/publish}"}[name]
    (project / "aligntax.yaml").write_text("\n".join([*places.values(), text]))
    stopped = aligntax(project, "run", *DATE, code=1)
    assert "taken" in stopped.stderr.splitlines()[-1]
    assert stopped.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in stopped.stderr
