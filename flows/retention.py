"""Remove the texts of answers that are older than the configuration keeps them.

Tested in tests/flows/test_keeping.py.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Literal

from tasks.settings import Settings
from tasks.steps.aggregate.metrics import TEXT_SCORERS
from tasks.steps.remove_texts import RemovalPolicy, remove_texts
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError


def policy(days: int, said_by: Literal["keep_texts_days", "prune"]) -> RemovalPolicy:
    """The rule by which texts are removed now."""
    return RemovalPolicy(days, datetime.now(UTC), said_by, TEXT_SCORERS)


def apply(warehouse: Warehouse, settings: Settings) -> int:
    """Remove what `keep_texts_days` no longer keeps; returns how many texts. A failure fails no night."""
    if settings.keep_texts_days is None:
        return 0
    try:
        removed = remove_texts(warehouse, policy(settings.keep_texts_days, "keep_texts_days"))
    except WarehouseError as error:
        sys.stderr.write(f"warning: old texts were not removed: {error}\n")
        return 0
    return sum(texts.count_texts for texts in removed)
