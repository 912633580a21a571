"""The guide to the tables in other tools: its code and its queries run on a publication, and dbt checks the sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import psycopg
import pytest

from tests.support.postgres_server import postgres_server
from tests.support.runs import ROOT

EXAMPLE = ROOT / "infra" / "examples" / "bi"
GUIDE = (EXAMPLE / "README.md").read_text()


def blocks(language):
    found = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert found
    return found


@pytest.mark.parametrize("code", blocks("python"))
def test_the_code_of_the_notebook_reads_the_publication(published, code):
    command = [sys.executable, "-c", f"{code}\nassert len(taxes) >= 1"]
    done = subprocess.run(command, cwd=published, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("query", blocks("sql"))
def test_the_queries_for_the_tools_are_right(published, query):
    with duckdb.connect(published / "publish" / "aligntax.duckdb", read_only=True) as tables:
        tables.sql(query).fetchall()


@pytest.mark.accept
def test_the_queries_are_right_in_postgresql_as_well(published, tmp_path, warm):
    folder = shutil.copytree(published, tmp_path / "project")
    with postgres_server() as url:
        with (folder / "aligntax.yaml").open("a") as config:
            config.write(f"publish: {{postgres: {{url: '{url}'}}}}\n")
        done = warm.run(folder, "publish")
        assert done.returncode == 0, done.stderr
        with psycopg.connect(url) as connection:
            connection.execute("set role aligntax_reader")
            for query in blocks("sql"):
                connection.execute(query).fetchall()


@pytest.mark.accept
def test_dbt_finds_the_sources_whole(published, tmp_path):
    install, *commands = re.findall(r"^(?:pip|dbt) .*?(?=  #|$)", GUIDE, re.MULTILINE)
    dbt = installed(tmp_path / "environment", install)
    project = shutil.copytree(EXAMPLE / "dbt", tmp_path / "project")
    settings = {
        **os.environ,
        "ALIGNTAX_SNAPSHOT": str(published / "publish" / "aligntax.duckdb"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "HOME": str(tmp_path),
    }
    assert [command.split()[1] for command in commands] == ["source", "build"]
    for command in commands:
        asked = [str(dbt), *command.split()[1:]]
        done = subprocess.run(
            asked, cwd=project, env=settings, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stdout
    assert "ERROR=0" in done.stdout
    assert int(re.search(r"PASS=(\d+)", done.stdout).group(1)) > 100


def installed(folder: Path, command: str) -> Path:
    """The program dbt in an environment of its own, as the guide's command installs it."""
    uv = str(Path(sys.executable).parent / "uv")
    packages = re.findall(r'"([^"]+)"|(\S+)', command.removeprefix("pip install "))
    wanted = [quoted or plain for quoted, plain in packages]
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True, timeout=240)
    asked = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *wanted]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        pytest.skip(f"the package index does not give dbt: {done.stderr[-200:]}")
    return folder / "bin" / "dbt"
