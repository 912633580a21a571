"""The checks that span several values of a configuration. Each yields one problem per mistake, in file order."""

from tasks.settings.conflicts.askable import composite_problems, model_problems
from tasks.settings.conflicts.descent import comparison_problems, families_of, origin_problems
from tasks.settings.conflicts.needs import (
    benchmark_problems,
    budget_problems,
    cadence_problems,
    margin_problems,
    pool_problems,
    receiver_problems,
    sending_problems,
)

__all__ = [
    "benchmark_problems",
    "budget_problems",
    "cadence_problems",
    "comparison_problems",
    "composite_problems",
    "families_of",
    "margin_problems",
    "model_problems",
    "origin_problems",
    "pool_problems",
    "receiver_problems",
    "sending_problems",
]
