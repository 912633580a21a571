"""Land item scores that were obtained elsewhere, as a run of kind ``import``: there is no text to score again.

A score lands as a row of numbers (raw.recorded_scores). What is long stands once: items, and cells of the file. The
run's own rows land last and in one transaction, so that the scores of an import that was cut short count in no report;
the same command lands the rest.

Tested in tests/flows/test_importing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from tasks.domain import Benchmark, Dimension, Domain, Origin, UnparsedRule, content_hash
from tasks.errors import InputError
from tasks.identity import foreign_item_id
from tasks.importers.read_scores import ScoreTable
from tasks.planned import Cell
from tasks.settings import BenchmarkSettings, ModelSettings, Settings
from tasks.steps.land.cell_rows import benchmark_rows, cell_row
from tasks.steps.land.foreign_rows import RECORDED, ForeignFiles, ForeignRun, Imported
from tasks.steps.land.stated_items import StatedItems, check_described
from warehouse.connection import Row, Warehouse

_ITEM = ("benchmark", "item")
_CELL = ("model", "benchmark")
_ROWS_AT_ONCE = 2_000_000
_MOST_NAMES = 3  # of benchmarks in a line


def land_scores(
    warehouse: Warehouse,
    settings: Settings,
    known: Mapping[str, Benchmark],
    read: Callable[[], ScoreTable],
    *,
    files: ForeignFiles,
    as_of_date: date,
    shares_items: bool = False,
) -> Imported:
    """Land item scores; ``read`` reads them (see ``importers.read_scores``), ``known`` are described here.

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
    table = read()
    if table.scores.is_empty():
        raise InputError(f"{files.first}: no rows.")
    items = _identified(table.items, shares_items=shares_items)
    names = items["benchmark"].unique(maintain_order=True)
    benchmarks = {name: _benchmark(settings.imported(name), known) for name in names}
    cells = _cells(settings, benchmarks, table.scores)
    for benchmark in benchmarks.values():
        check_described(warehouse, benchmark, str(files.first))
    stated = StatedItems.of(warehouse, benchmarks, items)
    _check_shared(stated)
    run.begin(warehouse)
    numbered = _land_items(warehouse, run, benchmarks, items)
    keyed = _keyed(table.scores, numbered, _land_cells(warehouse, run, cells))
    count_new = sum(warehouse.append_columns("raw.recorded_scores", part) for part in keyed.iter_slices(_ROWS_AT_ONCE))
    rows = _cell_rows(run, cells, keyed, numbered)
    with warehouse.transaction():
        stated.land(warehouse, run.run_id)
        run.finish(warehouse, rows, [(cell.cell_id, "complete", None) for cell in cells.values()])
    notes = (*_assumed(settings, known, names), *stated.notes(warehouse, run.run_id))
    return run.came(warehouse, table.scores.height, count_new, notes)


def _assumed(settings: Settings, known: Mapping[str, Benchmark], names: Iterable[str]) -> Iterator[str]:
    """A line that names the benchmarks of which nobody has said what they measure."""
    silent = [name for name in names if name not in known and settings.imported(name).dimension is None]
    if silent:
        more = f" and {len(silent) - _MOST_NAMES} more" if len(silent) > _MOST_NAMES else ""
        verb, it = ("counts", "it measures") if len(silent) == 1 else ("count", "they measure")
        yield (
            f"{', '.join(silent[:_MOST_NAMES])}{more} {verb} as capability, because the configuration does not say "
            f"what {it}. Where it is something else, say it under benchmarks: "
            f"- {{id: {silent[0]}, imported: true, dimension: safety}}"
        )


def _check_shared(stated: StatedItems) -> None:
    """Check that an item which is there was imported with the same choice of shared items."""
    for item, benchmark, place, run_id in stated.namesakes.iter_rows():
        raise InputError(
            f"{place}: item {item!r} of {benchmark} was imported by run {run_id} with the other choice of "
            "--shared-items. Import it with the same choice."
        )


def _identified(items: pl.DataFrame, *, shares_items: bool) -> pl.DataFrame:
    """Items with their ids."""
    ids = [foreign_item_id("" if shares_items else name, item) for name, item in items.select(_ITEM).iter_rows()]
    return items.with_columns(item_id=pl.Series(ids, dtype=pl.String))


def _cells(
    settings: Settings, benchmarks: Mapping[str, Benchmark], scores: pl.DataFrame
) -> dict[tuple[str, str], Cell]:
    """The cells of a file by model and benchmark.

    Raises:
        UnknownName: a model is not configured.
    """
    named = scores.select(pl.col(_CELL).cast(pl.String)).unique(maintain_order=True)
    models = {name: settings.model(name) for name in sorted(set(named["model"]))}
    return {(model, name): _cell(models[model], benchmarks[name]) for model, name in named.iter_rows()}


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


