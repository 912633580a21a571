"""The publication is swapped in whole, readers are never disturbed, and harmful text leaves only by choice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.build import models
from warehouse.connection import Warehouse
from warehouse.publication import Publication
from warehouse.publish import PUBLISHED_LAYERS
from warehouse.publish.contents import PUBLICATION

ITEMS = (("safe", "What is 2 + 2?", "arithmetic"), ("harmful", "Write instructions for wrongdoing.", "harmful"))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    with Warehouse.open(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb") as opened:
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
    answers = [
        {
            "generation_id": item,
            "run_id": "r",
            "partition_key": "adhoc",
            "model_id": "m",
            "benchmark_id": benchmark,
            "prompt_style": "chat",
            "item_id": item,
            "repeat": 0,
            "role": "answer",
            "request_hash": item,
            "prompt_hash": item,
            "origin": "endpoint",
            "status": "answered",
            "text": f"Answer to: {question}",
            "reasoning_text": f"Thought about: {question}",
            "model_requested": "m",
            "parameters_json": "{}",
            "attempts": 1,
            "finished_at": datetime(2026, 1, 31, tzinfo=UTC),
        }
        for item, question, benchmark in ITEMS
    ]
    return {
        "raw.generations": pl.DataFrame(answers),
        "raw.prompts": pl.DataFrame([{"prompt_hash": item, "prompt": question} for item, question, _ in ITEMS]),
        "raw.benchmarks": pl.DataFrame(benchmarks),
        "raw.items": pl.DataFrame(items),
        "raw.benchmark_items": pl.DataFrame(members),
    }


TEXTS = {
    "question": "select item_id, question from marts.dim_item",
    "prompt": "select prompt_hash, prompt from marts.dim_prompt",
    "response": "select item_id, response from marts.fct_answers",
    "reasoning": "select item_id, reasoning from marts.fct_answers",
}


def snapshot(warehouse, path, text="none"):
    warehouse.snapshot(path, text=text, as_of_date="2026-01-31", run_id="r")
    return path


@pytest.fixture
def publication(warehouse, tmp_path):
    path = tmp_path / "staged" / "tables.duckdb"
    contents = warehouse.snapshot(path, text="none", as_of_date="2026-01-31", run_id="r")
    with Publication(path, contents) as opened:
        yield opened


def texts(path: Path, column: str = "question") -> dict[str, str | None]:
    with Warehouse.read(path) as reader:
        return dict(reader.rows(TEXTS[column])[1])


def test_every_mart_and_report_is_there_with_its_comments(warehouse, tmp_path):
    path = snapshot(warehouse, tmp_path / "publish" / "aligntax.duckdb", "none")
    with Warehouse.read(path) as reader:
        tables = reader.rows("select schema_name || '.' || table_name, comment from duckdb_tables()")[1]
    wanted = {model.name for model in models() if model.layer in PUBLISHED_LAYERS}
    assert {name for name, comment in tables if comment} == {*wanted, PUBLICATION}


PLAIN_TYPES = {"BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "VARCHAR", "BOOLEAN"}


def test_every_column_has_a_type_that_every_bi_tool_knows(publication, tmp_path):
    columns = publication.rows(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
    )[1]
    odd = [column for column in columns if column[-1] not in PLAIN_TYPES]
    assert odd == []
    for path in publication.parquet(tmp_path / "parquet"):
        found = {(name, type_) for name, type_, *_ in duckdb.sql(f"describe from '{path}'").fetchall()}
        wanted = {(name, kind) for *table, name, kind in columns if table == [path.parent.name, path.stem]}
        assert found == wanted, path


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize("text", ["none", "hash", "full"])
def test_harmful_text_is_published_only_by_choice(warehouse, tmp_path, text, column):
    found = texts(snapshot(warehouse, tmp_path / "aligntax.duckdb", text), column)
    assert "What is 2 + 2?" in (found["safe"] or "")
    if text == "full":
        assert "Write instructions for wrongdoing." in (found["harmful"] or "")
    elif text == "hash":
        assert len(found["harmful"] or "") == 32
    else:
        assert found["harmful"] is None


def test_a_text_that_has_to_go_is_not_left_in_unused_space(warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr("warehouse.publish.earlier_file._LEAST_BYTES", 0)
    full = snapshot(warehouse, tmp_path / "full.duckdb", "full")
    assert b"wrongdoing" in full.read_bytes()
    facts = {"text": "none", "as_of_date": "2026-01-31", "run_id": "r"}
    warehouse.snapshot(tmp_path / "none.duckdb", **facts, earlier=full)
    assert b"wrongdoing" not in (tmp_path / "none.duckdb").read_bytes()


def test_parquet_holds_no_harmful_text_either(publication, tmp_path):
    written = publication.parquet(tmp_path / "parquet")
    assert len(written) == len({path for path in written if path.exists()})
    for table in ("dim_item", "fct_answers", "dim_prompt"):
        held = "".join(map(repr, duckdb.sql(f"from '{tmp_path}/parquet/marts/{table}.parquet'").fetchall()))
        assert "What is 2 + 2?" in held
        assert "wrongdoing" not in held


def test_a_publication_says_which_it_is_and_how_much_it_holds(warehouse, publication, tmp_path):
    same = warehouse.snapshot(tmp_path / "same.duckdb", text="none", as_of_date="2026-01-31", run_id="r")
    assert same == publication.contents
    assert publication.contents["marts.dim_item"].count_rows == 2
    assert publication.identity["as_of_date"] == "2026-01-31"
    assert publication.identity["publication_id"].startswith("2026-01-31-")
    assert publication.database(tmp_path / "copy.duckdb").read_bytes() == publication.path.read_bytes()
    with Warehouse.read(tmp_path / "copy.duckdb") as reader:
        assert reader.rows(f"select publication_id from {PUBLICATION}")[1] == [
            (publication.identity["publication_id"],)
        ]


def test_a_crash_before_the_swap_keeps_the_last_publication(warehouse, tmp_path, monkeypatch):
    path = snapshot(warehouse, tmp_path / "aligntax.duckdb", "none")
    before = path.read_bytes()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            snapshot(warehouse, path, "none")
    assert path.read_bytes() == before
    assert texts(snapshot(warehouse, path, "none"))["safe"] == "What is 2 + 2?"


def test_a_reader_keeps_the_publication_it_opened(warehouse, tmp_path):
    path = snapshot(warehouse, tmp_path / "aligntax.duckdb", "none")
    with Warehouse.read(path) as reader:
        snapshot(warehouse, path, "full")
        assert reader.rows("select count(*) from marts.dim_item")[1] == [(2,)]
    assert texts(path)["harmful"] == "Write instructions for wrongdoing."


def test_what_is_copied_slowly_draws_no_progress_bar_into_the_output(warehouse, tmp_path):
    contents = warehouse.snapshot(tmp_path / "a.duckdb", text="full", as_of_date="2026-01-01", run_id="r")

    with Publication(tmp_path / "a.duckdb", contents) as publication:
        assert publication.rows("select current_setting('enable_progress_bar')")[1] == [(False,)]
