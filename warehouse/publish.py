"""Copy the marts and reports into files that readers may open at any time: a DuckDB snapshot and Parquet.

Each file is written beside its place and moved there in one step, so that a reader sees the old or the new one,
never half of one.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from warehouse.build import Model, models
from warehouse.transactions import committed
from warehouse.whole_files import swapped_in

PUBLISHED_LAYERS = ("marts", "reports")
# Text of harmful prompts leaves the warehouse only by choice; hash lets readers join without reading.
_HARMFUL_TEXT = {"none": "null::varchar", "hash": "md5({column})", "full": "{column}"}
_TEXT_COLUMNS = {
    "marts.dim_item": ("question", "choices_json", "target"),
    "marts.dim_prompt": ("prompt",),
    "marts.fct_answers": ("response", "reasoning"),
}


def snapshot(connection: duckdb.DuckDBPyConnection, path: Path, text: str) -> Path:
    """Write ``path`` anew with every published table and its comments."""
    with swapped_in(path) as building:
        connection.execute(f"attach '{_escaped(building)}' as snapshot")
        try:
            _fill_snapshot(connection, text)
        finally:
            connection.execute("detach snapshot")
    return path


def parquet(connection: duckdb.DuckDBPyConnection, folder: Path, text: str) -> list[Path]:
    """Write one Parquet file a table under ``folder/<schema>/``; returns them."""
    written = []
    for model in _published():
        target = folder / model.layer / f"{model.name.split('.')[1]}.parquet"
        with swapped_in(target) as building:
            connection.execute(
                f"copy ({_select(model, text)}) to '{_escaped(building)}' (format parquet, compression zstd)"
            )
        written.append(target)
    return written


def _published() -> list[Model]:
    return [model for model in models() if model.layer in PUBLISHED_LAYERS]


def _select(model: Model, text: str) -> str:
    """All columns; the text of harmful benchmarks only as far as ``text`` (none, hash, full) allows."""
    columns = [
        f"case when is_harmful_text then {_HARMFUL_TEXT[text].format(column=name)} else {name} end as {name}"
        for name in _TEXT_COLUMNS.get(model.name, ())
    ]
    replaced = f"replace ({', '.join(columns)})" if columns else ""
    return f"select * {replaced} from {model.name}"  # noqa: S608 - names are ours


def _fill_snapshot(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """Copy every published table with its comments; in one transaction, because each commit waits for the disk."""
    with committed(connection):
        for layer in PUBLISHED_LAYERS:
            connection.execute(f"create schema snapshot.{layer}")
        for model in _published():
            connection.execute(f"create table snapshot.{model.name} as {_select(model, text)}")
            connection.execute(f"comment on table snapshot.{model.name} is '{_escaped(model.comment)}'")
            for column, meaning in model.columns.items():
                connection.execute(f"comment on column snapshot.{model.name}.{column} is '{_escaped(meaning)}'")


def _escaped(value: str | os.PathLike[str]) -> str:
    return str(value).replace("'", "''")
