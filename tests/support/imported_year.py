"""A year of nights whose scores other tools have made: each night imports and publishes them with the real commands.

``python -m tests.support.imported_year COUNT FILE`` holds the nights of a year in the current folder, in one process,
and appends a line of JSON to the file after each: see ``tests.support.measured``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from flows.cli.app import main
from tests.support.measured import measured

FIRST = date(2026, 1, 1)
BENCHMARKS = ("arithmetic", "knowledge")
ITEMS = 60
LOST = 0.4  # of the items, once the model has fallen
COST_USD = 0.0005  # of a score
BACKFILLED = 5  # nights before a new version that it is compared on, too
DAYS = 365
_CONFIG = """
model_defaults: {{provider: recorded}}
models: [{{id: base, model: base-{served}}}, {{id: aligned, base: base}}{versions}]
benchmarks: [{benchmarks}]
analysis: {{monitor: {{reference_nights: 10}}}}
"""


@dataclass(frozen=True, slots=True)
class Year:
    """What happens in ``count`` nights, each at its share of a year."""

    count: int

    def night(self, number: int) -> int:
        """The night, counted from 0, that is as far into these nights as a night is into a year."""
        return number * self.count // DAYS

    @property
    def falls_at(self) -> int:
        return self.night(200)

    @property
    def served_at(self) -> int:
        """From this night on the endpoint of the base serves another model."""
        return self.night(120)

    @property
    def failed(self) -> tuple[int, int, int]:
        """A night without a file, one whose file is broken, and one on which the aligned model did not answer."""
        return self.night(80), self.night(150), self.night(290)

    @property
    def versions(self) -> dict[str, int]:
        """The new versions, and the night on which each appears."""
        return {"aligned-2": self.night(250), "aligned-3": self.night(320)}

    def models(self, night: int) -> list[str]:
        return ["base", "aligned", *(name for name, first in self.versions.items() if night >= first)]

    def backfilled(self, night: int) -> dict[str, list[int]]:
        """The nights for which a version that is new on this night has scores from before."""
        held = [one for one in range(night - BACKFILLED, night) if one not in self.failed[:2]]
        return {name: held for name, first in self.versions.items() if first == night}


def day(night: int) -> str:
    return str(FIRST + timedelta(night))


def answers(year: Year, night: int, model: str, benchmark: str) -> list[float | None]:
    """Scores [ITEMS] of a model: 1, 0, or None where it did not answer."""
    if model == "aligned" and night == year.failed[2]:
        return [None] * ITEMS
    number = BENCHMARKS.index(benchmark)
    level = np.random.default_rng(number).beta(8, 2, ITEMS)
    rng = np.random.default_rng([night, number, *model.encode()])
    right = (rng.random(ITEMS) < level).astype(float)
    if model == "aligned" and night >= year.falls_at:
        right[: int(LOST * ITEMS)] = 0.0
    return list(right)


def write_scores(year: Year, night: int, models: list[str]) -> None:
    parts = [
        pl.DataFrame(
            {
                "model": model,
                "benchmark": benchmark,
                "item": [f"i{number}" for number in range(ITEMS)],
                "value": pl.Series(answers(year, night, model, benchmark), dtype=pl.Float64),
                "cost_usd": COST_USD,
            }
        )
        for model in models
        for benchmark in BENCHMARKS
    ]
    pl.concat(parts).write_csv("scores.csv")


def hold(year: Year, night: int) -> int:
    """Import, build, monitor and publish a night; returns the exit code."""
    versions = "".join(f", {{id: {name}, base: base}}" for name in year.models(night)[2:])
    served = int(night >= year.served_at)
    config = _CONFIG.format(served=served, versions=versions, benchmarks=", ".join(BENCHMARKS))
    Path("aligntax.yaml").write_text(config)
    for version, earlier in year.backfilled(night).items():
        for one in earlier:
            write_scores(year, one, [version])
            command("import", "scores", "scores.csv", "--as-of", day(one), "--no-publish")
        command("publish")
    write_scores(year, night, year.models(night))
    if night == year.failed[0]:
        Path("scores.csv").unlink()
    if night == year.failed[1]:
        Path("scores.csv").write_text("model,benchmark,item,value\nbase,knowledge,i0,7\n")
    return command("import", "scores", "scores.csv", "--as-of", day(night))


def command(*arguments: str) -> int:
    sys.argv = ["aligntax", *arguments]
    try:
        main()
    except SystemExit as stopped:
        return int(stopped.code or 0)


if __name__ == "__main__":
    whole = Year(int(sys.argv[1]))
    with Path(sys.argv[2]).open("a") as file:
        for number in range(whole.count):
            with measured() as found:
                found["code"] = hold(whole, number)
            print(json.dumps(found), file=file, flush=True)
