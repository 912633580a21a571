"""What stays out of a process while it asks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.runs import environment, write_config

HEAVY = ("great_expectations", "pandas", "pyarrow.dataset", "altair")
IN_A_WAREHOUSE = """
import sys
from flows.light_imports import light_imports
import duckdb, polars
frame = polars.DataFrame({"x": ["a", "b"], "y": [1, 2]})
def found():
    connection = duckdb.connect()
    connection.register("incoming", frame.to_arrow())
    return connection.execute("select y from incoming where x = ?", ["b"]).pl()["y"].to_list()
with light_imports():
    with light_imports():
        assert found() == [2]
    assert not {"pandas", "pyarrow.dataset"} & {name for name, module in sys.modules.items() if module}
assert found() == [2]
assert frame.to_pandas()["y"].sum() == 3
"""
# The flow imports its conclusion as soon as it has asked.
A_RUN = """
import sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "flows.conclude":
            print("imported:", *sorted({names} & sys.modules.keys()))
sys.meta_path.insert(0, Watch())
from flows.cli import main
sys.argv = ["aligntax", "run"]
main()
"""


def test_duckdb_reads_parameters_and_frames_without_pandas_and_pandas_works_after_it():
    subprocess.run([sys.executable, "-c", IN_A_WAREHOUSE], check=True)


@pytest.mark.accept
def test_a_run_asks_without_the_modules_of_validation_and_publication(tmp_path, simulator, prefect_api):
    write_config(tmp_path, simulator, size=5)
    program = A_RUN.replace("{names}", repr(set(HEAVY)))

    code = [sys.executable, "-c", program]
    run = subprocess.run(code, cwd=tmp_path, env=environment(prefect_api), capture_output=True, text=True, check=True)

    assert "imported:\n" in run.stdout
