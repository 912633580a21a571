"""Publish the explorer: every item of a date with what each model answered.

The publication holds texts of harmful benchmarks only as far as the settings allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from tasks.report.explorer import ExploredItem, write_item_pages
from tasks.settings import PublishSettings
from warehouse.connection import Row
from warehouse.publication import Publication

_ROWS = 5_000  # in memory at once


def write_items(publication: Publication, settings: PublishSettings) -> Path:
    """Swap in the folder ``items`` with its page."""
    bases = {row["model_id"]: row["base_model_id"] for row in publication.named_rows("explored_models")}
    date = publication.identity["as_of_date"]
    return write_item_pages(_items(publication, date), bases, date, settings.folder / "items")


def _items(publication: Publication, as_of_date: str) -> Iterator[ExploredItem]:
    """The items in the order of the query, whose rows are one per item and model."""
    batches = publication.query_batches(
        "explored_answers", _ROWS, as_of_date=as_of_date, benchmark_id=None, model_ids=None
    )
    rows = (row for batch in batches for row in batch.iter_rows(named=True))
    for _, group in groupby(rows, key=lambda row: (row["benchmark_id"], row["item_id"])):
        yield _item(list(group))


def _item(rows: list[Row]) -> ExploredItem:
    first: dict[str, Any] = rows[0]
    return ExploredItem(
        benchmark_id=first["benchmark_id"],
        item_id=first["item_id"],
        foreign_id=first["foreign_id"],
        subset=first["subset"],
        question=first["question"],
        target=first["target"],
        is_hidden=first["is_harmful_text"],
        answers={row["model_id"]: (row["outcome"], row["value"], row["answer"], row["response"]) for row in rows},
    )
