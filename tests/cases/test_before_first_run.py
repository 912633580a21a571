"""What a user should be told before the first run, from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.runs import write_config

pytestmark = pytest.mark.accept


def test_doctor_and_run_say_that_answers_hold_the_markup_of_a_chat_template(run_case):
    case = run_case("answers/M11_missing_chat_template", "aligntax doctor --ask\naligntax run\n")
    asked, run = case.output.split("[exit 0]")[:2]
    assert "warning m: template: the answer holds the markup of a chat template" in asked
    assert case.rows("select count_template_markup from reports.model_scores where subset = 'all'") == [(12,)]
    assert "warning: m: 12 of 12 answers to gsm8k hold the markup of a chat template." in run
    assert "`aligntax doctor --ask --config aligntax.yaml` asks the models" in run


def test_folders_of_the_users_with_our_names_break_nothing(tmp_path, simulator):
    for name in ("flows", "tasks", "warehouse", "infra", "prefect", "uvicorn"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('this folder is the user\\'s')\n")
    write_config(tmp_path, simulator, size=3)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "PYTHON"))}
    done = subprocess.run(
        [Path(sys.executable).with_name("aligntax"), "run"],
        cwd=tmp_path,
        env={**kept, "PREFECT_HOME": str(tmp_path / ".prefect")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "publish" / "aligntax.duckdb").exists()
