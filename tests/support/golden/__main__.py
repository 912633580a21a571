"""Compare what the demo leaves behind, its charts, every --help and the cookbook's answers with a committed record.

A refactoring must change none of them.

``python -m tests.support.golden`` runs the demo's configuration for a fixed date in a temporary folder and prints what
differs; ``--record`` writes the record anew, ``--warehouse FILE`` compares a file that is there already.
``left_out.yaml`` names what cannot be the same in two runs, and what was changed on purpose.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import duckdb
import yaml
from typer.main import get_command

from flows.cli.app import app
from flows.processes.simulated import simulated_server
from tests.support.golden.charts import FOLDER, charts
from tests.support.golden.cookbook_page import PAGE, page

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
RECORD = HERE / "record.txt"
AS_OF = "2026-01-31"
_PORT = "127.0.0.1:8377"
_COLUMNS = """
select table_schema || '.' || table_name, column_name, data_type from information_schema.columns
where table_catalog = current_database() order by table_schema, table_name, ordinal_position
"""


def main() -> int:
    """Compare or record; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compare the demo's tables, charts and help texts with the record.")
    parser.add_argument("--record", action="store_true", help="write the record anew")
    parser.add_argument("--warehouse", type=Path, help="a warehouse that the demo's configuration left behind")
    parser.add_argument("--keep", type=Path, help="folder to run in, which is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        warehouse = options.warehouse or demo_warehouse(options.keep or Path(temporary))
        published = warehouse.parent / "publish"
        found = {RECORD: described(warehouse), PAGE: page(published / "aligntax.duckdb")}
        found |= charts(published / "report.html")
    if options.record:
        FOLDER.mkdir(exist_ok=True)
        for path, text in found.items():
            path.write_text(text)
        return 0
    lines = [line for path, text in found.items() for line in differences(path, text)]
    print(
        "\n".join(lines)
        or "The demo's tables and charts, the help texts and the cookbook's answers are those of the record."
    )
    return 1 if lines else 0


def differences(record: Path, found: str) -> Iterator[str]:
    """What differs from a record, line by line."""
    known = record.read_text() if record.exists() else ""
    return difflib.unified_diff(known.splitlines(), found.splitlines(), record.name, "now", n=0)


def demo_warehouse(folder: Path) -> Path:
    """The warehouse after a run of the demo's configuration for the fixed date."""
    folder.mkdir(parents=True, exist_ok=True)
    with simulated_server(folder) as address:
        config = folder / "aligntax.yaml"
        config.write_text((ROOT / "flows" / "demonstration.yaml").read_text().replace(_PORT, address))
        _aligntax("run", "--config", str(config), "--as-of", AS_OF)
    return folder / "warehouse.duckdb"


def described(warehouse: Path) -> str:
    """The record's text: a line per table and column with a hash of its values, then the help texts."""
    left_out = yaml.safe_load((HERE / "left_out.yaml").read_text())
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = list(_tables(connection, left_out))
    helps = [
        f"$ aligntax {command} --help\n{_aligntax(*command.split(), '--help')}"
        for command in _commands(get_command(app))
    ]
    return "\n".join([*tables, "", *helps])


def _commands(group: click.Command, path: str = "") -> Iterator[str]:
    """Every command of the command line, as it is typed."""
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from _commands(command, f"{path} {name}".strip())


def _tables(connection: duckdb.DuckDBPyConnection, left_out: dict[str, Any]) -> Iterator[str]:
    connection.execute("set TimeZone = 'UTC'")
    columns: dict[str, list[str]] = {}
    kept = left_out["columns"].keys()
    for table, column, kind in connection.execute(_COLUMNS).fetchall():
        if table not in left_out["tables"]:
            columns.setdefault(table, []).append(column if column in kept else f"{column} {kind}")
    for table, described in columns.items():
        names = [column.split(" ")[0] for column in described if " " in column]
        condition = left_out["rows"].get(table, "false")
        found = connection.execute(f"select {', '.join(names)} from {table} where not coalesce({condition}, false)")
        rows = [tuple(map(_text, row)) for row in found.fetchall()]
        yield f"{table}: {len(rows)} rows {_hash(map(repr, rows))}"
        for column, values in zip((c for c in described if " " in c), zip(*rows, strict=True), strict=False):
            yield f"  {column}: {_hash(values)}"


def _text(value: Any) -> str:
    """A value as text: ten digits of a float, whose last ones depend on the order of a sum or on rounding."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _hash(values: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(values)).encode()).hexdigest()[:12]


def _aligntax(*arguments: str) -> str:
    command = [sys.executable, "-c", "from flows.cli import main; main()", *arguments]
    environment = {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    found = subprocess.run(
        command, capture_output=True, text=True, env=_environment(environment), cwd=ROOT, check=False
    )
    if found.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit {found.returncode}\n{found.stdout}\n{found.stderr}")
    return found.stdout


def _environment(own: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ALIGNTAX_"))}
    return {**inherited, **own, "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    raise SystemExit(main())
