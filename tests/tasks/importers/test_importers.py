"""The registry of other tools' logs, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

from tasks.importers import LOG_TOOLS


def test_each_tool_has_a_command_of_its_own():
    commands = [tool.command for tool in LOG_TOOLS]
    assert {"lm-eval", "inspect", "every-eval-ever"} <= set(commands)
    assert len(set(commands)) == len(commands)


def test_the_registry_loads_no_heavy_library():
    heavy = {"duckdb", "prefect", "pandas", "polars", "pyarrow"}
    code = f"import sys, tasks.importers; print({heavy!r} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"
