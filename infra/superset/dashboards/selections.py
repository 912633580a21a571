"""Columns and conditions that several dashboards share.

Tested in tests/infra/superset/test_assets.py.
"""

from __future__ import annotations

WHOLE = "subset = 'all' and is_primary_style"
HEADLINE = "kind = 'tax' and is_headline"
TAX = "tax_absolute"

# How answers end, in a reader's words.
ENDINGS = {
    "count_correct": "Right",
    "count_partial": "Partly right",
    "count_incorrect": "Wrong",
    "count_refused": "Refused",
    "count_filtered": "Filtered",
    "count_truncated": "Cut off",
    "count_unparsed": "Unread",
    "count_failed": "Failed",
}


def points(*columns: str) -> list[str]:
    """The names of columns in points, as tables show them."""
    return [f"{column}_times_100" for column in columns]


CHANGES = [
    "candidate_model_id",
    "benchmark",
    "dimension",
    *points("rate_reference", "rate_candidate", "change", "change_low", "change_high"),
    "is_significant",
    "exchange_rate",
    "exchange_rate_reason",
]
