"""What an import says of items: taken where it was unknown, refused where it contradicts what counts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flows.cli import main
from warehouse.connection import Warehouse

CONFIG = """
warehouse: warehouse.duckdb
model_defaults: {provider: recorded}
models:
  - {id: base, model: base}
  - {id: al, model: al, base: base}
benchmarks: [arithmetic]
"""
ROWS = [
    (model, item, int((item * step) % 5 > 1))
    for model, step in (("base", 1), ("al", 2))
    for item in map(int, range(40))
]
TABLES = (
    "select table_schema || '.' || table_name from information_schema.tables where table_schema in ('reports', 'stats')"
)


@pytest.fixture(name="imported")
def importing(tmp_path, monkeypatch, capsys):
    """Import scores of some items, with a column that is made of the item; gives the exit code and the output."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aligntax.yaml").write_text(CONFIG)

    def run(name, stated=None, *, day="2026-01-31", options=(), benchmark="b", rows=ROWS):
        field, value = stated or ("subset", lambda *_: "")
        lines = [f"{model},{benchmark},{item},{score},{value(model, item)}" for model, item, score in rows]
        (tmp_path / name).write_text("\n".join([f"model,benchmark,item,value,{field}", *lines]) + "\n")
        return called(["import", "scores", name, "--as-of", day, *options])

    def called(arguments):
        monkeypatch.setattr(sys, "argv", ["aligntax", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out + said.err

    run.called = called
    return run


def rows(query):
    with Warehouse.open(Path("warehouse.duckdb")) as warehouse:
        return warehouse.rows(query)[1]


CLUSTERS = ("cluster", lambda _, item: f"c{item % 8}")
TAX = "select count_clusters from reports.alignment_tax where subset = 'all' order by as_of_date"


@pytest.mark.parametrize("field", ["cluster", "subset", "chance"])
def test_rows_of_one_file_that_contradict_each_other_are_refused(imported, field):
    code, said = imported("a.csv", (field, lambda model, _: 0.25 if model == "base" else 0.5))
    assert code == 2
    assert "line 42" in said
    assert "line 2" in said
    assert "'0.25'" in said or "0.25" in said


def test_clusters_that_arrive_later_are_taken_and_the_dates_named(imported):
    imported("a.csv", day="2026-01-30")
    code, said = imported("b.csv", CLUSTERS)
    assert code == 0
    assert "cluster of 40 items that were there is known now; reports of 2026-01-30, 2026-01-31 change" in said
    assert rows(TAX) == [(8,), (8,)]


def test_clusters_that_contradict_an_import_before_are_refused_until_it_is_void(imported):
    imported("a.csv", CLUSTERS)
    other = ("cluster", lambda _, item: f"d{item % 4}")
    code, said = imported("b.csv", other)
    assert code == 2
    assert "'d0'" in said
    assert "'c0'" in said
    run_id = said.split("aligntax void ")[1].split()[0]
    imported.called(["void", run_id, "--reason", "wrong clusters"])
    assert imported("b.csv", other)[0] == 0
    assert rows(TAX) == [(4,)]


def test_chance_may_be_stated_and_is_unknown_otherwise(imported):
    imported("a.csv", benchmark="open")
    imported("b.csv", ("chance", lambda *_: 0.25), benchmark="choices")
    found = rows("select benchmark_id, chance_score, tax_chance_adjusted_reason from reports.alignment_tax order by 1")
    assert found == [("choices", 0.25, None), ("open", None, "no_chance_score")]


def test_the_choice_of_shared_items_is_the_same_in_every_import(imported):
    imported("a.csv")
    code, said = imported("b.csv", options=["--shared-items"], rows=ROWS[:60])
    assert code == 2
    assert "--shared-items" in said


@pytest.mark.accept
def test_publish_leaves_what_direct_imports_leave(imported, tmp_path):
    def state():
        return {
            name: sorted(
                map(repr, rows(f"select columns(c -> c not like '%ed_at' and c <> 'last_answer_at') from {name}"))
            )
            for (name,) in sorted(rows(TABLES))
        }

    days = ["2026-01-29", "2026-01-30", "2026-01-31"]
    for day in days:
        imported(f"{day}.csv", CLUSTERS, day=day)
    direct = state()
    (tmp_path / "warehouse.duckdb").unlink()
    for day in days:
        imported(f"{day}.csv", CLUSTERS, day=day, options=["--no-publish"])
    imported.called(["publish"])
    assert state() == direct
