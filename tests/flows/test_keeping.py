"""`backup`, `restore` and `compact` as a user types them."""

from __future__ import annotations

import resource
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.cli.options import CONFIG
from tasks.errors import UsageError
from tests.support.runs import command, environment

pytestmark = pytest.mark.accept


def invoke(*arguments):
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == 0, done.output + repr(done.exception)
    return done.output


@pytest.fixture
def folder(published, tmp_path, monkeypatch):
    """A copy of a project with scores, which is the working folder."""
    shutil.copytree(published, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def test_a_backup_is_restored_where_warehouse_and_configuration_are_lost(folder):
    said = invoke("backup")
    (file,) = (folder / "backups").iterdir()
    assert f"backups/{file.name}" in said
    assert "240 answers" in said
    stated = CONFIG.read_text()
    (folder / "warehouse.duckdb").unlink()
    CONFIG.unlink()
    assert "240 answers" in invoke("restore", file)
    assert CONFIG.read_text() == stated
    assert CONFIG.absolute().stat().st_mode & 0o777 == 0o600
    assert "quiz" in invoke("status")


def test_a_warehouse_that_is_there_is_replaced_only_with_yes_and_can_be_brought_back(folder):
    invoke("backup", "--to", "saved.duckdb")
    refused = CliRunner().invoke(app, ["restore", "saved.duckdb"])
    assert isinstance(refused.exception, UsageError)
    assert "--yes" in str(refused.exception)
    said = invoke("restore", "saved.duckdb", "--yes")
    (kept,) = folder.glob("*.before-restore")
    assert f"restore {kept.name} --yes" in said
    invoke("restore", kept.name, "--yes")


def test_on_a_full_disk_one_line_says_so_and_nothing_is_left(folder):
    invoke("backup", "--to", "saved.duckdb")
    before = sorted(file.name for file in folder.iterdir())
    for arguments in (["backup", "--to", "more.duckdb"], ["compact"], ["restore", "saved.duckdb", "--yes"]):
        full = subprocess.run(
            command(*arguments),
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000)),
        )
        assert full.returncode == 1
        (line,) = full.stderr.splitlines()
        assert line.startswith("error: cannot write")
        assert "File too large" in line
        assert sorted(file.name for file in folder.iterdir()) == before


def test_compacting_says_both_sizes(folder):
    assert "MB before" in invoke("compact")
