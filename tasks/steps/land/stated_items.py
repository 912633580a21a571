"""What an import of scores says of items and benchmarks, beside what is known of them from imports before.

What was unknown is taken. What contradicts an import that counts is refused, so that the order of imports decides
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tasks.domain import Benchmark
from tasks.errors import InputError
from tasks.importers.read_scores import STATED
from tasks.steps.land.cell_rows import benchmark_rows
from warehouse.connection import Warehouse

_DECIDING = ("dimension", "domain", "metric", "higher_is_better", "chance_score")


@dataclass(frozen=True, slots=True)
class StatedItems:
    """The statements of an import. ``items`` has one row per benchmark and item, ``taken`` counts what is new."""

    items: pl.DataFrame
    benchmarks: Mapping[str, Benchmark]
    taken: pl.DataFrame

    @classmethod
    def of(cls, warehouse: Warehouse, benchmarks: Mapping[str, Benchmark], items: pl.DataFrame) -> StatedItems:
        """Compare what a file says with what is known.

        Raises:
            InputError: it contradicts an import that counts.
        """
        for benchmark in benchmarks.values():
            check_described(warehouse, benchmark)
        versions = pl.DataFrame(
            [(name, each.version, each.chance_score) for name, each in benchmarks.items()],
            schema={"benchmark": pl.String, "benchmark_version": pl.String, "known_chance": pl.Float64},
            orient="row",
        )
        named = items.join(versions, on="benchmark", maintain_order="left")
        there = warehouse.query(
            "stated_items", frames={"named_items": named.select("benchmark", "benchmark_version", "item")}
        )
        both = named.join(there, on=["benchmark", "item"], how="left", maintain_order="left", suffix="_there")
        for row in both.iter_rows(named=True):
            _check(row)
        # A chance that only the configuration states now, of items that came before it did.
        late = pl.col("item_id_there").is_not_null() & pl.col("chance_there").is_null()
        both = both.with_columns(chance=pl.coalesce("chance", pl.when(late).then("known_chance")))
        is_new = [pl.col(name).is_not_null() & pl.col(f"{name}_there").is_null() for name in STATED]
        taken = (
            both.filter(pl.col("item_id_there").is_not_null())
            .group_by("benchmark", maintain_order=True)
            .agg(*(new.sum().alias(name) for new, name in zip(is_new, STATED, strict=True)))
        )
        stated = both.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in STATED))
        return cls(stated, benchmarks, taken)

    def land(self, warehouse: Warehouse, run_id: str) -> None:
        """Land the statements under the run of the import."""
        rows = self.items.select(
            "benchmark_version",
            "item_id",
            "subset",
            run_id=pl.lit(run_id),
            benchmark_id="benchmark",
            cluster_id="cluster",
            chance_score="chance",
        )
        warehouse.append({"raw.item_statements": rows})

    def notes(self, warehouse: Warehouse, run_id: str) -> tuple[str, ...]:
        """A line for each benchmark of which something is known now that was not, and the dates that it changes."""
        dates = ", ".join(warehouse.dates_touched(run_id))
        return tuple(
            f"{benchmark}: {field} of {count} items that were there is known now; reports of {dates} change"
            for benchmark, *counts in self.taken.iter_rows()
            for field, count in zip(STATED, counts, strict=True)
            if count
        )


def check_described(warehouse: Warehouse, benchmark: Benchmark) -> None:
    """Check that a benchmark is described as the runs that count describe it; where none does, the new one counts.

    Raises:
        InputError: a run that counts says something else.
    """
    (row,) = benchmark_rows(benchmark, (), None)["raw.benchmarks"]
    there = warehouse.query(
        "described_benchmark", benchmark_id=benchmark.benchmark_id, benchmark_version=benchmark.version
    )
    for known in there.iter_rows(named=True):
        for field in _DECIDING:
            if None not in (row[field], known[field]) and row[field] != known[field]:
                if known["run_id"] is None:  # only void runs describe it so
                    warehouse.append({"raw.benchmarks": [row]}, replaces=True)
                    return
                run_id = known["run_id"]
                raise InputError(
                    f"{field} {row[field]!r} of {benchmark.benchmark_id} contradicts {field} {known[field]!r} of run "
                    f"{run_id}. Say the same, or take that run out: `aligntax void {run_id} --reason ...`."
                )


def _check(row: Mapping[str, object]) -> None:
    for field in STATED:
        said, known = row[field], row[f"{field}_there"]
        if None not in (said, known) and said != known:
            raise InputError(
                f"{row['place']}: {field} {said!r} of item {row['item']!r} of {row['benchmark']} contradicts {field} "
                f"{known!r} of run {row['run_id']}. Say the same, or take that run out: "
                f"`aligntax void {row['run_id']} --reason ...`."
            )
    if row["item_id_there"] is not None and row["item_id_there"] != row["item_id"]:
        raise InputError(
            f"{row['place']}: item {row['item']!r} of {row['benchmark']} was imported by run {row['run_id']} with the "
            "other choice of --shared-items. Import it with the same choice."
        )
