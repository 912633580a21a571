"""The registry of other tools' logs, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tasks.errors import InputError
from tasks.importers import LOG_TOOLS
from tests.support.foreign_logs import archive, sample


def test_each_tool_has_a_command_of_its_own():
    commands = [tool.command for tool in LOG_TOOLS]
    assert {"lm-eval", "inspect", "every-eval-ever"} <= set(commands)
    assert len(set(commands)) == len(commands)


def test_the_registry_loads_no_heavy_library():
    heavy = {"duckdb", "prefect", "pandas", "polars", "pyarrow"}
    code = f"import sys, tasks.importers; print({heavy!r} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"


def test_a_folder_of_logs_is_read_file_by_file_and_other_files_are_left(tmp_path):
    (inspect,) = (tool for tool in LOG_TOOLS if tool.command == "inspect")
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        archive(tmp_path / name / "log.eval", [sample(1)])
    (tmp_path / "logs.json").write_text("[]")
    assert [log.sources[0].parent.name for log in inspect.logs_at(tmp_path)] == ["a", "b"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"the folder holds no file named \*\.eval or"):
        inspect.logs_at(tmp_path / "empty")
