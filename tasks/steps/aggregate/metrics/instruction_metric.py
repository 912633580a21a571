"""Instruction-level accuracy: the share of all instructions of all prompts that were followed (Zhou et al. 2023).

The mean over prompts of each prompt's share is another figure: it gives a prompt with one instruction as much weight as
one with three.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

import re

from tasks.scorers.instruction_checks import instructions_of
from tasks.stats.pooled import pooled_share
from tasks.steps.aggregate.metrics.metric import Metric, of_scores

_COUNTS = re.compile(r"(\d+)/(\d+)")


def _part(target: str, answer: str | None, _: float) -> tuple[float, ...] | None:
    """How many instructions of a prompt were followed, of how many; none of them where nothing could be checked."""
    if found := _COUNTS.match(answer or ""):
        return float(found[1]), float(found[2])
    count = len(instructions_of(target or ""))
    return (0.0, float(count)) if count else None


INSTRUCTION_ACCURACY = Metric(
    "instruction_accuracy", "Share of all instructions that are followed", of_scores(_part), pooled_share
)
