"""What an import says of items and benchmarks, beside what is known of them from imports before.

What was unknown is taken. What contradicts an import that counts is refused, so that the order of imports decides
nothing. Within a file ``importers.mapped_rows.StatedOnce`` does the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import polars as pl

from tasks.domain import Benchmark, Item, storable
from tasks.errors import InputError
from tasks.importers.read_scores import STATED
from tasks.steps.land.cell_rows import benchmark_rows
from warehouse.connection import Warehouse

# Of an item: its benchmark, its name there, its id, and where the import speaks of it.
Named: TypeAlias = tuple[str, Item, str]

_TEXTS = ("question", "choices", "target")
_DECIDING = ("dimension", "domain", "metric", "higher_is_better", "chance_score")
UNSCORED = "none"  # the metric of a log that scores nothing
_SHOWN = 60
_SCHEMA = pl.Schema(
    {
        "benchmark": pl.String(),
        "item": pl.String(),
        "item_id": pl.String(),
        "cluster": pl.String(),
        "subset": pl.String(),
        "chance": pl.Float64(),
        "place": pl.String(),
        "question": pl.String(),
        "choices": pl.String(),
        "target": pl.String(),
    }
)


def contradiction(said: str, known: str, run_id: str) -> InputError:
    """The error of an import that says something else than a run that counts."""
    return InputError(
        f"{said} contradicts {known} of run {run_id}. Say the same, or take that run out: "
        f"`aligntax void {run_id} --reason ...`."
    )


@dataclass(frozen=True, slots=True)
class StatedItems:
    """The statements of an import.

    Attributes:
        items: One row per benchmark and item.
        taken: How much is known now that was not, by benchmark.
        namesakes: The items whose name is that of an item which is there and has another id: (item, benchmark, place,
            run_id).
        there: The ids of the items that runs which count have.
    """

    items: pl.DataFrame
    taken: pl.DataFrame
    namesakes: pl.DataFrame
    there: frozenset[str]

    @classmethod
    def of(
        cls,
        warehouse: Warehouse,
        benchmarks: Mapping[str, Benchmark],
        items: pl.DataFrame,
        *,
        is_described: bool = False,
    ) -> StatedItems:
        """Compare what a file says with what is known.

        Args:
            warehouse: Where the imports before are.
            benchmarks: The benchmarks by name.
            items: What is said of their items (``stated_frame``).
            is_described: The configuration describes the items, so that only what imports state of them is compared.

        Raises:
            InputError: it contradicts an import that counts.
        """
        versions = pl.DataFrame(
            [(name, each.version, each.chance_score) for name, each in benchmarks.items()],
            schema={"benchmark": pl.String, "benchmark_version": pl.String, "known_chance": pl.Float64},
            orient="row",
        )
        named = items.join(versions, on="benchmark", maintain_order="left")
        keys = named.select("benchmark", "benchmark_version", "item", "item_id", is_described=pl.lit(is_described))
        there = warehouse.query("stated_items", frames={"named_items": keys})
        both = named.join(there, on=["benchmark", "item_id"], how="left", maintain_order="left")
        is_same = pl.col("item_id_there") == pl.col("item_id")
        for row in both.filter(is_same).iter_rows(named=True):
            _check(row)
        namesakes = both.filter(~is_same).select("item", "benchmark", "place", run_id="question_run_id")
        # A chance that only the configuration states now, of items that came before it did.
        late = is_same & pl.col("chance_there").is_null()
        if not is_described:
            both = both.with_columns(chance=pl.coalesce("chance", pl.when(late).then("known_chance")))
        is_new = [pl.col(name).is_not_null() & pl.col(f"{name}_there").is_null() for name in STATED]
        taken = (
            both.filter(is_same)
            .group_by("benchmark", maintain_order=True)
            .agg(*(new.sum().alias(name) for new, name in zip(is_new, STATED, strict=True)))
        )
        says = pl.any_horizontal(pl.col(name).is_not_null() for name in STATED)
        stated = both.filter(says).select("benchmark", "benchmark_version", "item_id", *STATED)
        return cls(stated, taken, namesakes, frozenset(both.filter(is_same)["item_id"]))

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

    def notes(self, warehouse: Warehouse, run_id: str) -> Iterator[str]:
        """A line for each benchmark of which something is known now that was not, and the dates that it changes."""
        changed = f"reports of {', '.join(warehouse.dates_touched(run_id))} change"
        for benchmark, *counts in self.taken.iter_rows():
            for field, count in zip(STATED, counts, strict=True):
                if count:
                    yield f"{benchmark}: {field} of {count} items that were there is known now; {changed}"


def stated_frame(items: Iterable[Named]) -> pl.DataFrame:
    """What is said of items, as ``StatedItems`` compares it: one row per item.

    An item that is its own cluster, or in the subset "all", is in no group that anybody named.
    """
    rows = [
        (
            benchmark_id,
            item.foreign_id,
            item.item_id,
            None if item.cluster_id == item.item_id else item.cluster_id,
            None if item.subset == "all" else item.subset,
            item.chance_score,
            place,
            storable(item.question) or None,
            json.dumps(item.choices) if item.choices else None,
            storable(item.target) or None,
        )
        for benchmark_id, item, place in items
    ]
    said = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return said.group_by("benchmark", "item_id", maintain_order=True).agg(pl.all().drop_nulls().first())


def check_described(warehouse: Warehouse, benchmark: Benchmark, place: str) -> None:
    """Check that a benchmark is described as the runs that count describe it; where none does, the new one counts.

    A log without scores leaves the metric open, so that a log with scores states it.

    Raises:
        InputError: a run that counts says something else.
    """
    (row,) = benchmark_rows(benchmark, (), None)["raw.benchmarks"]
    there = warehouse.query(
        "described_benchmark", benchmark_id=benchmark.benchmark_id, benchmark_version=benchmark.version
    )
    for known in there.iter_rows(named=True):
        others = [field for field in _DECIDING if _is_other(row[field], known[field])]
        is_void = known["run_id"] is None  # only void runs describe it so
        if (others and is_void) or (known["metric"] == UNSCORED != row["metric"] and not others):
            warehouse.append({"raw.benchmarks": [row]}, replaces=True)
        elif others:
            field = others[0]
            said = f"{place}: {field} {row[field]!r} of {benchmark.benchmark_id}"
            raise contradiction(said, f"{field} {known[field]!r}", known["run_id"])


def _is_other(said: object, known: object) -> bool:
    """Whether two statements of a field contradict each other."""
    return said != known and not {None, UNSCORED} & {said, known}


def _check(row: Mapping[str, Any]) -> None:
    for field in (*STATED, *_TEXTS):
        said, known = row.get(field), row[f"{field}_there"]
        if None not in (said, known) and said != known:
            named = f"{row['place']}: {field} {_shown(said)} of item {row['item']!r} of {row['benchmark']}"
            raise contradiction(named, f"{field} {_shown(known)}", row[f"{field}_run_id"])


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
