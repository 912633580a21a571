"""The names a test configuration may use: real providers and rubrics, and the benchmarks and scorers of the test."""

from __future__ import annotations

from collections.abc import Collection

from tasks.providers import PROVIDERS
from tasks.rubrics import rubrics
from tasks.settings import Known


def known_names(benchmarks: Collection[str] = (), scorers: Collection[str] = ()) -> Known:
    facts = {name: provider.facts for name, provider in PROVIDERS.items()}
    return Known(benchmarks, scorers, facts, {name: rubric.version for name, rubric in rubrics().items()})
