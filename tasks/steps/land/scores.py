"""Land item scores that were obtained elsewhere, as a run of kind ``import``: there is no text to score again.

Tested in tests/flows/test_importing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from tasks.domain import Benchmark, Dimension, Domain, Item, Origin, UnparsedRule
from tasks.errors import InputError
from tasks.identity import foreign_item_id
from tasks.importers.read_scores import STATED
from tasks.planned import Cell
from tasks.settings import ModelSettings, Settings
from tasks.steps.land.cell_rows import benchmark_rows, cell_row
from tasks.steps.land.foreign_rows import RECORDED, ForeignFiles, ForeignRun, Imported
from tasks.steps.land.stated_items import StatedItems, check_described
from warehouse.connection import Row, Warehouse

_ITEM = ["benchmark", "item"]
_SAID = [pl.col(name).drop_nulls().first() for name in (*STATED, "place")]
_WITHOUT_ANSWER = ("failed", "quarantined")


def land_scores(
    warehouse: Warehouse,
    settings: Settings,
    known: Mapping[str, Benchmark],
    read: Callable[[], Iterable[pl.DataFrame]],
    *,
    files: ForeignFiles,
    as_of_date: date,
    shares_items: bool = False,
) -> Imported:
    """Land item scores; ``read`` begins anew (see ``importers.read_scores``), ``known`` are described here.

    ``shares_items`` says that equal ids in several benchmarks are one item.

    Raises:
        UnknownName: a row's model is not configured.
        InputError: the files are empty, or say something else of an item than an import before.
    """
    reading = ["scores", *(["shared items"] if shares_items else [])]
    run = ForeignRun.of(settings, as_of_date, files.first, files.source_hash, reading, known.values())
    run = run.standing(warehouse)
    if (landed := run.landed_before(warehouse)) is not None:
        return landed
    names, items = _named(read(), shares_items=shares_items)
    if not names:
        raise InputError(f"{files.first}: no rows.")
    models = {name: settings.model(name) for name in sorted(names)}
    benchmarks = {name: _benchmark(name, known) for name in items["benchmark"].unique(maintain_order=True)}
    for benchmark in benchmarks.values():
        check_described(warehouse, benchmark, str(files.first))
    stated = StatedItems.of(warehouse, benchmarks, items)
    _check_shared(stated)
    run.begin(warehouse)
    seen: dict[str, _Seen] = {}
    count_rows = count_new = 0
    for batch in read():
        parts = []
        batch = batch.join(items.select(*_ITEM, "item_id"), on=_ITEM, maintain_order="left")  # noqa: PLW2901
        for (model_id, benchmark_id), part in batch.group_by(["model", "benchmark"], maintain_order=True):
            benchmark = replace(benchmarks[str(benchmark_id)], items=_items(part))
            cell = _cell(models[str(model_id)], benchmark)
            seen.setdefault(cell.cell_id, _Seen(cell)).add(cell.benchmark.items, part)
            parts.append((cell, part))
        count_new += _land_batch(warehouse, run, parts)
        count_rows += batch.height
    cells = [entry.row(run.run_id) for entry in seen.values()]
    with warehouse.transaction():
        stated.land(warehouse, run.run_id)
        run.finish(warehouse, cells, [(cell_id, "complete", None) for cell_id in seen])
    return run.came(warehouse, count_rows, count_new, stated.notes(warehouse, run.run_id))


def _check_shared(stated: StatedItems) -> None:
    """Check that an item which is there was imported with the same choice of shared items."""
    for item, benchmark, place, run_id in stated.namesakes.iter_rows():
        raise InputError(
            f"{place}: item {item!r} of {benchmark} was imported by run {run_id} with the other choice of "
            "--shared-items. Import it with the same choice."
        )


def _named(batches: Iterable[pl.DataFrame], *, shares_items: bool) -> tuple[set[str], pl.DataFrame]:
    """The models of all rows, and their items, each with its id and what any of its rows says of it."""
    names: set[str] = set()
    found: list[pl.DataFrame] = []
    for batch in batches:
        names |= set(batch["model"])
        found.append(batch.group_by(_ITEM, maintain_order=True).agg(_SAID))
    if not found:
        return names, pl.DataFrame(schema={"benchmark": pl.String})
    items = pl.concat(found).group_by(_ITEM, maintain_order=True).agg(_SAID)
    ids = [foreign_item_id("" if shares_items else name, item) for name, item in items.select(_ITEM).iter_rows()]
    return names, items.with_columns(item_id=pl.Series(ids, dtype=pl.String))


@dataclass(slots=True)
class _Seen:
    """A cell with the items and the repeats that the file holds of it so far."""

    cell: Cell
    item_ids: set[str] = field(default_factory=set)
    repeats: int = 1

    def add(self, items: Iterable[Item], part: pl.DataFrame) -> None:
        self.item_ids |= {item.item_id for item in items}
        self.repeats = max(self.repeats, 1 + int(part["repeat"].max() or 0))  # type: ignore[arg-type]

    def row(self, run_id: str) -> Row:
        return cell_row(run_id, self.cell, self.item_ids, self.repeats, Origin.IMPORTED, {})


def _cell(model: ModelSettings, benchmark: Benchmark) -> Cell:
    """Where scores belong: no text was parsed and nobody judged, so no rule of the configuration applies."""
    return Cell(
        model=model,
        benchmark=benchmark,
        prompt_style=model.prompt_styles[0],
        is_primary_style=True,
        scorer=RECORDED,
        unparsed_rule=UnparsedRule.WRONG,
    )


def _land_batch(warehouse: Warehouse, run: ForeignRun, parts: Iterable[tuple[Cell, pl.DataFrame]]) -> int:
    """All rows of a batch in one transaction, a table at a time; returns how many answers were new."""
    described: dict[str, list[Row]] = {}
    planned, failures, generations, scores = [], [], [], []
    for cell, part in parts:
        for table, rows in benchmark_rows(cell.benchmark, cell.benchmark.items, run.source).items():
            described.setdefault(table, []).extend(rows)
        keyed = run.keyed(part, cell)
        is_missing = pl.col("outcome").is_in(_WITHOUT_ANSWER)
        answered = keyed.filter(~is_missing)
        planned.append(keyed)
        failures.append(run.failures(keyed.filter(is_missing), "recorded_as_failed"))
        generations.append(run.generations(answered, cell, "scored_elsewhere"))
        scores.append(_scored(run, answered))
    with warehouse.transaction():
        warehouse.append(described)
        warehouse.append_columns("raw.plan", pl.concat(planned))
        warehouse.append_columns("raw.failures", pl.concat(failures))
        count_new = warehouse.append_columns("raw.generations", pl.concat(generations))
        warehouse.append_columns("raw.scores", pl.concat(scores))
    return count_new


def _scored(run: ForeignRun, answered: pl.DataFrame) -> pl.DataFrame:
    return answered.with_columns(
        scorer=pl.lit(RECORDED),
        scorer_version=pl.lit(1, dtype=pl.Int32),
        scorer_config_hash=pl.lit(""),
        is_refusal=pl.col("outcome") == "refused",
        is_cut=pl.lit(value=False),
        scored_at=pl.lit(run.now),
    )


def _benchmark(benchmark_id: str, known: Mapping[str, Benchmark]) -> Benchmark:
    """The benchmark of some scores, without items: described by ours of the same name if there is one."""
    if benchmark_id in known:
        return replace(known[benchmark_id], items=(), scorer=RECORDED, version=RECORDED, examples=())
    return Benchmark(
        benchmark_id=benchmark_id,
        title=benchmark_id,
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer=RECORDED,
        metric="score",
        items=(),
        instruction="",
        examples=(),
        licence="unknown",
        citation="imported scores",
        cluster_meaning="as given in the file, else the item",
        chance_score=None,
        version=RECORDED,
    )


def _items(part: pl.DataFrame) -> tuple[Item, ...]:
    """The items that some scores name; what the file says of them lands as a statement of the import."""
    columns = part.unique("item", keep="first", maintain_order=True).select("item_id", "item")
    return tuple(
        Item(item_id=item_id, question="", target="", cluster_id=item, subset="all", foreign_id=item)
        for item_id, item in columns.iter_rows()
    )
