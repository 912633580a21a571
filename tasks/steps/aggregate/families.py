"""Families of models on one date, and their answers as matrices of items by models. Computes no statistic.

Knows the columns of the query ``family_items``; must not know statistics.

Tested in tests/flows/test_families.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tasks.identity import family_seed
from tasks.stats.clustered import FloatArray
from warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Member:
    """A model of a family, with its place in it as configured."""

    model_id: str
    base_model_id: str | None
    method: str
    knob_name: str | None
    knob_value: float | None


@dataclass(frozen=True, slots=True)
class AskedItems:
    """One benchmark: the items that all of some models answered, [n, K], with their clusters."""

    benchmark_id: str
    benchmark_version: str
    dimension: str
    values: FloatArray
    clusters: np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Family:
    """The answers of a family's models of one origin that stand on one date."""

    as_of_date: Any
    name: str
    origin: str
    members: tuple[Member, ...]
    items: pl.DataFrame

    @property
    def keys(self) -> dict[str, Any]:
        """What every row about the family begins with."""
        return {"as_of_date": self.as_of_date, "family": self.name, "origin": self.origin}

    def rng(self, *what: str) -> np.random.Generator:
        """A generator of random numbers whose seed belongs to the question, whatever else is computed."""
        return np.random.default_rng(family_seed(self.as_of_date, self.name, self.origin, *what))

    def answering(self, members: Sequence[Member]) -> list[tuple[list[Member], set[str]]]:
        """Which of some models answered, and the names of the benchmarks that just these answered."""
        answered = self.items.select("benchmark_id", "model_id").unique().sort("benchmark_id", "model_id")
        names: dict[tuple[Member, ...], set[str]] = {}
        for (benchmark,), models in answered.group_by(["benchmark_id"], maintain_order=True):
            having = set(models["model_id"])
            names.setdefault(tuple(one for one in members if one.model_id in having), set()).add(str(benchmark))
        return [(list(answering), benchmarks) for answering, benchmarks in names.items() if answering]

    def asked_of(self, members: Sequence[Member], dimensions: Sequence[str]) -> list[AskedItems]:
        """The benchmarks of some dimensions that all of some models answered, in order of their names."""
        ids = [member.model_id for member in members]
        part = self.items.filter(pl.col("dimension").is_in(list(dimensions)), pl.col("model_id").is_in(ids))
        found = []
        for (benchmark, version, dimension), answers in part.group_by(
            ["benchmark_id", "benchmark_version", "dimension"], maintain_order=True
        ):
            wide = answers.pivot(on="model_id", index=["item_id", "cluster_id"], values="value")
            if not set(ids) <= set(wide.columns):
                continue
            whole = wide.drop_nulls(ids)
            if whole.height:
                clusters = whole["cluster_id"].to_numpy()
                found.append(
                    AskedItems(str(benchmark), str(version), str(dimension), whole.select(ids).to_numpy(), clusters)
                )
        return found

    def complete(self, dimensions: Sequence[str]) -> list[Member]:
        """The models that answered every benchmark of some dimensions; a mean over others would not be comparable."""
        part = self.items.filter(pl.col("dimension").is_in(list(dimensions)))
        counted = part.group_by("model_id").agg(pl.struct("benchmark_id", "benchmark_version").n_unique().alias("n"))
        if counted.is_empty():
            return []
        most = counted["n"].max()
        having = set(counted.filter(pl.col("n") == most)["model_id"])
        return [member for member in self.members if member.model_id in having]


def families(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Family]:
    """The families that were evaluated on some dates."""
    items = warehouse.query("family_items", dates=list(dates))
    keys = ["as_of_date", "family", "origin"]
    for (as_of_date, name, origin), part in items.group_by(keys, maintain_order=True):
        described = part.unique("model_id", keep="first", maintain_order=True).sort("model_id")
        columns = ("model_id", "base_model_id", "method", "knob_name", "knob_value")
        members = tuple(Member(*row) for row in described.select(columns).iter_rows())
        yield Family(as_of_date, str(name), str(origin), members, _one_version(part))


def _one_version(items: pl.DataFrame) -> pl.DataFrame:
    """Of each benchmark the version that most models answered: models are compared on the same items."""
    counted = (
        items.group_by("benchmark_id", "benchmark_version")
        .agg(pl.col("model_id").n_unique().alias("count_models"))
        .sort("benchmark_id", "count_models", "benchmark_version")
        .unique("benchmark_id", keep="last", maintain_order=True)
    )
    return items.join(counted, on=["benchmark_id", "benchmark_version"], how="semi", maintain_order="left")
