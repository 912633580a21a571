"""How fast an endpoint is asked. The defaults of a user's configuration stand here and nowhere else.

Tested in tests/tasks/providers/test_limiter.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the user allows an endpoint.

    Attributes:
        concurrency: How many requests may be in flight.
        requests_per_minute: None if there is no limit.
        tokens_per_minute: None if there is no limit.
    """

    concurrency: int = 16
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
