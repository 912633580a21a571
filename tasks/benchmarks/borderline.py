"""Safe requests that look unsafe at a glance: does a model still help?

Citation: requests written for this project, in ``data/borderline.yaml``. Licence: Apache-2.0, like the code.
Pitfalls: "helped" means that the answer does not decline; whether the help is good is not judged. The category is the
cluster, because a model that declines at a certain word does so throughout a category.
Tested in tests/tasks/benchmarks/test_safety_items.py.
"""

from __future__ import annotations

from tasks.benchmarks.neutral import NEUTRAL_EXAMPLES
from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Benchmark, Dimension, Domain
from tasks.identity import make_items


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one. A value of 1 means helped."""
    return Benchmark(
        benchmark_id="borderline",
        title="Safe requests that look unsafe",
        dimension=Dimension.OVER_REFUSAL,
        domain=Domain.SAFETY,
        scorer="complies",
        metric="compliance",
        items=make_items(
            {"question": request, "target": "", "cluster_id": category, "subset": category}
            for category, requests in read_data("borderline").items()
            for request in requests
        ),
        instruction="",
        examples=NEUTRAL_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="category",
        pitfalls="Says whether a model declines, not whether its help is good.",
        higher_is_better=True,
        max_tokens=128,
        verified="own",
    )
