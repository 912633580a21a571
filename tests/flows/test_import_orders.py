"""Whatever the order of imports, and wherever one was killed, the tables are those of imports in the order of dates."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

CONFIG = """
warehouse: warehouse.duckdb
max_age_days: 2
analysis: {monitor: {reference_nights: 2}}
model_defaults: {provider: recorded}
models:
  - {id: base, model: base}
  - {id: tuned, model: tuned, base: base}
benchmarks: [arithmetic]
"""
NIGHTS = ("2026-01-01", "2026-01-02", "2026-01-04", "2026-01-12")
KILLED = """
import os, sys
from tasks.steps.land.foreign_rows import ForeignRun
ForeignRun.finish = lambda *_: os._exit(9)
from flows.cli import main
main()
"""
# Findings count the rows that were checked, which depends on what was rebuilt together.
TABLES = """
select table_schema || '.' || table_name
from information_schema.tables
where table_schema in ('reports', 'stats') and table_name <> 'validations'
order by all
"""


@pytest.fixture(name="folder")
def folder_with_nights(tmp_path, monkeypatch):
    """A folder with a configuration and a file of scores for each night.

    The third states clusters, subsets and chance of what the others hold; the last has the bytes of the first.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aligntax.yaml").write_text(CONFIG)
    draw = random.Random(7)
    for number, night in enumerate(NIGHTS[:3]):
        said = [",cluster,subset,chance"] + [f",c{item % 6},s{item % 2},0.25" for item in range(20)]
        lines = [
            f"{model},{benchmark},{item},{int(draw.random() < rate)}{said[item + 1] if number == 2 else ''}"
            for model, rate in (("base", 0.8), ("tuned", 0.6))
            for benchmark in ("b", "c")
            for item in range(20 - 5 * (number == 1))
        ]
        head = f"model,benchmark,item,value{said[0] if number == 2 else ''}"
        (tmp_path / f"{night}.csv").write_text("\n".join([head, *lines]) + "\n")
    (tmp_path / f"{NIGHTS[3]}.csv").write_bytes((tmp_path / f"{NIGHTS[0]}.csv").read_bytes())
    return tmp_path


def arguments(night):
    return ["import", "scores", f"{night}.csv", "--as-of", night]


def imported(monkeypatch, nights):
    """The tables after importing some nights in this order into a new warehouse."""
    for night in nights:
        monkeypatch.setattr(sys, "argv", ["aligntax", *arguments(night)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
    shown = "select columns(c -> c not like '%ed_at' and c <> 'last_answer_at') from"
    with Warehouse.open(Path("warehouse.duckdb")) as warehouse:
        return {name: sorted(map(repr, warehouse.rows(f"{shown} {name}")[1])) for (name,) in warehouse.rows(TABLES)[1]}


def test_tables_do_not_depend_on_the_order_of_imports(folder, monkeypatch):
    in_order = imported(monkeypatch, NIGHTS)
    for seed in (1, 2):
        (folder / "warehouse.duckdb").unlink()
        order = random.Random(seed).sample(NIGHTS, len(NIGHTS))
        tables = imported(monkeypatch, order)
        assert [name for name in in_order if tables[name] != in_order[name]] == [], order


def test_an_import_that_was_killed_is_taken_up_again_and_leaves_what_a_whole_one_leaves(folder, monkeypatch):
    whole = imported(monkeypatch, NIGHTS[1:3])
    (folder / "warehouse.duckdb").unlink()
    imported(monkeypatch, NIGHTS[1:2])
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments(NIGHTS[2])], cwd=folder, check=False)
    assert killed.returncode == 9
    with Warehouse.open(Path("warehouse.duckdb")) as warehouse:
        assert warehouse.rows("select count(*) from raw.item_statements")[1] == [(0,)]
    assert imported(monkeypatch, NIGHTS[2:3]) == whole
