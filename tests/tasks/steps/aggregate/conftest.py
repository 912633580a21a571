"""A warehouse that each test fills with facts: the outcome of every answer, and its usage."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from tasks.settings import AnalysisSettings
from tasks.steps.aggregate import aggregate
from warehouse.connection import Warehouse

DATE = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VALUES = {"correct": 1.0, "incorrect": 0.0, "refused": 0.0, "filtered": 0.0, "truncated": 0.0}
INITIALS = {
    "c": "correct",
    "i": "incorrect",
    "r": "refused",
    "f": "filtered",
    "t": "truncated",
    "u": "unparsed",
    "p": "partial",
    "-": "failed",
}
# What a test can give each item's answers: tokens and times, the score, the text, the answer in it, flags.
OF_ITEMS = {"usage", "values", "texts", "kept", "flags"}


@dataclass
class World:
    """Facts for a test. ``answers`` takes the outcomes of each item: "c ci -" is right, right and wrong, failed."""

    warehouse: Warehouse
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)

    def run(self) -> None:
        for table in ("runs", "run_events"):
            self.tables.pop(f"raw.{table}", None)
        self.add(
            "raw.runs",
            run_id="run",
            kind="adhoc",
            as_of_date=DATE,
            partition_key="p",
            config_hash="c",
            plan_hash="h",
            code_version="1",
            max_age_days=7,
            source=None,
            started_at=NOW,
        )

    def pair(self, reference: str, candidate: str, kind: str = "tax", family: str = "family") -> None:
        names = {"reference_model_id": reference, "candidate_model_id": candidate}
        self.add("raw.pairs", run_id="run", kind=kind, family=family, differs="", **names)

    def benchmark(self, name: str, items: list[str], **facts: Any) -> None:
        """Add a benchmark with these items. ``clusters``, ``subsets`` and ``targets`` have one label per item."""
        choices = json.dumps(facts.pop("choices", []))
        clusters, subsets = facts.pop("clusters", items), facts.pop("subsets", ["all items"] * len(items))
        for item, target in zip(items, facts.pop("targets", []), strict=False):
            self.add("raw.items", item_id=item, question="", choices_json=choices, target=target)
        row = {
            "title": name,
            "dimension": "capability",
            "domain": "reasoning",
            "metric": "accuracy",
            "scorer": "s",
            "chance_score": 0.25,
            "higher_is_better": True,
            "is_harmful_text": False,
            "cluster_meaning": "item",
            "licence": "none",
            "citation": "none",
            "pitfalls": "none",
            "source": None,
        }
        self.add("raw.benchmarks", benchmark_id=name, benchmark_version="1", **(row | facts))
        for item, cluster, subset in zip(items, clusters, subsets, strict=True):
            place = {"benchmark_id": name, "benchmark_version": "1", "item_id": item}
            self.add("raw.benchmark_items", **place, cluster_id=cluster, subset=subset, chance_score=0.25)

    def answers(
        self,
        model: str,
        benchmark: str,
        outcomes: str,
        *,
        style: str = "chat",
        is_primary: bool = True,
        wordings: int = 1,
        **of_items: list[Any],
    ) -> None:
        """Add a cell with its answers. ``of_items``: lists with one entry per item, whose names are in OF_ITEMS."""
        assert of_items.keys() <= OF_ITEMS
        items = [row["item_id"] for row in self.tables["raw.benchmark_items"] if row["benchmark_id"] == benchmark]
        cell, repeats = f"{model}/{benchmark}/{style}", outcomes.split()
        scorer, asked = self._scorer(benchmark), {"model_id": model, "benchmark_id": benchmark, "prompt_style": style}
        counts = {"count_items": len(items), "count_repeats": max(map(len, repeats)), "count_templates": wordings}
        self._cell(cell, scorer, is_primary_style=is_primary, **asked, **counts)
        for index, (item, letters) in enumerate(zip(items, repeats, strict=True)):
            own = {name: entries[index] for name, entries in of_items.items()}
            for repeat, letter in enumerate(letters):
                key, place = f"{cell}/{item}/{repeat}", {"run_id": "run", "item_id": item, "repeat": repeat}
                self.add("raw.plan", cell_id=cell, generation_id=key, request_hash=key, is_reused=False, **place)
                if INITIALS[letter] == "failed":
                    self._failure(cell, key)
                else:
                    self._answer(key, own, **asked, **place)
                    self._score(key, scorer, letter, own)

    def _cell(self, cell: str, scorer: str, **facts: Any) -> None:
        self.add(
            "raw.cells",
            run_id="run",
            cell_id=cell,
            model_version="1",
            benchmark_version="1",
            scorer=scorer,
            unparsed_rule="wrong",
            origin="endpoint",
            sample_hash="h",
            parameters_json="{}",
            **facts,
        )
        self.add("raw.cell_events", run_id="run", cell_id=cell, status="complete", happened_at=NOW)

    def _failure(self, cell: str, key: str) -> None:
        said = {"error_type": "timeout", "message": "", "attempts": 1, "failed_at": NOW}
        self.add("raw.failures", run_id="run", cell_id=cell, generation_id=key, **said)

    def _answer(self, key: str, own: dict[str, Any], **facts: Any) -> None:
        self.add(
            "raw.generations",
            generation_id=key,
            partition_key="p",
            role="answer",
            request_hash=key,
            origin="endpoint",
            status="answered",
            text=own.get("texts", "x"),
            model_requested=facts["model_id"],
            parameters_json="{}",
            attempts=1,
            finished_at=NOW,
            **facts,
            **own.get("usage", {}),
        )

    def _score(self, key: str, scorer: str, letter: str, own: dict[str, Any]) -> None:
        outcome = INITIALS[letter]
        value = own.get("values", VALUES.get(outcome))
        graded = {0.0: "incorrect", 1.0: "correct"}.get(value, "partial") if "values" in own else outcome
        self.add(
            "raw.scores",
            generation_id=key,
            scorer=scorer,
            scorer_version=1,
            scorer_config_hash="h",
            outcome=graded,
            value=value,
            answer=own.get("kept"),
            flags=own.get("flags"),
            is_refusal=letter == "r",
            is_cut=False,
            scored_at=NOW,
        )

    def _scorer(self, benchmark: str) -> str:
        (name,) = (row["scorer"] for row in self.tables["raw.benchmarks"] if row["benchmark_id"] == benchmark)
        return name

    def report(self, sql: str) -> list[dict[str, Any]]:
        """Land, build and aggregate everything, and return the rows of a query."""
        if "raw.runs" not in self.tables:
            self.run()
        frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in self.tables.items()}
        if not self.warehouse.rows("select 1 from raw.runs")[1]:
            self.warehouse.append(frames)
            self.rebuild()
        names, rows = self.warehouse.rows(sql)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def rebuild(self, settings: AnalysisSettings | None = None, margins: dict[str, float] | None = None) -> None:
        self.warehouse.build(["staging", "marts"])
        aggregate(self.warehouse, [str(DATE)], settings or AnalysisSettings(), margins)
        self.warehouse.build(["reports"])


@pytest.fixture
def world(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        yield World(warehouse)


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory):
    """A world that the tests of a module share and must not change."""
    with Warehouse.open(tmp_path_factory.mktemp("shared") / "warehouse.duckdb") as warehouse:
        yield World(warehouse)
