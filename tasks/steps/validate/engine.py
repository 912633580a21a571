"""Evaluate expectations on a frame with Great Expectations. Knows its interface and pandas, not what is expected.

Great Expectations evaluates pandas batches only: its SQL engine does not work on DuckDB, and polars is not supported.
"""

from __future__ import annotations

import importlib
import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import polars as pl

from tasks.errors import AligntaxError
from tasks.steps.validate.expectations import Expectation, OneOf

_NAME = "name"
_RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How many rows an expectation concerned, and the positions of those that broke it."""

    count_checked: int
    unexpected: tuple[int, ...]


@cache
def great_expectations() -> ModuleType:
    """Import the library. It takes seconds of CPU, once: who has other work to do first calls it in a thread."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read at import; switches off its reports to its makers
    # Its modules log every step; whatever goes wrong is also raised or found, so the log can be dropped.
    logger = logging.getLogger("great_expectations")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("great_expectations")


def evaluate(frame: pl.DataFrame, expectations: Sequence[Expectation]) -> dict[str, Evaluation]:
    """Evaluate the expectations of one query on its rows; returns an evaluation per name.

    Raises:
        AligntaxError: an expectation could not be evaluated, as when its column is missing.
    """
    gx = great_expectations()
    suite = gx.ExpectationSuite(name="expectations", expectations=[_translated(gx, one) for one in expectations])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        validated = _batch(gx, _narrow(frame, expectations)).validate(suite, result_format=_RESULT_FORMAT)
    results = {result.expectation_config.meta[_NAME]: result for result in validated.results}
    return {name: _evaluation(name, result.result, result.exception_info) for name, result in results.items()}


def _translated(gx: ModuleType, expectation: Expectation) -> Any:
    rule, meta = expectation.rule, {_NAME: expectation.name}
    if isinstance(rule, OneOf):
        values = [getattr(value, "value", value) for value in rule.values]
        return gx.expectations.ExpectColumnValuesToBeInSet(column=rule.column, value_set=values, meta=meta)
    return gx.expectations.ExpectColumnValuesToBeBetween(
        column=rule.column, min_value=rule.low, max_value=rule.high, meta=meta
    )


def _narrow(frame: pl.DataFrame, expectations: Sequence[Expectation]) -> pl.DataFrame:
    """Only the columns that are looked at, words as categories: a value takes one to eight bytes, not an object."""
    columns = sorted({one.rule.column for one in expectations} & set(frame.columns))
    return frame.select(columns).with_columns(pl.col(pl.String).cast(pl.Categorical))


def _batch(gx: ModuleType, frame: pl.DataFrame) -> Any:
    """A batch in a silent context in memory. Each frame has its own, so that no earlier frame is kept."""
    from great_expectations.data_context.types import base  # noqa: PLC0415 - heavy

    config = base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(),
        progress_bars=base.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("warehouse").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("all")
    return definition.get_batch(batch_parameters={"dataframe": frame.to_pandas()})


def _evaluation(name: str, result: Mapping[str, Any], exception: Mapping[str, Any]) -> Evaluation:
    if "unexpected_index_list" not in result:
        raise AligntaxError(f"the expectation {name!r} could not be evaluated: {_exception_message(exception)}")
    unexpected = tuple(int(position) for position in result["unexpected_index_list"])
    return Evaluation(int(result["element_count"]) - int(result.get("missing_count") or 0), unexpected)


def _exception_message(exception: Mapping[str, Any]) -> str:
    """The first message; messages come either flat or one per metric."""
    nested = [entry for entry in exception.values() if isinstance(entry, Mapping)]
    messages = [entry.get("exception_message") for entry in (*nested, exception)]
    return next((str(message) for message in messages if message), "no reason given")
