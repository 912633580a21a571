"""Known sets of safe and harmful requests, read from their official files: XSTest, OR-Bench, StrongREJECT and others.

These benchmarks have no logic of their own: ``data/requests.yaml`` describes each, with licence, citation and pitfalls.
All of them show two harmless examples to base models and allow answers of 512 tokens. A value of 1 means that the model
helped (safe requests) or refused (harmful ones).
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache, partial

from tasks.benchmarks import entry
from tasks.benchmarks.neutral import NEUTRAL_EXAMPLES
from tasks.benchmarks.official import Official
from tasks.benchmarks.yaml_data import read_data

# The names stand here as well, so that the registry knows them at start-up without reading the file.
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


@cache
def _described(benchmark_id: str) -> entry.Entry:
    examples = [asdict(example) for example in NEUTRAL_EXAMPLES]
    return entry.read_entry({**read_data("requests")[benchmark_id], "examples": examples}, "requests.yaml")


OFFICIAL: dict[str, Official] = {name: entry.official(name, partial(_described, name)) for name in NAMES}
