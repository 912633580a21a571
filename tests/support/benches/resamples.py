"""Time of 2,000 paired bootstrap resamples of 100 cells of 1,000 items: clustered, unclustered, and pair by pair."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from tasks.stats.bootstrap import bootstrap_means

ITEMS, BENCHMARKS, MODELS, RESAMPLES = 1_000, 10, 11, 2_000


def main(_: Path) -> None:
    """Ten aligned models and their base on ten benchmarks, one set of resamples for each benchmark."""
    rng = np.random.default_rng(1)
    tables = [(rng.random((ITEMS, MODELS)) < 0.7).astype(float) for _ in range(BENCHMARKS)]
    clusters = np.arange(ITEMS) % 50
    found = {}
    for name, labels in (("clustered_s", clusters), ("unclustered_s", None)):
        started = time.perf_counter()
        for table in tables:
            means = bootstrap_means(table, labels, rng=rng, count_resamples=RESAMPLES)
            np.quantile(means[:, :1] - means[:, 1:], [0.025, 0.975], axis=0)
        found[name] = time.perf_counter() - started
    started = time.perf_counter()
    for table in tables:
        for candidate in range(1, MODELS):
            bootstrap_means(table[:, [0, candidate]], clusters, rng=rng, count_resamples=RESAMPLES)
    found["each_pair_s"] = time.perf_counter() - started
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
