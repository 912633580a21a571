"""Other tools' files as frames. Importers read; they land nothing and know neither the warehouse nor the flows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from tasks.importers.aggregates import read_aggregates
from tasks.importers.every_eval_ever import read_every_eval_ever
from tasks.importers.inspect_ai import read_inspect
from tasks.importers.lm_eval import read_lm_eval
from tasks.importers.responses import read_responses
from tasks.importers.scores import read_scores

__all__ = [
    "IMPORTERS",
    "read_aggregates",
    "read_every_eval_ever",
    "read_inspect",
    "read_lm_eval",
    "read_responses",
    "read_scores",
]

IMPORTERS: dict[str, Callable[..., Iterator[pl.DataFrame]]] = {
    "aggregates": read_aggregates,
    "responses": read_responses,
    "scores": read_scores,
}
