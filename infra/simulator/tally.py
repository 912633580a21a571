"""What ``/stats`` reports: requests by status and faults by kind, in total and for each known model.

Tested in tests/infra/simulator/test_asgi_under_faults.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from infra.simulator.faults import Fault


@dataclass(slots=True)
class Count:
    """Requests of one model or of all. A dropped connection has no status but counts as a request."""

    by_status: Counter[int] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)

    def add(self, status: int | None, kinds: Iterable[Fault]) -> None:
        """Count one request."""
        if status is not None:
            self.by_status[status] += 1
        for kind in kinds:
            self.faults[kind] += 1

    def as_fields(self) -> dict[str, Any]:
        """``requests``, ``by_status`` and, if there were any, ``faults``."""
        result: dict[str, Any] = {
            "requests": self.by_status.total() + self.faults[Fault.DROPPED],
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
        }
        injected = {kind.value: count for kind, count in sorted(self.faults.items()) if count}
        return {**result, "faults": injected} if injected else result


@dataclass(slots=True)
class Tally:
    """Counts of questions, in total and for each known model; and of what happened to batches."""

    total: Count = field(default_factory=Count)
    models: dict[str, Count] = field(default_factory=dict)
    batches: Counter[str] = field(default_factory=Counter)

    def count(self, model_id: str | None, status: int | None, kinds: Iterable[Fault]) -> None:
        """Count one question. ``model_id`` is None for unknown names, so that they do not grow the table."""
        self.total.add(status, kinds)
        if model_id is not None:
            if model_id not in self.models:
                self.models[model_id] = Count()
            self.models[model_id].add(status, kinds)

    def as_json(self) -> bytes:
        """``{"total": {"requests", "by_status", "faults"}, "models": {model: the same}}``, and ``batches`` if any."""
        models = {model_id: count.as_fields() for model_id, count in sorted(self.models.items())}
        batches = {"batches": dict(self.batches)} if self.batches else {}
        return orjson.dumps({"total": self.total.as_fields(), "models": models, **batches})
