"""The taxes of methods that were trained several times: over all capability, per benchmark and per subset.

Each checkpoint of a method is one draw of its training seed, so seeds are a sample like the items. Knows which models
are checkpoints of one method from the mart. A method with one checkpoint has no row here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from tasks.stats.levels import CONFIDENCE, ONE_SIDED
from tasks.stats.random_factor import FactorTax, random_factor_tax
from tasks.steps.aggregate.estimate_rows import estimate_columns, subsets_of
from tasks.steps.aggregate.overall_rows import ALL_CAPABILITY
from warehouse.connection import Row, Warehouse


def method_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """The subject is a method, or a method on a benchmark; the subset is the scope, or the benchmark's."""
    items = warehouse.query("replicate_items", dates=list(dates))
    for (as_of_date, method_id), group in items.group_by(["as_of_date", "method_id"], maintain_order=True):
        for subject_id, subset, part in _parts(str(method_id), group):
            for row in _tax_rows(part):
                yield {"as_of_date": as_of_date, "subject_id": subject_id, "subset": subset, **row}


def _parts(method_id: str, items: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """What a tax of a method goes over: all capability, then each benchmark with its subsets."""
    capability = items.filter("is_capability")
    if not capability.is_empty():
        yield method_id, ALL_CAPABILITY, _shared_benchmarks(capability)
    for benchmark in items.partition_by("method_benchmark_id"):
        for subset, part in subsets_of(benchmark):
            yield benchmark["method_benchmark_id"][0], subset, part


def _shared_benchmarks(items: pl.DataFrame) -> pl.DataFrame:
    """The items of the benchmarks that most checkpoints answered, of the checkpoints that answered all of these.

    A mean over benchmarks can be compared between checkpoints only where it is over the same benchmarks.
    """
    checkpoints, count = pl.col("candidate_checkpoint"), items["candidate_checkpoint"].n_unique()
    usual = items.filter(checkpoints.n_unique().over("method_benchmark_id") * 2 > count)
    benchmarks = pl.col("method_benchmark_id").n_unique()
    return usual.filter(benchmarks.over("candidate_checkpoint") == usual["method_benchmark_id"].n_unique())


def _tax_rows(items: pl.DataFrame) -> Iterator[Row]:
    """A tax with what it rests on. One checkpoint has a tax, but its limits would not be the method's."""
    if reason := _undefined(items):
        yield {"statistic": "tax_method", "reason": reason}
        return
    found = _tax(items, CONFIDENCE)
    numbers: dict[str, float | None] = {
        "count_seeds": found.count_levels,
        "count_benchmarks": items["method_benchmark_id"].n_unique(),
    }
    columns = estimate_columns(found.tax)
    if found.count_levels == 1:
        kept = ("estimate", "count_items", "count_clusters")
        columns = {name: columns[name] for name in kept} | {"reason": "one_checkpoint"}
    else:
        numbers |= {"seed_sd": found.level_sd, "share_seeds": found.share_variance_levels}
        numbers["at_most"] = _tax(items, ONE_SIDED).tax.high
    yield {"statistic": "tax_method", **columns}
    yield from ({"statistic": f"tax_method_{name}", "estimate": number} for name, number in numbers.items())


def _undefined(items: pl.DataFrame) -> str | None:
    """Why checkpoints have no common tax. Where only some share a reference, their errors are not alike."""
    pairs = items.select("reference_checkpoint", "candidate_checkpoint").unique()
    references, candidates = (pairs[side].n_unique() for side in pairs.columns)
    if pairs.is_empty():
        return "no_common_benchmarks"
    is_crossed = candidates < pairs.height or references not in {1, pairs.height}
    return "some_references_are_shared" if is_crossed else None


def _tax(items: pl.DataFrame, confidence: float) -> FactorTax:
    """The tax over items and checkpoints."""
    names = ("candidate_checkpoint", "method_benchmark_id", "cluster_id", "item_id")
    codes = [items[name].rank("dense").to_numpy() for name in names]
    if np.unique(codes[2]).size == 1:  # a subset that is one cluster
        codes[2] = codes[3]
    return random_factor_tax(items["difference"].to_numpy(), *codes, confidence=confidence)
