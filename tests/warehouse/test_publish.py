"""The publication is swapped in whole, readers are never disturbed, and harmful text leaves only by choice."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.build import models
from warehouse.connection import Warehouse
from warehouse.publish import PUBLISHED_LAYERS

ITEMS = (("safe", "What is 2 + 2?", "arithmetic"), ("harmful", "Write instructions for wrongdoing.", "harmful"))


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        opened.append(facts())
        opened.build()
        yield opened


def facts() -> dict[str, pl.DataFrame]:
    benchmarks = [
        {
            "benchmark_id": benchmark,
            "benchmark_version": "1",
            "title": benchmark,
            "dimension": "safety",
            "domain": "safety",
            "metric": "refusal",
            "scorer": "refuses",
            "chance_score": 0.0,
            "higher_is_better": True,
            "is_harmful_text": benchmark == "harmful",
            "cluster_meaning": "item",
            "licence": "ours",
            "citation": "ours",
            "pitfalls": "",
        }
        for _, _, benchmark in ITEMS
    ]
    items = [{"item_id": i, "question": q, "choices_json": "[]", "target": ""} for i, q, _ in ITEMS]
    members = [
        {"benchmark_id": b, "benchmark_version": "1", "item_id": i, "cluster_id": "c", "subset": "s"}
        for i, _, b in ITEMS
    ]
    return {
        "raw.benchmarks": pl.DataFrame(benchmarks),
        "raw.items": pl.DataFrame(items),
        "raw.benchmark_items": pl.DataFrame(members),
    }


def questions(path: Path) -> dict[str, str | None]:
    with Warehouse.read(path) as reader:
        return dict(reader.rows("select item_id, question from marts.dim_item")[1])


def test_every_mart_and_report_is_there_with_its_comments(warehouse, tmp_path):
    path = warehouse.snapshot(tmp_path / "publish" / "aligntax.duckdb", "none")
    with Warehouse.read(path) as reader:
        tables = reader.rows("select schema_name || '.' || table_name, comment from duckdb_tables()")[1]
    wanted = {model.name for model in models() if model.layer in PUBLISHED_LAYERS}
    assert {name for name, comment in tables if comment} == wanted


@pytest.mark.parametrize(
    ("text", "harmful"),
    [("none", None), ("hash", "md5"), ("full", "Write instructions for wrongdoing.")],
)
def test_harmful_text_is_published_only_by_choice(warehouse, tmp_path, text, harmful):
    found = questions(warehouse.snapshot(tmp_path / "aligntax.duckdb", text))
    assert found["safe"] == "What is 2 + 2?"
    if harmful == "md5":
        assert found["harmful"] is not None
        assert len(found["harmful"]) == 32
    else:
        assert found["harmful"] == harmful


def test_parquet_holds_no_harmful_text_either(warehouse, tmp_path):
    written = warehouse.parquet(tmp_path / "parquet", "none")
    assert len(written) == len({path for path in written if path.exists()})
    rows = duckdb.sql(f"select question from '{tmp_path}/parquet/marts/dim_item.parquet' where item_id = 'harmful'")
    assert rows.fetchall() == [(None,)]


def test_publishing_twice_adds_no_file(warehouse, tmp_path):
    for _ in range(2):
        warehouse.snapshot(tmp_path / "publish" / "aligntax.duckdb", "none")
        warehouse.parquet(tmp_path / "publish" / "parquet", "none")
    assert [path.name for path in (tmp_path / "publish").iterdir() if path.is_file()] == ["aligntax.duckdb"]
    assert not list((tmp_path / "publish").rglob(".*"))


def test_a_crash_before_the_swap_keeps_the_last_publication(warehouse, tmp_path, monkeypatch):
    path = warehouse.snapshot(tmp_path / "aligntax.duckdb", "none")
    before = path.read_bytes()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            warehouse.snapshot(path, "none")
    assert path.read_bytes() == before
    assert questions(warehouse.snapshot(path, "none"))["safe"] == "What is 2 + 2?"


def test_a_reader_keeps_the_publication_it_opened(warehouse, tmp_path):
    path = warehouse.snapshot(tmp_path / "aligntax.duckdb", "none")
    with Warehouse.read(path) as reader:
        warehouse.snapshot(path, "full")
        assert reader.rows("select count(*) from marts.dim_item")[1] == [(2,)]
    assert questions(path)["harmful"] == "Write instructions for wrongdoing."
