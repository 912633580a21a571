"""A warehouse with 1,000 scores on each of two dates, for tests of what a publication changes."""

from __future__ import annotations

import polars as pl

from warehouse.connection import Warehouse

DATES = ("2026-01-30", "2026-01-31")
TEXT = "a\0b\\.\n\\."  # what a text of the first date is: PostgreSQL takes no NUL, and `\.` alone ends a COPY in CSV


def score_dates(warehouse: Warehouse, value: float) -> None:
    """Give each score of the second date a value; those of the first stay 0.5."""
    for date, given, answer in ((DATES[0], 0.5, TEXT), (DATES[1], value, str(value))):
        rows = pl.DataFrame({"item_id": [f"i{n}" for n in range(1000)]}).with_columns(
            pl.lit(date).str.to_date().alias("as_of_date"), pl.lit(given).alias("value"), pl.lit(answer).alias("answer")
        )
        nothing = [
            pl.lit(None, kind).alias(name)
            for name, kind in warehouse.schema("marts.fct_scores").items()
            if name not in rows.columns
        ]
        warehouse.replace("marts.fct_scores", [date], rows.with_columns(nothing))