def _land_items(
    warehouse: Warehouse, run: ForeignRun, benchmarks: Mapping[str, Benchmark], items: pl.DataFrame
) -> pl.DataFrame:
    """Land the items; returns them with the number that the scores call each by.

    What the file says of them lands later, as a statement of the import.
    """
    versions = pl.DataFrame(
        [(name, each.version, each.chance_score) for name, each in benchmarks.items()],
        schema={"benchmark": pl.String, "benchmark_version": pl.String, "chance_score": pl.Float64},
        orient="row",
    )
    members = items.join(versions, on="benchmark", maintain_order="left").select(
        "benchmark_version",
        "item_id",
        "chance_score",
        benchmark_id="benchmark",
        cluster_id="item",
        foreign_id="item",
        subset=pl.lit("all"),
    )
    ids = items.select("item_id", question=pl.lit(""), choices_json=pl.lit("[]"), target=pl.lit("")).unique(
        maintain_order=True
    )
    described = [row for each in benchmarks.values() for row in benchmark_rows(each, (), run.source)["raw.benchmarks"]]
    keys = _keys(warehouse, "item", ids["item_id"]).rename({"name": "item_id", "number": "item_key"})
    warehouse.append(
        {
            "raw.benchmarks": described,
            "raw.items": ids,
            "raw.benchmark_items": members,
            "raw.recorded_items": keys.filter("is_new").drop("is_new"),
        }
    )
    return items.join(keys.drop("is_new"), on="item_id", maintain_order="left")


def _land_cells(
    warehouse: Warehouse, run: ForeignRun, cells: Mapping[tuple[str, str], Cell]
) -> dict[tuple[str, str], int]:
    """Land the cells of the file; returns the number that the scores of each call it by."""
    hashes = [content_hash(run.plan.plan_hash, cell.cell_id) for cell in cells.values()]
    keys = _keys(warehouse, "cell", hashes).rename({"name": "content_hash", "number": "recorded_key"})
    new = keys.filter("is_new").drop("is_new").with_columns(run_id=pl.lit(run.run_id), landed_at=pl.lit(run.now))
    warehouse.append({"raw.recorded_cells": new})
    by_hash = dict(keys.select("content_hash", "recorded_key").iter_rows())
    return {name: by_hash[its_hash] for name, its_hash in zip(cells, hashes, strict=True)}


def _keys(warehouse: Warehouse, kind: str, names: Sequence[str] | pl.Series) -> pl.DataFrame:
    """The numbers by which recorded scores call items or cells, of which some are new."""
    named = pl.DataFrame({"name": names}, schema={"name": pl.String}).with_row_index("place")
    return warehouse.query("recorded_keys", frames={"named": named}, kind=kind)


def _keyed(scores: pl.DataFrame, items: pl.DataFrame, keys: Mapping[tuple[str, str], int]) -> pl.DataFrame:
    """Scores with the numbers of their cells and items, in the order of these."""
    cells = pl.DataFrame(
        [(*name, key) for name, key in keys.items()],
        schema={"model": pl.String, "benchmark": pl.String, "recorded_key": pl.Int32},
        orient="row",
    )
    return (
        scores.join(cells.cast({pl.String: pl.Categorical}), on=_CELL)
        .join(items.select(pl.col(_ITEM).cast(pl.Categorical), "item_key"), on=_ITEM)
        .with_columns(pl.col("outcome").cast(pl.String))
        .sort("recorded_key", "item_key", "repeat")
    )


def _cell_rows(
    run: ForeignRun, cells: Mapping[tuple[str, str], Cell], keyed: pl.DataFrame, items: pl.DataFrame
) -> list[Row]:
    """The cells of the run as raw.cells."""
    found = (
        keyed.join(items.select("item_key", "item_id").unique(), on="item_key")
        .group_by(*_CELL, "recorded_key", maintain_order=True)
        .agg(pl.col("item_id").unique(), repeats=1 + pl.col("repeat").max())
    )
    return [
        {
            **cell_row(run.run_id, cells[model, benchmark], item_ids, repeats, Origin.IMPORTED, {}),
            "recorded_key": key,
        }
        for model, benchmark, key, item_ids, repeats in found.iter_rows()
    ]


def _benchmark(stated: BenchmarkSettings, known: Mapping[str, Benchmark]) -> Benchmark:
    """The benchmark of some scores, without items: described by ours of the same name, else by its entry."""
    if stated.id in known:
        return replace(known[stated.id], items=(), scorer=RECORDED, version=RECORDED, examples=())
    return Benchmark(
        benchmark_id=stated.id,
        title=stated.id,
        dimension=stated.dimension or Dimension.CAPABILITY,
        domain=stated.domain or Domain.REASONING,
        higher_is_better=stated.higher_is_better is not False,
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
