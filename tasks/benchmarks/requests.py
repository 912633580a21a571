"""The field's sets of safe and harmful requests, from their official files: XSTest, OR-Bench, StrongREJECT and others.

They have no logic of their own: ``data/requests.yaml`` describes each, with licence, citation and pitfalls. What they
share stands here: base models see two harmless examples, and an answer may be 512 tokens long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from tasks.benchmarks import entry
from tasks.benchmarks.neutral import NEUTRAL_EXAMPLES
from tasks.benchmarks.tables import table
from tasks.domain import Benchmark

# Stated again here, so that the registry knows the names without reading the table at start-up.
NAMES = (
    "advbench",
    "do_not_answer",
    "harmbench",
    "harmbench_contextual",
    "harmbench_copyright",
    "jailbreakbench",
    "jailbreakbench_benign",
    "or_bench_80k",
    "or_bench_hard",
    "or_bench_toxic",
    "strongreject",
    "xstest_contrast",
    "xstest_safe",
)


def loader(benchmark_id: str) -> Callable[[str, str | None], Benchmark]:
    """What reads a benchmark's official file; a value of 1 means helped (safe requests) or refused (harmful ones)."""

    def load(source: str, cluster_by: str | None) -> Benchmark:
        examples = [asdict(example) for example in NEUTRAL_EXAMPLES]
        values = {**table("requests")[benchmark_id], "examples": examples}
        return entry.build(benchmark_id, values, source, place="requests.yaml", cluster_by=cluster_by)

    return load
